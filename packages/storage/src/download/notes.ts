import { createHash } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FileDigest, TrustLevel } from "@crossprobe/core";
import { parseObject } from "./file-lock.js";
import { makeFolders } from "./make-folders.js";
import { absentIsUndefined, codeOf, NOTES_FOLDER, pathIdentity } from "./safe-path.js";

/** Where a download keeps what is not the files themselves. */
export interface NotePaths {
  /** Locks, parts and their states of this one file, while it is under way. */
  readonly work: string;
  readonly record: string;
  readonly quarantine: string;
}

export function notePaths(root: string, path: string): NotePaths {
  const name = createHash("sha256").update(pathIdentity(path)).digest("hex").slice(0, 32);
  const notes = join(root, NOTES_FOLDER);
  return {
    work: join(notes, "work", name),
    record: join(notes, "records", `${name}.json`),
    quarantine: join(notes, "quarantine", name),
  };
}

/** What is known of a file that was published. */
export interface FileRecord {
  readonly path: string;
  /** Where it came from, without its query; null where it was there before. */
  readonly url: string | null;
  /** What the server called the object; null where it did not say, or the file was there before. */
  readonly etag: string | null;
  readonly size: number;
  readonly digests: readonly FileDigest[];
  readonly trust: TrustLevel;
  /** Of the file when it was published: another one means that somebody changed it. */
  readonly modifiedMs: number;
  /** When it was published, ISO 8601. */
  readonly time: string;
}

const TRUST: readonly TrustLevel[] = ["digest", "length", "structure", "none"];
const KINDS: readonly FileDigest["kind"][] = ["md5", "sha256", "etag"];

/** Absent: undefined where there is none, or none that can be understood. */
export async function readRecord(path: string): Promise<FileRecord | undefined> {
  const found = parseObject(await readFile(path, "utf8").catch(absentIsUndefined));
  const trust = TRUST.find((level) => level === found.trust);
  const { size, modifiedMs } = found;
  if (typeof size !== "number" || typeof modifiedMs !== "number" || trust === undefined) return undefined;
  return {
    path: String(found.path),
    url: typeof found.url === "string" ? found.url : null,
    etag: typeof found.etag === "string" ? found.etag : null,
    ...{ size, modifiedMs, trust, digests: toDigests(found.digests), time: String(found.time) },
  };
}

function toDigests(value: unknown): FileDigest[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    const fields = typeof each === "object" && each !== null ? parseObject(JSON.stringify(each)) : {};
    const kind = KINDS.find((name) => name === fields.kind);
    return kind === undefined || typeof fields.value !== "string" ? [] : [{ kind, value: fields.value }];
  });
}

/** What a part was begun with: another object is another file. */
export interface PartState {
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Size of the whole object, where the server stated it. */
  readonly size: number | null;
  /** Digests of the whole object that the server stated. */
  readonly stated: readonly FileDigest[];
  /** Set when all of it is there and was compared: what may be published. */
  readonly verified: readonly FileDigest[] | null;
  /** How far it can be trusted then. */
  readonly trust?: TrustLevel | undefined;
}

export async function readPartState(path: string): Promise<PartState | undefined> {
  const text = await readFile(path, "utf8").catch(absentIsUndefined);
  const found = parseObject(text);
  if (!("etag" in found) || !("verified" in found)) return undefined;
  return {
    etag: typeof found.etag === "string" ? found.etag : null,
    lastModified: typeof found.lastModified === "string" ? found.lastModified : null,
    size: typeof found.size === "number" ? found.size : null,
    stated: toDigests(found.stated),
    verified: found.verified === null ? null : toDigests(found.verified),
    trust: TRUST.find((level) => level === found.trust),
  };
}

/** Writes a file whole or not at all, through to the disk. @param draft on the same file system; made anew */
export async function writeWhole(path: string, content: string | Uint8Array, draft: string): Promise<void> {
  await makeFolders(dirname(path));
  const file = await open(draft, "w");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** Makes names in a folder last beyond a power failure, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    // Windows opens no folders, some network systems sync none.
    if (!["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP"].includes(codeOf(error) ?? "")) throw error;
  }
}
