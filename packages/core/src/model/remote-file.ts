import type { Modality } from "../adapter.js";
import type { ProbeRef, SessionRef } from "./ref.js";

/**
 * Which files of a dataset are wanted. Parts that are not given are not asked for; of several patterns any will do.
 *
 * `collection` and `name` are patterns of a shell over the whole text: `*` any characters, `?` one, `[abc]` one of these. What an object
 * and a collection are is the dataset's own: the folder of a group of files, and the first part of their names.
 */
export interface FileSelection {
  /** Sessions and probes of one dataset or of several. */
  readonly refs: readonly (SessionRef | ProbeRef)[];
  /** The thing that a file describes, such as `spikes`; a pattern too. */
  readonly object?: string | readonly string[] | undefined;
  readonly collection?: string | readonly string[] | undefined;
  /** Of the file, without its folders. */
  readonly name?: string | readonly string[] | undefined;
  /** Without the dot, such as `npy`. */
  readonly extension?: string | readonly string[] | undefined;
  /** Only files that this dataset reads for the modality. */
  readonly modality?: Modality | undefined;
}

/**
 * What is known of a file's content before it is fetched. `md5` and `sha256` are hexadecimal digits of the whole file; `etag` is what the
 * server must call the object (with its quotes), which says nothing about the bytes that arrived.
 */
export interface FileDigest {
  readonly kind: "md5" | "sha256" | "etag";
  readonly value: string;
}

/** A file of a dataset that can be fetched, or could be if it were there. */
export interface RemoteFile {
  /** The source's own identifier of the file; null where it has none. */
  readonly id: string | null;
  /** The session that it belongs to; null where it belongs to none. */
  readonly source: SessionRef | null;
  /** `http:`, `https:` or `s3:` addresses of the same bytes, best first; never with credentials. Empty where {@link absent} says why. */
  readonly urls: readonly string[];
  /**
   * The only places that it may come from, redirects included: `https://host`, `http://host:8080`, `s3://bucket`. A place over http stands for
   * the same over https too. Not said, it is any public place. A hub sets it to what the dataset's plugin states.
   */
  readonly hosts?: readonly string[] | undefined;
  /** Why it cannot be fetched although it was asked for; null where it can. */
  readonly absent: string | null;
  /** Where it belongs below the folder of a download: relative, with `/`. */
  readonly path: string;
  /** Bytes; null where the source does not say. */
  readonly size: number | null;
  /** About how many bytes files of its kind have, where {@link size} is not known: for estimates alone, never compared with what comes. */
  readonly expectedSize?: number | undefined;
  readonly digests: readonly FileDigest[];
}

/** A small file made from what was downloaded, such as a table that lists it. */
export interface CompanionFile {
  /** Relative to the folder of the download, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}
