import { type Box, copyOverlap, elementsOf } from "../box.js";
import { LruCache } from "../lru-cache.js";
import { type ChunkRange, countOf, type StoredChunk } from "./chunk-grid.js";
import { findChunks } from "./chunk-index.js";
import { readContiguous, spansOfContiguous } from "./contiguous.js";
import { requireSound } from "./damage.js";
import { decodeChunk, requireCoveredFilters } from "./decode-chunk.js";
import type { ByteSpan } from "./file-blocks.js";
import type { FileBytes } from "./file-bytes.js";
import { forEachLane } from "./lanes.js";
import type { Layout } from "./layout.js";
import { requireCovered } from "./not-covered.js";
import { type Run, readRuns, runsOf, spansOfRuns } from "./runs.js";
import type { StoredArray } from "./stored-array.js";

type Chunked = Extract<Layout, { kind: "chunked" }>;

/** Chunks below this are not worth an entry of their own: the raw blocks are near. */
const MIN_CHUNK_BYTES = 4096;

/** Chunks beyond this are left to the HDF5 library. */
const MAX_CHUNK_BYTES = 512 << 20;

/** Bytes of the file that a read of values takes. */
export interface PlannedBox {
  readonly spans: Iterable<ByteSpan>;
  /** Stored bytes of what is asked for and not in memory. */
  readonly neededBytes: number;
}

/** Reads elements as they are stored, through a cache of decoded chunks. */
export class ArrayBytes {
  readonly #cacheBytes: number;
  readonly #chunks: LruCache<string>;

  constructor(cacheBytes: number) {
    this.#cacheBytes = cacheBytes;
    this.#chunks = new LruCache(cacheBytes);
  }

  clear(): void {
    this.#chunks.clear();
  }

  /** Bytes of a box of elements in C order, in an array that the caller owns. */
  async readBox(file: FileBytes, array: StoredArray, box: Box): Promise<Uint8Array<ArrayBuffer>> {
    const itemBytes = array.type.size;
    const length = elementsOf(box.count) * itemBytes;
    const { layout } = array;
    if (length === 0) return new Uint8Array(0);
    if (layout.kind === "chunked") return await this.#readChunks(file, array, layout, box);
    const bytes = new Uint8Array(length);
    const target = { bytes, box };
    if (layout.kind === "compact") {
      const whole = { start: array.shape.map(() => 0), count: array.shape };
      copyOverlap({ bytes: layout.bytes.slice(), box: whole }, target, itemBytes);
    } else if (layout.address === undefined) fillWith(bytes, array.fill);
    else await readContiguous(file, { address: layout.address, shape: array.shape, itemBytes }, target);
    return bytes;
  }

