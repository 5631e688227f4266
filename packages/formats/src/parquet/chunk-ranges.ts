import type { RangeFile } from "./range-file.js";

/** Where the bytes of a column chunk lie: `start ≤ byte < end`. */
export interface ChunkRange {
  readonly start: number;
  readonly end: number;
}

/** Reading this many unwanted bytes costs less than another request. */
const GAP_BYTES = 32 * 1024;

/** Few larger ranges that cover all given ones. */
export function mergeRanges(ranges: readonly ChunkRange[]): ChunkRange[] {
  const merged: ChunkRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || range.start > last.end + GAP_BYTES) merged.push(range);
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
  }
  return merged;
}

/** The bytes of each range, in their order, from as few reads as make sense. */
export async function readRanges(file: RangeFile, ranges: readonly ChunkRange[]): Promise<Uint8Array[]> {
  const merged = mergeRanges(ranges);
  const buffers = await Promise.all(merged.map(({ start, end }) => file.slice(start, end)));
  return ranges.map(({ start, end }) => {
    const index = merged.findIndex((whole) => whole.start <= start && end <= whole.end);
    return new Uint8Array(buffers[index] ?? new ArrayBuffer(0), start - (merged[index]?.start ?? 0), end - start);
  });
}
