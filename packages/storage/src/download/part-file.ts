import { constants } from "node:fs";
import { copyFile, type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FileDigest, TrustLevel } from "@crossprobe/core";
import type { FileLock } from "./file-lock.js";
import { type PartState, readPartState, writeWhole } from "./notes.js";
import { PartDigests } from "./part-digests.js";
import { absentIsUndefined } from "./safe-path.js";

/** Before a server has answered. */
export const NOTHING_KNOWN: Omit<PartState, "verified"> = { etag: null, lastModified: null, size: null, stated: [] };

/** The bytes of a file that is under way: what is there, what object they are of, and their digests so far. */
export class PartFile {
  readonly path: string;
  length = 0;
  state: PartState | undefined;
  /** Whether it was put together over several connections. */
  isResumed = false;
  readonly #statePath: string;
  readonly #draft: string;
  readonly #file: FileHandle;
  readonly #wanted: readonly FileDigest[];
  readonly #digests: PartDigests;

  private constructor(work: string, token: string, file: FileHandle, wanted: readonly FileDigest[]) {
    this.path = partPath(work, token);
    this.#statePath = statePath(work, token);
    this.#draft = join(work, `${token}.draft`);
    this.#file = file;
    this.#wanted = wanted;
    this.#digests = new PartDigests(this.path, file, wanted);
  }

  /** The part that another left behind under this lock's name, or an empty one. What is there is read once, for its digests. */
  static async open(
    work: string,
    lock: FileLock,
    wanted: readonly FileDigest[],
    signal: AbortSignal | undefined,
  ): Promise<PartFile> {
    await adoptParts(work, lock);
    const file = await open(partPath(work, lock.token), constants.O_RDWR | constants.O_CREAT, 0o644);
    const part = new PartFile(work, lock.token, file, wanted);
    try {
      part.state = await readPartState(part.#statePath);
      await part.#digests.restart(part.#known());
      const { size } = await file.stat();
      if (part.state === undefined || (part.state.size !== null && size > part.state.size)) await part.#empty();
      else part.length = await part.#digests.adopt(size, signal);
      part.isResumed = part.length > 0;
      return part;
    } catch (error) {
      await part.#digests.close();
      await file.close();
      throw error;
    }
  }

  /** Forgets what is there and begins with another object, or the same one anew. */
  async begin(state: Omit<PartState, "verified">): Promise<void> {
    this.state = { ...state, verified: null };
    await this.#empty();
    await this.#writeState();
  }

  async append(piece: Uint8Array): Promise<void> {
    for (let done = 0; done < piece.byteLength; ) {
      const { bytesWritten } = await this.#file.write(piece, done, piece.byteLength - done, this.length);
      // Also what fits before the disk is full counts.
      this.length += bytesWritten;
      this.#digests.add(piece.subarray(done, done + bytesWritten));
      done += bytesWritten;
    }
  }

  /** Brings everything to the disk, and gives the digests of it. Nothing can be appended after. */
  async finish(): Promise<FileDigest[]> {
    const [digests] = await Promise.all([this.#digests.finish(), this.#file.sync()]);
    return digests;
  }

  /** Notes that what was brought to the disk was compared. */
  async seal(verified: readonly FileDigest[], trust: TrustLevel): Promise<void> {
    this.state = { ...NOTHING_KNOWN, ...this.state, size: this.length, verified, trust };
    await this.#writeState();
  }

  /** What holds no byte is removed: nothing could go on from it. */
  async close(): Promise<void> {
    await this.#digests.close();
    await this.#file.close().catch(() => undefined);
    if (this.length > 0) return;
    for (const path of [this.path, this.#statePath]) await rm(path, { force: true });
  }

  async #empty(): Promise<void> {
    await this.#digests.restart(this.#known());
    await this.#file.truncate(0);
    this.length = 0;
    this.isResumed = false;
  }

  /** Digests that the source states, and those that the server does. */
  #known(): readonly FileDigest[] {
    return [...this.#wanted, ...(this.state?.stated ?? [])];
  }

  async #writeState(): Promise<void> {
    await writeWhole(this.#statePath, JSON.stringify(this.state), this.#draft);
  }
}

function partPath(work: string, token: string): string {
  return join(work, `${token}.part`);
}

function statePath(work: string, token: string): string {
  return join(work, `${token}.json`);
}

/** Bytes of the longest part that is there, and what was compared of one that was published without a record. */
export async function leftParts(
  work: string,
): Promise<{ readonly bytes: number; readonly sealed: PartState | undefined }> {
  let bytes = 0;
  let sealed: PartState | undefined;
  for (const name of (await readdir(work).catch(absentIsUndefined)) ?? []) {
    if (name.endsWith(".part")) {
      const found = await stat(join(work, name)).catch(absentIsUndefined);
      const state = await readPartState(join(work, name.replace(/\.part$/, ".json")));
      if (found !== undefined && state !== undefined) bytes = Math.max(bytes, found.size);
    } else if (name.endsWith(".json")) {
      const state = await readPartState(join(work, name));
      if (state !== undefined && state.verified !== null) sealed = state;
    }
  }
  return { bytes, sealed };
}

/**
 * Takes over the longest part: by its name where nobody can write to it any more, as a copy where its holder may wake up. Others are removed.
 */
async function adoptParts(work: string, lock: FileLock): Promise<void> {
  const sleeping = new Set(lock.overtaken.filter(({ isDead }) => !isDead).map(({ token }) => token));
  let best: { readonly token: string; readonly size: number } | undefined;
  const names = await readdir(work);
  const tokens = names.flatMap((name) => (name.endsWith(".part") ? [name.slice(0, -".part".length)] : []));
  for (const token of tokens) {
    if (token === lock.token || !names.includes(`${token}.json`)) continue;
    const found = await stat(partPath(work, token)).catch(absentIsUndefined);
    if (found !== undefined && found.size > (best?.size ?? 0)) best = { token, size: found.size };
  }
  if (best !== undefined) {
    const bring = sleeping.has(best.token) ? copyFile : rename;
    await bring(statePath(work, best.token), statePath(work, lock.token));
    await bring(partPath(work, best.token), partPath(work, lock.token));
  }
  for (const name of names) {
    const isOld = /\.(part|json|draft|holder)$/.test(name) && !name.startsWith(lock.token);
    if (isOld) await rm(join(work, name), { force: true });
  }
}
