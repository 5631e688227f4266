import { copyFile, link, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  type ByteStore,
  type CallOptions,
  type DataError,
  type DownloadResult,
  type FileDigest,
  isDataError,
  NotFoundError,
  type PlannedFile,
  type RemoteFile,
  StoreError,
  type TrustLevel,
} from "@crossprobe/core";
import type { Bodies } from "../body.js";
import { LocalStore } from "../local.js";
import { contentDigests, differingDigest } from "./digests.js";
import { FileLock, type LockTimes } from "./file-lock.js";
import { makeFolders } from "./make-folders.js";
import { type FileRecord, type NotePaths, notePaths, readRecord, syncFolder, writeWhole } from "./notes.js";
import { NOTHING_KNOWN, PartFile } from "./part-file.js";
import type { RetryOptions } from "./retry-wait.js";
import { codeOf, resolveInside } from "./safe-path.js";
import { compareTarget, lookAt, recordOf, type TargetState } from "./target.js";
import { GONE_HINT, transfer, trustOf } from "./transfer.js";

/** What is the same for all files of a run. */
export interface FetchContext {
  readonly root: string;
  readonly bodies: Bodies;
  readonly retry: RetryOptions;
  readonly lockTimes: LockTimes;
  readonly allowPrivate: boolean;
  readonly allowHosts: readonly string[];
  readonly overwrite: boolean;
  readonly signal: AbortSignal | undefined;
  /** Whether a file of the folder is whole by its own format; `undefined` where that is not known. */
  readonly examine:
    | ((folder: ByteStore, path: string, options: CallOptions) => Promise<boolean | undefined>)
    | undefined;
  readonly onReceived: (bytes: number) => void;
  readonly onForgotten: (bytes: number) => void;
  readonly pause: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

/**
 * Fetches one file into its place, whatever happens on the way: the result says how it ended. Only the caller's own abort is thrown; the part
 * stays, and goes on next time.
 */
export async function fetchFile(planned: PlannedFile, context: FetchContext): Promise<DownloadResult> {
  const { file } = planned;
  const nothing = { file, size: null, received: 0, trust: null, digests: [], error: null, setAside: null };
  if (planned.state === "absent") {
    const error = new NotFoundError(planned.reason ?? "it is not there", {
      // What the source says itself is no matter of an old catalogue.
      hint: file.absent === null ? GONE_HINT : undefined,
    });
    return { ...nothing, status: "absent", error };
  }
  let received = 0;
  const onReceived = (bytes: number) => {
    received += bytes;
    context.onReceived(bytes);
  };
  try {
    return await withLock(planned, { ...context, onReceived }, () => received);
  } catch (error) {
    context.signal?.throwIfAborted();
    return { ...nothing, received, status: "failed", error: toDataError(error, file) };
  }
}

async function withLock(planned: PlannedFile, context: FetchContext, received: () => number): Promise<DownloadResult> {
  const notes = notePaths(context.root, planned.file.path);
  for (;;) {
    await resolveInside(context.root, planned.file.path);
    const lock = await FileLock.acquire(notes.work, context.lockTimes, context.signal);
    const signal = context.signal === undefined ? lock.lost : AbortSignal.any([context.signal, lock.lost]);
    try {
      return await new LockedFile(planned, notes, lock, { ...context, signal }, received).bring();
    } catch (error) {
      // Somebody took this process for dead: what it did for the file is looked at as anybody's.
      if (!lock.lost.aborted || context.signal?.aborted === true) throw error;
    } finally {
      await lock.release();
    }
  }
}

/** A file that this process alone works on. */
class LockedFile {
  readonly #planned: PlannedFile;
  readonly #file: RemoteFile;
  readonly #notes: NotePaths;
  readonly #lock: FileLock;
  readonly #context: FetchContext;
  readonly #received: () => number;

  constructor(planned: PlannedFile, notes: NotePaths, lock: FileLock, context: FetchContext, received: () => number) {
    this.#planned = planned;
    this.#file = planned.file;
    this.#notes = notes;
    this.#lock = lock;
    this.#context = context;
    this.#received = received;
  }

