import { type ByteStore, type CallOptions, ConfigError, type ReadOptions } from "@crossprobe/core";
import { checkKey, checkRange, compareCodePoints, isDirectoryKey, toSpan } from "./keys.js";

/** Keys and their bytes. */
export type MemoryEntries = ReadonlyMap<string, Uint8Array> | Readonly<Record<string, Uint8Array>>;

/**
 * A byte store over arrays that are already in memory. Reads copy, so that a caller owns what it gets.
 *
 * A `Map` is read through: keys added to it later are seen.
 *
 * @example
 * const store = new MemoryStore("memory://demo/", { "a/times.npy": encodeNpy(times, [times.length]) });
 */
export class MemoryStore implements ByteStore {
  readonly url: string;
  readonly #entries: ReadonlyMap<string, Uint8Array>;

  /** @param url what messages call this store; a `/` is added where there is none at the end */
  constructor(url: string, entries: MemoryEntries) {
    this.url = url.endsWith("/") ? url : `${url}/`;
    this.#entries = entries instanceof Map ? entries : new Map(Object.entries(entries));
    for (const key of this.#entries.keys()) {
      checkKey(key, this.url);
      if (isDirectoryKey(key))
        throw new ConfigError(`${JSON.stringify(key)} names a directory, not an entry of ${this.url}`);
    }
  }

  async size(key: string, options: CallOptions = {}): Promise<number | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key, this.url);
    return this.#entries.get(key)?.byteLength;
  }

  async read(key: string, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key, this.url);
    checkRange(options.range, this.url + key);
    const bytes = this.#entries.get(key);
    if (bytes === undefined) return undefined;
    const { start, end } = toSpan(options.range, bytes.byteLength);
    return new Uint8Array(bytes.subarray(start, end));
  }

  async *list(prefix: string, options: CallOptions = {}): AsyncIterable<string> {
    for (const key of [...this.#entries.keys()].sort(compareCodePoints)) {
      options.signal?.throwIfAborted();
      if (key.startsWith(prefix)) yield key;
    }
  }
}
