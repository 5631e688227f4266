import { LruCache } from "./lru-cache.js";

/** Gives bytes of a file at once, in an array that is valid until the next call. Throws when they do not arrive. */
export type FetchBytes = (offset: number, length: number) => Uint8Array;

export interface BlockSourceOptions {
  readonly size: number;
  readonly fetch: FetchBytes;
  readonly blockBytes: number;
  readonly fetchBytes: number;
  readonly cacheBytes: number;
}

/**
 * Positional reads of a file, synchronous, through a cache of blocks.
 *
 * A read that misses fetches its blocks in one go; reads that follow each other double the read-ahead up to `fetchBytes`.
 */
export class BlockSource {
  readonly size: number;
  readonly #fetch: FetchBytes;
  readonly #blockBytes: number;
  readonly #fetchBlocks: number;
  readonly #cache: LruCache<number>;
  #ahead = 1;
  #nextBlock = -1;

  constructor(options: BlockSourceOptions) {
    this.size = options.size;
    this.#fetch = options.fetch;
    this.#blockBytes = options.blockBytes;
    this.#fetchBlocks = Math.max(1, Math.floor(options.fetchBytes / options.blockBytes));
    this.#cache = new LruCache(options.cacheBytes);
  }

  /** Puts the first bytes of the file into the cache, if they make up the first block. */
  seed(head: Uint8Array): void {
    if (head.length === Math.min(this.size, this.#blockBytes)) this.#cache.set(0, head.slice());
  }

  /** Copies bytes from `position` into `target`; gives how many there were. */
  read(target: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(target.length, this.size - position));
    let done = 0;
    while (done < length) {
      const at = position + done;
      const index = Math.floor(at / this.#blockBytes);
      const block = this.#cache.get(index) ?? this.#fetchBlock(index, position + length);
      const start = at - index * this.#blockBytes;
      const part = block.subarray(start, start + length - done);
      target.set(part, done);
      done += part.length;
    }
    return done;
  }

  #fetchBlock(index: number, end: number): Uint8Array {
    const count = this.#blocksToFetch(index, end);
    const offset = index * this.#blockBytes;
    const bytes = this.#fetch(offset, Math.min(this.size - offset, count * this.#blockBytes));
    for (let i = count - 1; i >= 0; i--) {
      const start = i * this.#blockBytes;
      const part = bytes.subarray(start, start + this.#blockBytes);
      const block = this.#cache.allocate(part.length);
      block.set(part);
      this.#cache.set(index + i, block);
    }
    this.#nextBlock = index + count;
    return this.#cache.get(index) ?? bytes.slice(0, this.#blockBytes);
  }

  #blocksToFetch(index: number, end: number): number {
    this.#ahead = index === this.#nextBlock ? Math.min(this.#ahead * 2, this.#fetchBlocks) : 1;
    const needed = Math.ceil(end / this.#blockBytes) - index;
    const left = Math.ceil(this.size / this.#blockBytes) - index;
    let count = Math.min(Math.max(needed, this.#ahead), this.#fetchBlocks, left);
    for (let i = 1; i < count; i++) if (this.#cache.has(index + i)) count = i;
    return count;
  }
}
