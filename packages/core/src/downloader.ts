import type { ByteStore } from "./byte-store.js";
import type { CallOptions } from "./call-options.js";
import type { DataError } from "./errors.js";
import type { Notice } from "./model/provenance.js";
import type { CompanionFile, FileDigest, RemoteFile } from "./model/remote-file.js";

export interface DownloadOptions extends CallOptions {
  /** Local folder that the files go to, below it by their paths. It is made where it is not there. */
  readonly to: string;
  /** Files at a time (default 4). */
  readonly parallel?: number | undefined;
  /** Whether addresses on this machine and in private networks may be asked (default false). */
  readonly allowPrivate?: boolean | undefined;
  /** Places that files may come from beside those of their dataset: `https://host`, `s3://bucket`. For `RemoteFile.hosts`. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Whether a file that is there and cannot be shown to be the same is replaced (default false: it fails). The old one is kept aside. */
  readonly overwrite?: boolean | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/**
 * What is to be done about a file: `present` it is there as recorded, `check` it is there and its digest will be compared, `resume` a part
 * of it is there, `fetch` nothing is, `absent` it cannot be fetched.
 */
export type PlannedState = "present" | "check" | "resume" | "fetch" | "absent";

export interface PlannedFile {
  readonly file: RemoteFile;
  readonly state: PlannedState;
  /** Size in bytes, from the source or the server; null where neither says. */
  readonly size: number | null;
  /** Bytes still to be fetched; null where the size is unknown. */
  readonly missing: number | null;
  /** Why it is absent or not; null where there is nothing to say. */
  readonly reason: string | null;
  /** What the server called the object when it was asked for the size; null where it did not, or other servers may call it otherwise. */
  readonly etag?: string | null | undefined;
}

/** What a download would do. Making it fetches no content. */
export interface DownloadPlan {
  /** The folder, absolute. */
  readonly to: string;
  readonly files: readonly PlannedFile[];
  /** Sum of the known sizes still to be fetched. */
  readonly missingBytes: number;
  /** Files to fetch whose size nobody states. */
  readonly unknownSizes: number;
  /** About how many bytes these have, by what is usual for their kinds; null where that is not known of all of them. */
  readonly expectedBytes: number | null;
  /** Bytes that this process may still write to the folder's file system; null where it does not say. */
  readonly freeBytes: number | null;
}

/**
 * What vouches for a published file, the most telling thing alone:
 *
 * 1. `digest`: every byte of it was compared with a digest that the catalogue or the server states (of the server only one that is known to
 *    be of the content, such as the MD5 tag of an object in S3).
 * 2. `length`: it has as many bytes as the catalogue or the server says. None of them was compared.
 * 3. `structure`: nobody said how long it is, and it ends where its own format says that it ends.
 * 4. `none`: neither, or its format is not known, or it contradicts its own format: reading it will tell why.
 *
 * Digests that were computed without one to compare with count for nothing here; they tell later whether the file was changed. Whatever is
 * found out by looking inside, it never leads to another transfer.
 */
export type TrustLevel = "digest" | "length" | "structure" | "none";

/** `fetched` and `present` files are in their place; `quarantined` ones arrived, failed their check and were put aside. */
export type DownloadStatus = "fetched" | "present" | "quarantined" | "failed" | "absent";

export interface DownloadResult {
  readonly file: RemoteFile;
  readonly status: DownloadStatus;
  /** Bytes of the file in its place; null where it is not there. */
  readonly size: number | null;
  /** Bytes that came over the line in this call. */
  readonly received: number;
  readonly trust: TrustLevel | null;
  /** Of the file in its place: those that were computed. */
  readonly digests: readonly FileDigest[];
  /** Why it is not there. */
  readonly error: DataError | null;
  /** Local path of what failed its check or was replaced; null where there is none. */
  readonly setAside: string | null;
}

export interface DownloadProgress {
  readonly filesDone: number;
  readonly files: number;
  /** Of the files to fetch: bytes there, those of parts included. */
  readonly bytesDone: number;
  /** Null where a size is unknown. */
  readonly bytes: number | null;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
  /** Null where it cannot be said. */
  readonly secondsLeft: number | null;
}

/**
 * What the dataset's reader makes of a file that is in its place: `readable`, `unreadable`, or `unexamined` where no reader looks at such files.
 *
 * It says nothing about the transfer, and never leads to another one: a file that came as it was announced would come the same again.
 */
export interface FileVerdict {
  readonly file: RemoteFile;
  readonly verdict: "readable" | "unreadable" | "unexamined";
  /** Why it is unreadable; null otherwise. */
  readonly error: DataError | null;
}

/**
 * Fetches files into a folder. An adapter says what there is to fetch; this does the rest.
 *
 * A file appears under its name when all of it is there and every digest known was compared, never before. What is interrupted goes on
 * where it stopped, in another process too. Processes that want the same file fetch it once.
 */
export interface Downloader {
  /**
   * Looks at the folder, and asks servers for sizes that the source does not state.
   *
   * @throws {@link QueryError} for paths that leave the folder or are the same file, and for addresses that are not allowed
   * @throws {@link StoreError} where the folder cannot be used, or its file system has less room than the sizes known
   */
  plan(files: readonly RemoteFile[], options: DownloadOptions): Promise<DownloadPlan>;
  /** Results in the order in which files are finished. A file that fails is a result, and the others go on. */
  run(plan: DownloadPlan, options: DownloadOptions): AsyncIterable<DownloadResult>;
  /** The folder, for reading what is in it. */
  open(to: string): ByteStore;
  /** Writes small files into the folder, each whole or not at all. Nobody else does while `make` reads what is there. */
  publish(
    to: string,
    make: (folder: ByteStore) => Promise<readonly CompanionFile[]>,
    options?: CallOptions,
  ): Promise<void>;
}

/** A download that was planned and not begun. */
export interface Download {
  readonly plan: DownloadPlan;
  /** Fetches. May be called once; what the dataset's own programs need beside the files is written after the last of them. */
  results(): AsyncIterable<DownloadResult>;
  /**
   * Whether the dataset's reader can open a file of the plan that is in its place. Fetches nothing and changes nothing.
   *
   * @throws {@link StoreError} where the file cannot be got at
   */
  examine(file: RemoteFile, options?: CallOptions): Promise<FileVerdict>;
  /** What to know about the folder; filled while {@link results} are taken. */
  readonly notices: readonly Notice[];
}
