import type { MtscompHeader } from "./mtscomp-header.js";

/**
 * Turns the differences of a chunk into samples, in place: first over columns, then over time. Sums wrap in 16 bits, as the differences did.
 *
 * Source: `mtscomp.Reader.read_chunk`.
 */
export function undoDifferences(
  data: Int16Array,
  samples: number,
  { order, columnCount, hasSpatialDifferences, hasTimeDifferences }: MtscompHeader,
): void {
  // In either order one axis is contiguous (`inner`) and the other steps over it.
  const [inner, outer] = order === "F" ? [samples, columnCount] : [columnCount, samples];
  const isInnerTime = order === "F";
  if (hasSpatialDifferences) (isInnerTime ? sumOuter : sumInner)(data, inner, outer);
  if (hasTimeDifferences) (isInnerTime ? sumInner : sumOuter)(data, inner, outer);
}

function sumInner(data: Int16Array, inner: number, outer: number): void {
  for (let row = 0; row < outer; row++) {
    let sum = 0;
    const end = (row + 1) * inner;
    for (let i = row * inner; i < end; i++) {
      sum = (sum + (data[i] ?? 0)) | 0;
      data[i] = sum;
    }
  }
}

function sumOuter(data: Int16Array, inner: number, outer: number): void {
  for (let i = inner; i < inner * outer; i++) data[i] = (data[i] ?? 0) + (data[i - inner] ?? 0);
}