  async bring(): Promise<DownloadResult> {
    const { signal, overwrite } = this.#context;
    const target = await resolveInside(this.#context.root, this.#file.path);
    let there = await lookAt(target, this.#notes, this.#planned);
    if (there.kind === "check") there = await compareTarget(target, there, signal);
    if (there.kind === "present") return this.#keep(target, there);
    if (there.kind === "differs" && !there.isOurs && !overwrite) {
      throw new StoreError(`${target} is there already and is not the file: ${there.why}`, {
        url: target,
        hint: "move it away, or replace it (--overwrite)",
      });
    }
    const part = await PartFile.open(this.#notes.work, this.#lock, this.#file.digests, signal);
    try {
      return await this.#fetch(part, target, there);
    } finally {
      await part.close();
    }
  }

  async #keep(target: string, there: TargetState & { kind: "present" }): Promise<DownloadResult> {
    const { digests } = there;
    const trust = await this.#trust(there.trust);
    const record = await readRecord(this.#notes.record);
    const isRecorded =
      record !== undefined && record.trust === trust && JSON.stringify(record.digests) === JSON.stringify(digests);
    const size = isRecorded ? record.size : await this.#record(target, record, trust, digests);
    return this.#result("present", { size, trust, digests });
  }

  async #fetch(part: PartFile, target: string, there: TargetState): Promise<DownloadResult> {
    for (;;) {
      const { url, isLengthKnown } = await transfer(this.#file, part, this.#context);
      const wasResumed = part.isResumed;
      const digests = await part.finish();
      const { etag, stated } = part.state ?? NOTHING_KNOWN;
      const problem = this.#problemOf(part, digests, stated);
      if (problem === undefined) {
        const known = trustOf([...this.#file.digests, ...stated], isLengthKnown);
        await part.seal(digests, known);
        const setAside = there.kind === "differs" && !there.isOurs ? await this.#setAside(target, "replaced") : null;
        await this.#publish(part, target);
        const trust = await this.#trust(known);
        const size = await this.#record(target, { url, etag }, trust, digests);
        return this.#result("fetched", { size, trust, digests, setAside });
      }
      if (!wasResumed) return this.#quarantine(part, problem);
      // Parts of several connections: once more in one piece, before the file is blamed.
      this.#context.onForgotten(part.length);
      await part.begin(NOTHING_KNOWN);
    }
  }

  /** What cannot be read is in its place all the same: it came as it was sent. */
  async #trust(known: TrustLevel): Promise<TrustLevel> {
    const { root, examine, signal } = this.#context;
    if (known !== "none" || examine === undefined) return known;
    try {
      const isWhole = await examine(new LocalStore(root), this.#file.path, { signal });
      return isWhole === true ? "structure" : "none";
    } catch (error) {
      signal?.throwIfAborted();
      if (isDataError(error)) return "none";
      throw error;
    }
  }

  #problemOf(part: PartFile, digests: readonly FileDigest[], stated: readonly FileDigest[]): string | undefined {
    const { size } = this.#file;
    if (size !== null && part.length !== size) return `${part.length} bytes came, ${size} were expected`;
    const difference = differingDigest(this.#file.digests, digests);
    if (difference !== undefined) {
      const { known, found } = difference;
      return `its ${known.kind} is ${found.value}, expected was ${known.value}`;
    }
    const other = differingDigest(stated, digests);
    if (other === undefined) return undefined;
    return `its ${other.known.kind} is ${other.found.value}, the server states ${other.known.value}`;
  }

  async #quarantine(part: PartFile, problem: string): Promise<DownloadResult> {
    const aside = await this.#asidePath("failed-check");
    await rename(part.path, aside);
    await rm(this.#notes.work, { recursive: true, force: true });
    const error = new StoreError(`${this.#file.path} did not pass: ${problem}`, {
      url: this.#file.path,
      hint: `what came is kept at ${aside}; what was expected may be another version`,
    });
    return this.#result("quarantined", { error, setAside: aside });
  }

  /** A second name for what is in the file's place, so that it is never without one. */
  async #setAside(target: string, why: string): Promise<string> {
    const aside = await this.#asidePath(why);
    // Where the file system knows no second names, a copy does.
    await link(target, aside).catch(() => copyFile(target, aside));
    return aside;
  }

  async #asidePath(why: string): Promise<string> {
    const { quarantine } = this.#notes;
    await makeFolders(quarantine);
    return join(quarantine, `${this.#lock.token.slice(0, 8)}.${why}.${basename(this.#file.path)}`);
  }

  async #publish(part: PartFile, target: string): Promise<void> {
    const folder = dirname(target);
    // Somebody may have put a link in the way since.
    await resolveInside(this.#context.root, this.#file.path);
    await makeFolders(folder);
    if (!(await this.#lock.isHeld())) this.#context.signal?.throwIfAborted();
    try {
      await rename(part.path, target);
    } catch (error) {
      // The one who overtook this process took the part along.
      if (codeOf(error) === "ENOENT" && !(await this.#lock.isHeld())) this.#context.signal?.throwIfAborted();
      throw error;
    }
    await syncFolder(folder);
  }

  async #record(
    target: string,
    origin: Pick<FileRecord, "url" | "etag"> | undefined,
    trust: NonNullable<DownloadResult["trust"]>,
    digests: readonly FileDigest[],
  ): Promise<number> {
    const { url = null, etag = null } = origin ?? {};
    const record = await recordOf(target, { path: this.#file.path, url, etag, trust, digests });
    const draft = join(this.#notes.work, `${this.#lock.token}.draft`);
    await writeWhole(this.#notes.record, `${JSON.stringify(record)}\n`, draft);
    const left = [".part", ".json"].map((ending) => join(this.#notes.work, this.#lock.token + ending));
    for (const path of left) await rm(path, { force: true });
    return record.size;
  }

  #result(status: DownloadResult["status"], more: Partial<DownloadResult>): DownloadResult {
    return {
      ...{ file: this.#file, status, size: null, received: this.#received(), trust: null },
      ...{ digests: contentDigests([]), error: null, setAside: null },
      ...more,
    };
  }
}

const DISK_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "make room and run it again: it goes on where it stopped",
  EDQUOT: "make room and run it again: it goes on where it stopped",
  EROFS: "choose a folder that can be written",
  EACCES: "choose a folder that can be written",
  EPERM: "choose a folder that can be written",
  EXDEV: "the folder spans file systems: choose one that does not",
  ENAMETOOLONG: "choose a folder with a shorter path",
};

/** What the file system refuses is about bytes that did not arrive, too. Anything else is a fault of ours and travels on. */
export function toDataError(error: unknown, file: Pick<RemoteFile, "path">): DataError {
  if (isDataError(error)) return error;
  const code = codeOf(error);
  if (code === undefined) throw error;
  const why = error instanceof Error ? error.message : code;
  return new StoreError(`${file.path} could not be written: ${why}`, {
    cause: error,
    hint: DISK_HINTS[code],
    url: file.path,
  });
}
