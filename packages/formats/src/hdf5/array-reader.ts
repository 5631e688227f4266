import type { Metadata } from "h5wasm";
import { type Box, copyOverlap, elementsOf, type Placed, splitBox } from "./box.js";
import type { H5Module } from "./h5-module.js";
import { LruCache } from "./lru-cache.js";

/** An array, as far as reading its bytes goes. */
export interface StoredArray {
  readonly path: string;
  readonly metadata: Metadata;
  readonly shape: readonly number[];
}

export interface ArrayReaderOptions {
  readonly module: H5Module;
  readonly file: bigint;
  readonly url: string;
  /** Budget of the decoded chunks. */
  readonly cacheBytes: number;
  /** Called between two steps of a long read; throws when nobody waits for it any more. */
  readonly checkCancelled: () => void;
}

/** Most bytes that one call of HDF5 puts into the instance's memory, which never shrinks. */
const STEP_BYTES = 8 << 20;

/** Chunks below this are not worth an entry of their own: a box of them is read at once. */
const MIN_CHUNK_BYTES = 4096;

/** Small chunks that lie side by side are read together up to this size. */
const RUN_BYTES = 256 << 10;

/** Reads elements of a fixed size as bytes: chunk by chunk through a cache of decoded chunks, or straight in steps. */
export class ArrayReader {
  readonly #options: ArrayReaderOptions;
  readonly #chunks: LruCache<string>;

  constructor(options: ArrayReaderOptions) {
    this.#options = options;
    this.#chunks = new LruCache(options.cacheBytes);
  }

  /** Bytes of a box of elements in C order, little-endian. */
  readBox(array: StoredArray, box: Box): Uint8Array {
    const bytes = new Uint8Array(elementsOf(box.count) * array.metadata.size);
    if (bytes.length === 0) return bytes;
    const chunk = array.metadata.chunks;
    if (chunk === null || box.count.length === 0) this.#readSteps(array, box, [], bytes);
    else if (this.#isCached(elementsOf(chunk) * array.metadata.size)) this.#readChunks(array, box, chunk, bytes);
    else this.#readSteps(array, box, chunk, bytes);
    return bytes;
  }

  clear(): void {
    this.#chunks.clear();
  }

  #isCached(chunkBytes: number): boolean {
    return chunkBytes >= MIN_CHUNK_BYTES && chunkBytes <= this.#options.cacheBytes / 2;
  }

  #readSteps(array: StoredArray, box: Box, align: readonly number[], target: Uint8Array): void {
    let done = 0;
    for (const step of splitBox(box, STEP_BYTES / array.metadata.size, align)) {
      const bytes = elementsOf(step.count) * array.metadata.size;
      this.#readInto(array, step, target.subarray(done, done + bytes));
      done += bytes;
    }
  }

  #readChunks(array: StoredArray, box: Box, chunk: readonly number[], bytes: Uint8Array): void {
    const target = { bytes, box };
    const itemBytes = array.metadata.size;
    const longestRun = Math.max(1, Math.floor(RUN_BYTES / (elementsOf(chunk) * itemBytes)));
    let run: ChunkBox[] = [];
    const readRun = () => {
      if (run.length > 0) copyOverlap(this.#readRun(array, run), target, itemBytes);
      run = [];
    };
    for (const entry of chunksOf(array, box, chunk)) {
      if (!entry.continuesRow || run.length === longestRun || this.#chunks.has(entry.key)) readRun();
      // Looked up after that read, which may have taken over the memory of older chunks.
      const cached = this.#chunks.get(entry.key);
      if (cached === undefined) run.push(entry);
      else copyOverlap({ bytes: cached, box: entry.box }, target, itemBytes);
    }
    readRun();
  }

  /** Reads chunks that lie side by side on the last axis, and keeps each in the cache. */
  #readRun(array: StoredArray, run: readonly ChunkBox[]): Placed {
    const itemBytes = array.metadata.size;
    const box = unionOf(run);
    const size = elementsOf(box.count) * itemBytes;
    const whole = { bytes: run.length === 1 ? this.#chunks.allocate(size) : new Uint8Array(size), box };
    this.#readInto(array, box, whole.bytes);
    for (const entry of run) {
      const part = { bytes: whole.bytes, box: entry.box };
      if (run.length > 1) {
        part.bytes = this.#chunks.allocate(elementsOf(entry.box.count) * itemBytes);
        copyOverlap(whole, part, itemBytes);
      }
      this.#chunks.set(entry.key, part.bytes);
    }
    return whole;
  }

  #readInto(array: StoredArray, box: Box, target: Uint8Array): void {
    const { module, file, url, checkCancelled } = this.#options;
    checkCancelled();
    const axes = box.count.length;
    const count = axes === 0 ? null : box.count.map(BigInt);
    const start = axes === 0 ? null : box.start.map(BigInt);
    const strides = axes === 0 ? null : box.count.map(() => 1n);
    const what = `cannot read array ${array.path} of ${url}`;
    module.withMemory(target.length, (pointer) => {
      const { wasm } = module;
      const read = () => wasm.get_dataset_data(file, array.path, count, start, strides, BigInt(pointer));
      module.run(what, array.path, read, (status) => status < 0);
      target.set(wasm.HEAPU8.subarray(pointer, pointer + target.length));
    });
  }
}

interface ChunkBox {
  readonly key: string;
  /** Cut to the array's shape. */
  readonly box: Box;
  /** Whether it lies beside the chunk before it, on the last axis. */
  readonly continuesRow: boolean;
}

/** Chunks that a box touches, in C order. */
function* chunksOf(array: StoredArray, box: Box, chunk: readonly number[]): Generator<ChunkBox> {
  const first = box.start.map((start, axis) => Math.floor(start / (chunk[axis] ?? 1)));
  const last = box.start.map((start, axis) => Math.floor((start + (box.count[axis] ?? 1) - 1) / (chunk[axis] ?? 1)));
  const index = [...first];
  const lastAxis = index.length - 1;
  for (let axis = lastAxis; axis >= 0; ) {
    const start = index.map((i, a) => i * (chunk[a] ?? 1));
    const count = start.map((from, a) => Math.min(chunk[a] ?? 1, (array.shape[a] ?? 0) - from));
    const continuesRow = index[lastAxis] !== first[lastAxis];
    yield { key: `${index.join(",")} ${array.path}`, box: { start, count }, continuesRow };
    for (axis = lastAxis; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) <= (last[axis] ?? 0)) break;
      index[axis] = first[axis] ?? 0;
    }
  }
}

function unionOf(run: readonly ChunkBox[]): Box {
  const first = run[0]?.box;
  const last = run.at(-1)?.box;
  if (first === undefined || last === undefined) return { start: [], count: [] };
  const count = first.start.map((from, axis) => (last.start[axis] ?? 0) + (last.count[axis] ?? 0) - from);
  return { start: first.start, count };
}