  /** What {@link readBox} would read of the values now, and how much of it is wanted. */
  async planBox(file: FileBytes, array: StoredArray, box: Box): Promise<PlannedBox> {
    const { layout, shape } = array;
    const itemBytes = array.type.size;
    const neededBytes = elementsOf(box.count) * itemBytes;
    if (neededBytes === 0 || layout.kind === "compact") return { spans: [], neededBytes: 0 };
    if (layout.kind === "contiguous") {
      if (layout.address === undefined) return { spans: [], neededBytes: 0 };
      return { spans: spansOfContiguous(file, { address: layout.address, shape, itemBytes }, box), neededBytes };
    }
    const { stored: entries, isCached } = await this.#find(file, array, layout, box);
    const missing = entries.filter((entry) => !(isCached && this.#chunks.has(keyOf(array, entry))));
    for (const entry of missing) requirePlace(file, entry, array, layout);
    const stored = missing.reduce((sum, { bytes }) => sum + bytes, 0);
    return { spans: spansOfRuns(file, runsOf(missing)), neededBytes: stored };
  }

  /** Reads where every chunk is, and none of them. */
  async findAll(file: FileBytes, array: StoredArray): Promise<void> {
    const { layout, shape } = array;
    if (layout.kind !== "chunked" || elementsOf(shape) === 0) return;
    await this.#find(file, array, layout, { start: shape.map(() => 0), count: shape });
  }

  /** The written chunks of a box, and whether such chunks are kept when they are decoded. */
  async #find(file: FileBytes, array: StoredArray, layout: Chunked, box: Box) {
    const { chunk, itemBytes } = layout;
    const chunkBytes = elementsOf(chunk) * itemBytes;
    requireCoveredFilters(array.filters);
    requireCovered(chunkBytes <= MAX_CHUNK_BYTES, "a very large chunk");
    const stored = await findChunks(file, array, layout, rangeOf(box, chunk));
    return { stored, isCached: chunkBytes >= MIN_CHUNK_BYTES && chunkBytes <= this.#cacheBytes / 2 };
  }

  async #readChunks(file: FileBytes, array: StoredArray, layout: Chunked, box: Box): Promise<Uint8Array<ArrayBuffer>> {
    const { chunk, itemBytes } = layout;
    const { stored, isCached } = await this.#find(file, array, layout, box);
    const bytes = new Uint8Array(elementsOf(box.count) * itemBytes);
    const target = { bytes, box };
    if (stored.length < countOf(rangeOf(box, chunk))) fillWith(bytes, array.fill);
    const place = (decoded: Uint8Array, at: StoredChunk) =>
      copyOverlap({ bytes: decoded, box: boxOf(at, chunk) }, target, itemBytes);
    const missing: StoredChunk[] = [];
    for (const entry of stored) {
      const cached = isCached ? this.#chunks.get(keyOf(array, entry)) : undefined;
      if (cached === undefined) missing.push(requirePlace(file, entry, array, layout));
      else place(cached, entry);
    }
    await readRuns(file, runsOf(missing), async (run: Run, raw: Uint8Array) => {
      await forEachLane(run.chunks, async (entry) => {
        const at = entry.address - run.address;
        const part = raw.subarray(at, at + entry.bytes);
        const decoded = await this.#decode(part, entry, array, layout);
        if (isCached) this.#chunks.set(keyOf(array, entry), decoded);
        place(decoded, entry);
      });
    });
    return bytes;
  }

  async #decode(
    raw: Uint8Array,
    entry: StoredChunk,
    array: StoredArray,
    layout: Chunked,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { filterMask } = entry;
    const length = elementsOf(layout.chunk) * layout.itemBytes;
    const filters = layout.edgesUnfiltered && isAtEdge(entry, layout.chunk, array.shape) ? [] : array.filters;
    const allocate = (bytes: number) => (bytes === length ? this.#chunks.allocate(bytes) : new Uint8Array(bytes));
    const decoded = await decodeChunk(raw, { filters, filterMask, length, allocate });
    // What is part of what was read is copied: it is kept longer, and words have to lie on even places.
    return ownsItsMemory(decoded, raw) ? decoded : decoded.slice();
  }
}

function ownsItsMemory(decoded: Uint8Array, raw: Uint8Array): decoded is Uint8Array<ArrayBuffer> {
  return decoded.buffer !== raw.buffer && decoded.byteOffset % 8 === 0;
}

function keyOf(array: StoredArray, chunk: StoredChunk): string {
  return `${array.address} ${chunk.address}`;
}

function rangeOf(box: Box, chunk: readonly number[]): ChunkRange {
  return {
    first: box.start.map((start, axis) => Math.floor(start / (chunk[axis] ?? 1))),
    last: box.start.map((start, axis) => Math.floor((start + (box.count[axis] ?? 1) - 1) / (chunk[axis] ?? 1))),
  };
}

function boxOf({ place }: StoredChunk, chunk: readonly number[]): Box {
  return { start: place.map((at, axis) => at * (chunk[axis] ?? 1)), count: chunk };
}

function isAtEdge({ place }: StoredChunk, chunk: readonly number[], shape: readonly number[]): boolean {
  return place.some((at, axis) => (at + 1) * (chunk[axis] ?? 1) > (shape[axis] ?? 0));
}

/** A chunk whose bytes lie within the file, and are as many as they may be. */
function requirePlace(file: FileBytes, entry: StoredChunk, array: StoredArray, layout: Chunked): StoredChunk {
  const length = elementsOf(layout.chunk) * layout.itemBytes;
  const isUnfiltered =
    array.filters.length === 0 || (layout.edgesUnfiltered && isAtEdge(entry, layout.chunk, array.shape));
  requireSound(!isUnfiltered || entry.bytes === length, `a chunk has ${entry.bytes} bytes instead of ${length}`);
  requireSound(entry.bytes <= 2 * length + 4096, "a chunk is much longer in the file than in memory");
  file.place(entry.address, entry.bytes, "a chunk");
  return entry;
}

function fillWith(bytes: Uint8Array, fill: Uint8Array | undefined): void {
  if (fill === undefined) return;
  bytes.set(fill.subarray(0, bytes.length));
  for (let done = fill.length; done < bytes.length; done *= 2)
    bytes.copyWithin(done, 0, Math.min(done, bytes.length - done));
}
