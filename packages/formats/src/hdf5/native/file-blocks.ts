import { type ByteStore, StoreError } from "@crossprobe/core";
import { BoundedCache } from "./bounded-cache.js";
import type { Extents } from "./extents.js";
import { forEachLane } from "./lanes.js";

export interface FileBlocksOptions {
  readonly store: ByteStore;
  readonly key: string;
  readonly url: string;
  readonly size: number;
  /** Whether a request takes as long as many bytes do: more blocks are kept then. */
  readonly isRemote?: boolean | undefined;
  /** Bytes that are known beforehand. */
  readonly known?: Extents | undefined;
}

/** A run of blocks that one request fetches. */
export interface BlockRun {
  readonly first: number;
  readonly count: number;
}

/** Bytes of the file, from an offset on. `isOnce`: fetched past the cache, by a request of their own. */
export interface ByteSpan {
  readonly offset: number;
  readonly length: number;
  readonly isOnce?: boolean | undefined;
}

/** What came, or would come, from the store. */
export interface Transfer {
  readonly requests: number;
  readonly bytes: number;
}

/** Unit of fetching and caching, in bytes. */
export const BLOCK_BYTES = 64 << 10;

/** Most bytes of one fetch. */
export const FETCH_BYTES = 4 << 20;

const CACHE_BYTES = 8 << 20;

/** What is fetched ahead of a series of reads has to stay until they have come. */
const REMOTE_CACHE_BYTES = 32 << 20;

/** Blocks between two runs that one request fetches along: 64 KiB take less time than another request. */
const GAP_BLOCKS = 1;

/** Requests under way at a time where runs are fetched ahead. */
const AHEAD_LANES = 6;

/** Blocks on their way, fetched in one go for the first call that missed one of them. */
interface Fetch {
  readonly first: number;
  readonly bytes: Promise<Uint8Array>;
  readonly signal: AbortSignal | undefined;
}

/** Where the last fetch of a read ended, and how many blocks it had. */
interface ReadAhead {
  readonly next: number;
  readonly count: number;
}

/**
 * The bytes of a file through a cache of blocks.
 *
 * A read that misses fetches its blocks in one go; reads that follow each other double the read-ahead up to {@link FETCH_BYTES}. Calls
 * that miss the same block share its fetch, under the signal of the first; if that aborts, the others fetch for themselves.
 */
export class FileBlocks {
  readonly size: number;
  readonly url: string;
  readonly #options: FileBlocksOptions;
  readonly #cache: BoundedCache<number, Uint8Array>;
  readonly #fetches = new Map<number, Fetch>();
  #lastCount = 1;
  #nextBlock = -1;
  #requests = 0;
  #bytes = 0;

  constructor(options: FileBlocksOptions) {
    this.#options = options;
    this.#cache = new BoundedCache(options.isRemote ? REMOTE_CACHE_BYTES : CACHE_BYTES);
    this.size = options.size;
    this.url = options.url;
  }

  /** Puts the first bytes of the file into the cache. */
  seed(head: Uint8Array): void {
    this.#keep(0, head.length === this.size ? head : head.subarray(0, head.length - (head.length % BLOCK_BYTES)));
  }

  clear(): void {
    this.#cache.clear();
  }

