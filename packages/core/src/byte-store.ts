import type { CallOptions } from "./call-options.js";

/**
 * Which bytes of a value: `offset` and `length` from the start, or the last `suffix` bytes.
 *
 * A range that reaches past the end is cut to the end; one that starts at or past the end gives zero bytes.
 */
export type ByteRange = { readonly offset: number; readonly length: number } | { readonly suffix: number };

export interface ReadOptions extends CallOptions {
  readonly range?: ByteRange | undefined;
}

/** What a store says of an object without its bytes. */
export interface ObjectState {
  /** Bytes. */
  readonly size: number;
  /**
   * Text that another content never has, such as a strong entity tag; `undefined` where the backend promises none. A store that gives one
   * serves its later reads of the key from that very content, or fails.
   */
  readonly validator: string | undefined;
}

/**
 * A place where bytes live. Keys are relative paths with `/`; they never start with `/` and never contain `..`.
 */
export interface ByteStore {
  /** Absolute, for messages and provenance. Ends in `/`. */
  readonly url: string;
  /** Size in bytes; `undefined` if there is no such key (a directory is no key). */
  size(key: string, options?: CallOptions): Promise<number | undefined>;
  /**
   * The bytes, whole or a range, in an array that the caller owns; `undefined` if there is no such key.
   *
   * @throws {@link StoreError} for anything else that goes wrong
   */
  read(key: string, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /** Every key under a prefix (`""` for all), recursively, in code-point order. Absent where the backend cannot list. */
  list?(prefix: string, options?: CallOptions): AsyncIterable<string>;
  /** Size and validator at once, asked anew of the backend; `undefined` if there is no such key. Absent where no backend states validators. */
  stat?(key: string, options?: CallOptions): Promise<ObjectState | undefined>;
  /**
   * Text that changes when the value is written again, such as the time of change of a file: less than a validator promises. `undefined` if there
   * is no such key. Absent where the backend keeps nothing of the kind.
   */
  modified?(key: string, options?: CallOptions): Promise<string | undefined>;
}

/** Opens the store behind a URL, by its scheme. Opening does no I/O. */
export interface StoreResolver {
  /** @throws {@link ConfigError} for an unknown scheme, naming the known ones */
  open(url: string): ByteStore;
}

/** Behaviour laid over a store, such as caching or retrying. */
export type StoreLayer<Options> = (store: ByteStore, options: Options) => ByteStore;
