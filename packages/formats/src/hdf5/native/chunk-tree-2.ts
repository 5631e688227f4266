import { RECORD, readTree2, visitRecords } from "./b-tree-2.js";
import { type ChunkRange, comparePlaces, firstFrom, isInRange, type StoredChunk } from "./chunk-grid.js";
import type { Cursor } from "./cursor.js";
import { requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";

/** The chunks of a range, from the index of arrays that may grow on several axes. Source: File Format Specification 3.0, III.A.2, types 10 and 11 */
export async function findInTree2(
  file: FileBytes,
  address: number,
  { rank, chunkBytes }: { readonly rank: number; readonly chunkBytes: number },
  range: ChunkRange,
): Promise<StoredChunk[]> {
  const tree = await readTree2(file, address);
  const isFiltered = tree.type === RECORD.filteredChunk;
  requireSound(isFiltered || tree.type === RECORD.chunk, "an index of chunks has records of another kind");
  const sizeBytes = tree.recordBytes - file.widths.offsets - 8 * rank - (isFiltered ? 4 : 0);
  requireSound(isFiltered ? sizeBytes >= 1 && sizeBytes <= 8 : sizeBytes === 0, "an index of chunks has odd records");
  const parse = (record: Cursor): StoredChunk => {
    const chunk = {
      address: record.requireAddress("a chunk"),
      bytes: isFiltered ? record.uint(sizeBytes) : chunkBytes,
      filterMask: isFiltered ? record.u32() : 0,
    };
    return { ...chunk, place: Array.from({ length: rank }, () => record.uint(8)) };
  };
  const found: StoredChunk[] = [];
  const between = (after: Cursor | undefined, before: Cursor | undefined) => {
    const from = after === undefined ? range.first : firstFrom(range, parse(after).place);
    return from !== undefined && (before === undefined || comparePlaces(from, parse(before).place) <= 0);
  };
  await visitRecords(file, tree, between, (record) => {
    const chunk = parse(record);
    if (isInRange(chunk.place, range)) found.push(chunk);
  });
  return found;
}