  /** What has been asked of the store so far. */
  get transferred(): Transfer {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  /** Bytes that are known, or all in one block of the cache. */
  peek(offset: number, length: number): Uint8Array | undefined {
    const known = this.#options.known?.get(offset, length);
    if (known !== undefined) return known;
    const index = Math.floor(offset / BLOCK_BYTES);
    const start = offset - index * BLOCK_BYTES;
    if (start + length > BLOCK_BYTES) return undefined;
    return this.#cache.get(index)?.subarray(start, start + length);
  }

  /** Bytes of the file, all within its size; not to be written to. */
  async read(offset: number, length: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const cached = this.peek(offset, length);
    if (cached !== undefined) return cached;
    const first = Math.floor(offset / BLOCK_BYTES);
    const last = Math.floor((offset + length - 1) / BLOCK_BYTES);
    const parts: (Uint8Array | Promise<Uint8Array>)[] = [];
    for (let index = first; index <= last; index++) {
      parts.push(this.#cache.get(index) ?? this.#missing(index, last, signal));
    }
    const blocks = await Promise.all(parts);
    const start = offset - first * BLOCK_BYTES;
    const [only] = blocks;
    if (only !== undefined && blocks.length === 1) return only.subarray(start, start + length);
    const bytes = new Uint8Array(length);
    blocks.forEach((block, i) => {
      const at = i * BLOCK_BYTES - start;
      const from = Math.max(0, -at);
      bytes.set(block.subarray(from, Math.min(block.length, length - at)), at + from);
    });
    return bytes;
  }

  /** Bytes of the file that are used once: past the cache. The array is the caller's. */
  async fetch(offset: number, length: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    return await untilAborted(this.#fromStore(offset, length, signal), signal);
  }

  /** What reading these spans one after the other would ask of the store now. */
  predict(spans: Iterable<ByteSpan>): Transfer {
    let [requests, bytes] = [0, 0];
    let ahead = { next: this.#nextBlock, count: this.#lastCount };
    const planned = new Set<number>();
    const has = (index: number) => planned.has(index) || this.#cache.has(index);
    for (const { offset, length, isOnce } of spans) {
      if (length === 0 || (!isOnce && this.#options.known?.get(offset, length) !== undefined)) continue;
      if (isOnce) {
        requests += 1;
        bytes += length;
        continue;
      }
      const last = Math.floor((offset + length - 1) / BLOCK_BYTES);
      for (let index = Math.floor(offset / BLOCK_BYTES); index <= last; index++) {
        if (has(index)) continue;
        const count = this.#blocksToFetch(index, last, ahead, has);
        for (let i = index; i < index + count; i++) planned.add(i);
        requests += 1;
        bytes += this.#bytesOf({ first: index, count });
        ahead = { next: index + count, count };
      }
    }
    return { requests, bytes };
  }

  /** The blocks that spans need and that are not there, put together into requests. `taken` are counted as there, and added to. */
  missingRuns(spans: Iterable<ByteSpan>, taken: Set<number> = new Set()): BlockRun[] {
    const missing = new Set<number>();
    for (const { offset, length } of spans) {
      const last = Math.floor((offset + length - 1) / BLOCK_BYTES);
      for (let index = Math.floor(offset / BLOCK_BYTES); index <= last; index++) {
        if (!taken.has(index) && !this.#cache.has(index)) missing.add(index);
      }
    }
    const runs: { first: number; count: number }[] = [];
    for (const index of [...missing].sort((a, b) => a - b)) {
      const run = runs.at(-1);
      const count = run === undefined ? 0 : index + 1 - run.first;
      const isNear = run !== undefined && index - (run.first + run.count) <= GAP_BLOCKS;
      if (isNear && count <= FETCH_BYTES / BLOCK_BYTES) run.count = count;
      else runs.push({ first: index, count: 1 });
    }
    for (const { first, count } of runs) for (let i = first; i < first + count; i++) taken.add(i);
    return runs;
  }

  /** What fetching these runs asks of the store. */
  costOf(runs: readonly BlockRun[]): Transfer {
    return { requests: runs.length, bytes: runs.reduce((sum, run) => sum + this.#bytesOf(run), 0) };
  }

  /** Fetches runs into the cache, some at a time. */
  async fetchRuns(runs: readonly BlockRun[], signal: AbortSignal | undefined): Promise<void> {
    await forEachLane(
      runs,
      async ({ first, count }) => {
        await this.#startRun(first, count, signal).bytes;
      },
      AHEAD_LANES,
    );
  }

  #bytesOf({ first, count }: BlockRun): number {
    return Math.min(this.size - first * BLOCK_BYTES, count * BLOCK_BYTES);
  }

  async #missing(index: number, last: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const underWay = this.#fetches.get(index);
    if (underWay === undefined || underWay.signal?.aborted) {
      const fetch = this.#start(index, last, signal);
      return blockOf(fetch, await fetch.bytes, index);
    }
    try {
      // A fetch of the same signal ends with it by itself: a read of many blocks listens once, not once a block.
      const isOwn = underWay.signal === signal;
      return blockOf(underWay, await (isOwn ? underWay.bytes : untilAborted(underWay.bytes, signal)), index);
    } catch (error) {
      signal?.throwIfAborted();
      if (!underWay.signal?.aborted) throw error;
      return this.#cache.get(index) ?? this.#missing(index, index, signal);
    }
  }

  /** Starts to fetch a run of blocks from `index` on. It stays listed until it has ended, or its caller has gone. */
  #start(index: number, last: number, signal: AbortSignal | undefined): Fetch {
    const ahead = { next: this.#nextBlock, count: this.#lastCount };
    const has = (other: number) => this.#cache.has(other) || this.#fetches.has(other);
    const count = this.#blocksToFetch(index, last, ahead, has);
    const fetch = this.#startRun(index, count, signal);
    this.#nextBlock = index + count;
    this.#lastCount = count;
    return fetch;
  }

  #startRun(index: number, count: number, signal: AbortSignal | undefined): Fetch {
    const offset = index * BLOCK_BYTES;
    const length = this.#bytesOf({ first: index, count });
    // Ends with the caller's abort even if the store does not, so that the others need not wait for it.
    const bytes = untilAborted(this.#fromStore(offset, length, signal), signal);
    const fetch = { first: index, bytes, signal };
    for (let i = index; i < index + count; i++) this.#fetches.set(i, fetch);
    const forget = () => {
      for (let i = index; i < index + count; i++) if (this.#fetches.get(i) === fetch) this.#fetches.delete(i);
    };
    bytes.then((arrived) => this.#keep(index, arrived)).then(forget, forget);
    return fetch;
  }

  #blocksToFetch(index: number, last: number, before: ReadAhead, has: (index: number) => boolean): number {
    const ahead = index === before.next ? before.count * 2 : 1;
    const left = Math.ceil(this.size / BLOCK_BYTES) - index;
    const count = Math.min(Math.max(last - index + 1, ahead), FETCH_BYTES / BLOCK_BYTES, left);
    for (let i = 1; i < count; i++) if (has(index + i)) return i;
    return count;
  }

  #keep(index: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      // A copy, so that one block that is still in use does not hold on to all that came with it.
      const isAlone = bytes.length <= BLOCK_BYTES && bytes.buffer.byteLength === bytes.length;
      const block = isAlone ? bytes : bytes.slice(at, at + BLOCK_BYTES);
      this.#cache.set(index + at / BLOCK_BYTES, block, block.length);
    }
  }

  async #fromStore(offset: number, length: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const { store, key, url } = this.#options;
    this.#requests += 1;
    this.#bytes += length;
    const bytes = await store.read(key, { range: { offset, length }, signal });
    if (bytes === undefined) throw new StoreError(`${url} has gone since it was opened`, { url });
    if (bytes.length === length) return bytes;
    const message = `${url} gave ${bytes.length} of ${length} bytes at offset ${offset}`;
    throw new StoreError(message, { url, retryable: true });
  }
}

function blockOf(fetch: Fetch, bytes: Uint8Array, index: number): Uint8Array {
  const at = (index - fetch.first) * BLOCK_BYTES;
  return bytes.subarray(at, at + BLOCK_BYTES);
}

/** The promise's outcome, or the signal's reason as soon as it aborts, whatever the store does. */
function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
