import type { CallOptions } from "@crossprobe/core";
import type { ChunkLayout } from "./chunk-layout.js";

type Span = readonly [start: number, stop: number];

/**
 * Rows at any positions, in their order: reads of every chunk only what lies between the first and the last position in it.
 *
 * @param fill writes `[stop - start, columns]` of samples `[start, stop)` to the beginning of a target
 */
export async function readPositions(
  positions: Int32Array,
  columns: number,
  layout: ChunkLayout,
  fill: (span: Span, target: Float32Array, options?: CallOptions) => Promise<void>,
  options?: CallOptions,
): Promise<Float32Array> {
  const result = new Float32Array(positions.length * columns);
  const order = Uint32Array.from(positions, (_, i) => i);
  order.sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0));
  for (let at = 0; at < order.length; ) {
    const first = positions[order[at] ?? 0] ?? 0;
    const limit = (Math.floor(first / layout.chunkLength) + 1) * layout.chunkLength;
    let end = at;
    while (end < order.length && (positions[order[end] ?? 0] ?? 0) < limit) end++;
    const last = positions[order[end - 1] ?? 0] ?? 0;
    const rows = new Float32Array((last + 1 - first) * columns);
    await fill([first, last + 1], rows, options);
    for (; at < end; at++) {
      const row = order[at] ?? 0;
      const from = ((positions[row] ?? 0) - first) * columns;
      result.set(rows.subarray(from, from + columns), row * columns);
    }
  }
  return result;
}
