import { elementsOf } from "../box.js";
import { type ChunkRange, placesOf, type StoredChunk } from "./chunk-grid.js";
import { findInTree1 } from "./chunk-tree-1.js";
import { findInTree2 } from "./chunk-tree-2.js";
import { Damage, requireSound } from "./damage.js";
import { openExtensibleArray } from "./extensible-array.js";
import type { FileBytes } from "./file-bytes.js";
import { type FindChunk, openFixedArray } from "./fixed-array.js";
import type { Layout } from "./layout.js";
import type { StoredArray } from "./stored-array.js";

type Chunked = Extract<Layout, { kind: "chunked" }>;

/** The written chunks of a range. */
export async function findChunks(
  file: FileBytes,
  array: StoredArray,
  layout: Chunked,
  range: ChunkRange,
): Promise<StoredChunk[]> {
  const { address, chunk, index, itemBytes } = layout;
  if (address === undefined) return [];
  const chunkBytes = elementsOf(chunk) * itemBytes;
  switch (index.kind) {
    case "b-tree-1":
      return await findInTree1(file, address, chunk, range);
    case "b-tree-2":
      return await findInTree2(file, address, { rank: chunk.length, chunkBytes }, range);
    case "single": {
      const { filteredBytes, filterMask } = index;
      requireSound((filteredBytes !== undefined) === array.filters.length > 0, "a chunk contradicts its filters");
      return [{ place: chunk.map(() => 0), address, bytes: filteredBytes ?? chunkBytes, filterMask }];
    }
    case "implicit": {
      const find: FindChunk = async (at) => ({ address: address + at * chunkBytes, bytes: chunkBytes, filterMask: 0 });
      return await byNumber(find, gridOf(array, chunk), range);
    }
    case "fixed-array":
      return await byNumber(await openFixedArray(file, address, chunkBytes), gridOf(array, chunk), range);
    case "extensible-array":
      return await byNumber(await openExtensibleArray(file, address, chunkBytes), gridOf(array, chunk), range);
  }
}

/** Chunks on each axis as far as the array may grow; null for the axis without an end. */
function gridOf(array: StoredArray, chunk: readonly number[]): (number | null)[] {
  return chunk.map((length, axis) => {
    const max = array.dataspace.maxShape[axis] ?? null;
    return max === null ? null : Math.ceil(max / length);
  });
}

/** Chunks are numbered in C order, the axis without an end counting as the first. Source: `H5D__earray_idx_get_addr` in H5Dearray.c */
async function byNumber(find: FindChunk, grid: readonly (number | null)[], range: ChunkRange): Promise<StoredChunk[]> {
  const endless = grid.indexOf(null);
  if (endless >= 0 && grid.indexOf(null, endless + 1) >= 0) throw new Damage("two axes of an array have no end");
  const axes = grid.map((_, axis) => axis);
  if (endless > 0) axes.unshift(...axes.splice(endless, 1));
  const found: StoredChunk[] = [];
  for (const place of placesOf(range)) {
    const number = axes.reduce((sum, axis) => sum * (grid[axis] ?? 1) + (place[axis] ?? 0), 0);
    const chunk = await find(number);
    if (chunk !== undefined) found.push({ place, ...chunk });
  }
  return found;
}
