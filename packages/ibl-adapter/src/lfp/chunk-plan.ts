import type { ChunkLayout } from "./chunk-layout.js";

/** One chunk that a read touches. */
export interface ChunkRead {
  readonly index: number;
  /** Samples wanted, counted from the start of the chunk. */
  readonly within: readonly [start: number, stop: number];
  /** Row of the result that the first of them goes to. */
  readonly row: number;
}

/** Which chunks hold samples `[start, stop)`, and which part of each; in time order. Pure: reads nothing. */
export function planChunks(layout: ChunkLayout, [start, stop]: readonly [number, number]): readonly ChunkRead[] {
  const reads: ChunkRead[] = [];
  for (let at = start; at < stop; ) {
    const index = Math.floor(at / layout.chunkLength);
    const first = index * layout.chunkLength;
    const end = Math.min(stop, first + layout.chunkLength);
    reads.push({ index, within: [at - first, end - first], row: at - start });
    at = end;
  }
  return reads;
}
