import type { Hdf5Data, Hdf5Link, Hdf5Object, Hdf5Slice } from "./hdf5-file.js";

/** What the main thread asks of the worker. One question is in flight at a time; the worker answers it with `done` or `failed`. */
export type Question =
  | {
      readonly kind: "open";
      readonly file: number;
      readonly url: string;
      readonly size: number;
      /** The first bytes, already read, so that they are not fetched twice. */
      readonly head: Uint8Array;
      readonly cacheBytes: number;
    }
  | { readonly kind: "close"; readonly file: number }
  | { readonly kind: "list"; readonly file: number; readonly path: string }
  | { readonly kind: "find"; readonly file: number; readonly path: string }
  | {
      readonly kind: "attributes";
      readonly file: number;
      readonly path: string;
      readonly names?: readonly string[] | undefined;
    }
  | {
      readonly kind: "read";
      readonly file: number;
      readonly path: string;
      readonly slices: readonly Hdf5Slice[] | undefined;
    };

export type QuestionOf<Kind extends Question["kind"]> = Extract<Question, { readonly kind: Kind }>;

/** The answer to each kind of question. */
export interface Answers {
  open: undefined;
  close: undefined;
  list: readonly Hdf5Link[];
  find: Hdf5Object | undefined;
  attributes: ReadonlyMap<string, Hdf5Data>;
  read: Hdf5Data;
}

/** An error on its way from the worker to the main thread, where it becomes one of the error classes. */
export interface FailureMessage {
  readonly code: "format" | "query" | "unsupported" | "not-found" | "cancelled";
  readonly message: string;
  readonly hint: string | undefined;
  readonly at: string | undefined;
  /** HDF5's own diagnostics, or the original error's text. */
  readonly diagnostics: string | undefined;
  /** The instance is beyond repair: a fresh worker has to take over. */
  readonly fatal: boolean;
}

export type WorkerMessage =
  /** The worker blocks until the main thread has put these bytes into the shared memory. */
  | { readonly kind: "fetch"; readonly file: number; readonly offset: number; readonly length: number }
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "failed"; readonly failure: FailureMessage };

/** Shared memory between both threads: a few control words, and the bytes of one fetch. */
export interface SharedMemory {
  readonly control: SharedArrayBuffer;
  readonly bytes: SharedArrayBuffer;
}

/** Positions in the control words. */
export const CONTROL = {
  /** 0 while a fetch is under way, 1 when it has ended. The worker waits on this word. */
  fetched: 0,
  /** Bytes that the fetch gave, or -1 when it failed. */
  length: 1,
  /** 1 when the caller of the question in flight has gone. */
  cancelled: 2,
  /** Counts the steps of long reads, as a sign of life. */
  steps: 3,
} as const;

export const CONTROL_BYTES = 16;

/** Unit of fetching and caching, in bytes. Measured on an 18 GB file: fewest requests for the bytes that they cost. */
export const BLOCK_BYTES = 1 << 20;

/** Most bytes of one fetch. */
export const FETCH_BYTES = 4 * BLOCK_BYTES;

/** Raw blocks that the worker keeps for one file, in bytes. */
export const BLOCK_CACHE_BYTES = 8 * BLOCK_BYTES;
