import { realpath, statfs } from "node:fs/promises";
import {
  type DownloadPlan,
  isDataError,
  type PlannedFile,
  QueryError,
  type RemoteFile,
  StoreError,
} from "@crossprobe/core";
import type { Bodies } from "../body.js";
import { toCount } from "../http-answer.js";
import { checkAddress } from "./address-guard.js";
import { toDataError } from "./fetch-file.js";
import { rulesFor } from "./hosts.js";
import { makeFolders } from "./make-folders.js";
import { type NotePaths, notePaths, readRecord } from "./notes.js";
import { leftParts } from "./part-file.js";
import { checkRelativePath, pathIdentity, resolveInside } from "./safe-path.js";
import { lookAt } from "./target.js";

export interface PlanContext {
  readonly bodies: Bodies;
  readonly allowPrivate: boolean;
  readonly allowHosts: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** How many files are looked at, and sizes asked for, at a time. */
const LOOKED_AT_A_TIME = 8;

/** See `Downloader.plan`. */
export async function planDownload(
  to: string,
  files: readonly RemoteFile[],
  context: PlanContext,
): Promise<DownloadPlan> {
  checkFiles(files, context);
  const root = await openRoot(to);
  const planned: PlannedFile[] = [];
  for (let start = 0; start < files.length; start += LOOKED_AT_A_TIME) {
    context.signal?.throwIfAborted();
    const some = files.slice(start, start + LOOKED_AT_A_TIME);
    planned.push(...(await Promise.all(some.map((file) => planFile(root, file, context)))));
  }
  const wanted = planned.filter(({ state }) => state === "fetch" || state === "resume");
  const missingBytes = wanted.reduce((sum, { missing }) => sum + (missing ?? 0), 0);
  const freeBytes = await freeBytesAt(root);
  if (freeBytes !== null && missingBytes > freeBytes) {
    throw new StoreError(`${root} has room for ${freeBytes} bytes, ${missingBytes} are to be fetched`, {
      url: root,
      hint: "make room, choose another folder, or fewer files",
    });
  }
  return {
    to: root,
    files: planned,
    missingBytes,
    unknownSizes: wanted.filter(({ size }) => size === null).length,
    expectedBytes: expectedOf(wanted.filter(({ size }) => size === null)),
    freeBytes,
  };
}

/** Null where of some file not even that is known. */
function expectedOf(files: readonly PlannedFile[]): number | null {
  let sum = 0;
  for (const { file } of files) {
    if (file.expectedSize === undefined) return null;
    sum += file.expectedSize;
  }
  return sum;
}

function checkFiles(files: readonly RemoteFile[], context: PlanContext): void {
  const seen = new Map<string, string>();
  for (const file of files) {
    const { path, urls } = file;
    checkRelativePath(path);
    const rules = rulesFor(file, context);
    for (const url of urls) checkAddress(url, rules);
    const other = seen.get(pathIdentity(path));
    if (other !== undefined) {
      throw new QueryError(`two files have one place: ${other} and ${path}`, {
        hint: "names must differ in more than case; fetch one of them elsewhere",
      });
    }
    seen.set(pathIdentity(path), path);
  }
}

async function openRoot(to: string): Promise<string> {
  try {
    await makeFolders(to);
    return await realpath(to);
  } catch (error) {
    throw toDataError(error, { path: to });
  }
}

async function planFile(root: string, file: RemoteFile, context: PlanContext): Promise<PlannedFile> {
  try {
    return await lookAtFile(root, file, context);
  } catch (error) {
    context.signal?.throwIfAborted();
    throw toDataError(error, file);
  }
}

async function lookAtFile(root: string, file: RemoteFile, context: PlanContext): Promise<PlannedFile> {
  if (file.urls.length === 0) {
    const reason = file.absent ?? "no address is known";
    return { file, state: "absent", size: file.size, missing: null, reason };
  }
  const target = await resolveInside(root, file.path);
  const notes = notePaths(root, file.path);
  const asked: Asked = file.size === null ? await askSize(file, context) : { size: file.size, reason: null };
  if (asked.isGone === true) return { file, state: "absent", size: null, missing: null, reason: asked.reason };
  const { size, reason } = asked;
  const etag = await comparableTag(asked, notes);
  const there = await lookAt(target, notes, { file, size, etag });
  if (there.kind === "present" || there.kind === "check") {
    return { file, state: there.kind, size: there.size, missing: 0, reason, etag };
  }
  const why = there.kind === "differs" ? `another file is there: ${there.why}` : reason;
  const { bytes } = await leftParts(notes.work);
  const missing = size === null ? null : Math.max(0, size - bytes);
  return { file, state: bytes > 0 ? "resume" : "fetch", size, missing, reason: why, etag };
}

/** An object of a bucket has one tag; a file on several web servers may have as many, so that only the same one's are compared. */
async function comparableTag({ etag, url }: Asked, notes: NotePaths): Promise<string | null> {
  if (etag === undefined || url === undefined || etag.startsWith("W/")) return null;
  return url.startsWith("s3:") || (await readRecord(notes.record))?.url === url ? etag : null;
}

interface Asked {
  readonly size: number | null;
  readonly reason: string | null;
  /** What the server called the object, and where that was. */
  readonly etag?: string | undefined;
  readonly url?: string;
  readonly isGone?: boolean;
}

/** Asks the addresses for the size; what a server does not say is learnt when the file comes. */
async function askSize(file: RemoteFile, context: PlanContext): Promise<Asked> {
  const { bodies, signal } = context;
  const rules = rulesFor(file, context);
  let gone: string | null = null;
  for (const url of file.urls) {
    try {
      const answer = await bodies.request({ method: "HEAD", url, rules, signal });
      answer.cancel();
      const size = toCount(answer.headers.get("content-length"));
      const isPlain = (answer.headers.get("content-encoding") ?? "identity") === "identity";
      const etag = answer.headers.get("etag");
      if (answer.status === 200) return { size: isPlain ? (size ?? null) : null, reason: null, etag, url: answer.url };
      if (answer.status !== 404 && answer.status !== 410) {
        return { size: null, reason: `its size is not known: HTTP status ${answer.status} to HEAD` };
      }
      gone = `no file at ${answer.url} (HTTP status ${answer.status})`;
    } catch (error) {
      signal?.throwIfAborted();
      if (!isDataError(error)) throw error;
      // A name that leads into a private network is no matter of luck.
      if (isDataError(error, "query")) throw error;
      return { size: null, reason: error.message };
    }
  }
  return { size: null, reason: gone, isGone: true };
}

async function freeBytesAt(root: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(root);
    // Some network systems say nothing, which reads as nothing.
    return bsize > 0 ? bavail * bsize : null;
  } catch {
    return null;
  }
}
