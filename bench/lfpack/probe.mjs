/** Rows and columns of a ten-minute result that are compared between the readers: ends, both sides of a chunk border, in between. */
export const PROBE_ROWS = [0, 777, 2047, 2048, 75_000, 149_999];

export function probeColumns(columns) {
  return [0, Math.floor(columns / 2), columns - 1];
}
