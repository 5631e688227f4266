import { type ByteStore, type ObjectState, type ReadOptions, StoreError } from "@crossprobe/core";
import { checkRange, toSpan, urlOfKey } from "../keys.js";
import type { BlockFolder } from "./block-folder.js";
import { over } from "./over.js";

export interface DiskCachedOptions {
  readonly folder: BlockFolder;
  /** How long the backend's word on a validator counts, seconds (default 30). */
  readonly recheckSeconds?: number | undefined;
}

const RECHECK_SECONDS = 30;
/** Missing blocks beside each other are asked for in one read of at most so many bytes. */
const LONGEST_READ_BYTES = 8 * 1024 * 1024;
/** Blocks looked up at a time. */
const AT_A_TIME = 8;

/**
 * Keeps what was read on disk, in blocks that are named after the object's validator: a changed object has other names, so its old bytes
 * are never given for it, in this process or a later one. Objects without a strong validator are read from the store each time.
 *
 * The validator is asked for once (one HEAD), and again when the answer is older than `recheckSeconds`. A cache that cannot be written or
 * read costs requests, not answers: {@link BlockFolder.counts} tells.
 *
 * @example
 * const folder = new BlockFolder("cache/blocks", { budgetBytes: 10 * 1024 ** 3 });
 * const store = diskCached(new HttpStore("https://example.org/cache/"), { folder });
 */
export function diskCached(store: ByteStore, options: DiskCachedOptions): ByteStore {
  const { stat } = store;
  if (stat === undefined) return over(store, {});
  const reads = new DiskCachedReads(store, (key, options) => stat.call(store, key, options), options);
  return over(store, {
    size: async (key, options) => (await reads.state(key, options))?.size,
    stat: (key, options) => reads.freshState(key, options),
    read: (key, options) => reads.read(key, options),
  });
}

class DiskCachedReads {
  readonly #store: ByteStore;
  readonly #stat: NonNullable<ByteStore["stat"]>;
  readonly #folder: BlockFolder;
  readonly #recheckSeconds: number;
  readonly #states = new Map<string, { readonly state: ObjectState; readonly askedAt: number }>();

  constructor(store: ByteStore, stat: NonNullable<ByteStore["stat"]>, options: DiskCachedOptions) {
    this.#store = store;
    this.#stat = stat;
    this.#folder = options.folder;
    this.#recheckSeconds = options.recheckSeconds ?? RECHECK_SECONDS;
  }

  async state(key: string, options?: ReadOptions): Promise<ObjectState | undefined> {
    options?.signal?.throwIfAborted();
    const known = this.#states.get(key);
    if (known !== undefined && performance.now() - known.askedAt < this.#recheckSeconds * 1000) return known.state;
    return this.freshState(key, options);
  }

  /** What the backend says now; good for the reads that follow, too. */
  async freshState(key: string, options?: ReadOptions): Promise<ObjectState | undefined> {
    const now = performance.now();
    const state = await this.#stat(key, options?.signal === undefined ? {} : { signal: options.signal });
    if (state === undefined) this.#states.delete(key);
    else this.#states.set(key, { state, askedAt: now });
    return state;
  }

  async read(key: string, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    options.signal?.throwIfAborted();
    checkRange(options.range, this.#store.url + key);
    const state = await this.state(key, options);
    if (state === undefined) return undefined;
    if (state.validator === undefined) return this.#store.read(key, options);
    const span = toSpan(options.range, state.size);
    const bytes = new Uint8Array(span.end - span.start);
    if (bytes.byteLength === 0) return bytes;
    const { blockBytes } = this.#folder;
    const object = { url: this.#store.url, key, validator: state.validator, size: state.size };
    const place = (block: number, content: Uint8Array): void => {
      const start = block * blockBytes;
      const from = Math.max(span.start, start);
      const to = Math.min(span.end, start + content.byteLength);
      bytes.set(content.subarray(from - start, to - start), from - span.start);
    };
    const first = Math.floor(span.start / blockBytes);
    const last = Math.floor((span.end - 1) / blockBytes);
    const missing = await this.#fromDisk(object, first, last, place, options.signal);
    await Promise.all(
      runsOf(missing, Math.max(1, Math.floor(LONGEST_READ_BYTES / blockBytes))).map((run) =>
        this.#fetch(object, run, place, options.signal),
      ),
    );
    options.signal?.throwIfAborted();
    return bytes;
  }

  /** Places the blocks that are kept, and gives the numbers of the others. */
  async #fromDisk(
    object: CachedObject,
    first: number,
    last: number,
    place: (block: number, content: Uint8Array) => void,
    signal: AbortSignal | undefined,
  ): Promise<number[]> {
    const missing: number[] = [];
    for (let start = first; start <= last; start += AT_A_TIME) {
      signal?.throwIfAborted();
      const blocks = Array.from({ length: Math.min(AT_A_TIME, last - start + 1) }, (_, i) => start + i);
      const contents = await Promise.all(blocks.map((block) => this.#folder.read(nameOf(object, block))));
      for (const [i, block] of blocks.entries()) {
        const content = contents[i];
        if (content?.byteLength === this.#lengthOf(object, block)) place(block, content);
        else missing.push(block);
      }
    }
    return missing;
  }

  async #fetch(
    object: CachedObject,
    { first, count }: Run,
    place: (block: number, content: Uint8Array) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { blockBytes } = this.#folder;
    const offset = first * blockBytes;
    const length = Math.min(count * blockBytes, object.size - offset);
    const bytes = await this.#store.read(object.key, { range: { offset, length }, ...(signal && { signal }) });
    if (bytes?.byteLength !== length) throw this.#changed(object);
    for (let i = 0; i < count; i++) {
      const content = bytes.subarray(i * blockBytes, (i + 1) * blockBytes);
      place(first + i, content);
      await this.#folder.write(nameOf(object, first + i), content);
    }
  }

  #lengthOf({ size }: CachedObject, block: number): number {
    return Math.min(this.#folder.blockBytes, size - block * this.#folder.blockBytes);
  }

  #changed({ url, key }: CachedObject): StoreError {
    const place = urlOfKey(url, key);
    return new StoreError(`could not read ${place}: the object changed since it was first read`, {
      url: place,
      hint: "open its source again to read the new version from the start",
    });
  }
}

interface CachedObject {
  readonly url: string;
  readonly key: string;
  readonly validator: string;
  readonly size: number;
}

interface Run {
  readonly first: number;
  readonly count: number;
}

/** Whatever tells one block from every other. */
function nameOf({ url, key, validator, size }: CachedObject, block: number): string {
  return JSON.stringify([url, key, validator, size, block]);
}

/** Blocks beside each other, up to so many at a time. */
function runsOf(blocks: readonly number[], longest: number): Run[] {
  const runs: { first: number; count: number }[] = [];
  for (const block of blocks) {
    const run = runs.at(-1);
    if (run !== undefined && run.first + run.count === block && run.count < longest) run.count++;
    else runs.push({ first: block, count: 1 });
  }
  return runs;
}
