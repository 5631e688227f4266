import { TILE } from "./engine.js";

/**
 * Packs rows `[start, stop)` of a C-order matrix `[?, inner]` as `[ceil(n / 4), inner, 4]`, padded with 0.
 *
 * @returns the number of tiles
 */
export function packRows(
  matrix: Float64Array,
  inner: number,
  [start, stop]: readonly [number, number],
  memory: Float64Array,
  at: number,
): number {
  const tiles = Math.ceil((stop - start) / TILE);
  for (let tile = 0; tile < tiles; tile++) {
    for (let lane = 0; lane < TILE; lane++) {
      const row = start + tile * TILE + lane;
      let to = at + tile * inner * TILE + lane;
      const from = row * inner;
      if (row >= stop) for (let k = 0; k < inner; k++, to += TILE) memory[to] = 0;
      else for (let k = 0; k < inner; k++, to += TILE) memory[to] = matrix[from + k] ?? 0;
    }
  }
  return tiles;
}

/**
 * Packs columns `[start, stop)` of a C-order matrix `[inner, stride]` as `[ceil(n / 4), inner, 4]`, padded with 0.
 *
 * @returns the number of tiles
 */
export function packColumns(
  matrix: Float64Array,
  inner: number,
  stride: number,
  [start, stop]: readonly [number, number],
  memory: Float64Array,
  at: number,
): number {
  const count = stop - start;
  const whole = count - (count % TILE);
  const step = inner * TILE;
  for (let k = 0; k < inner; k++) {
    const from = k * stride + start;
    let to = at + k * TILE;
    for (let i = 0; i < whole; i += TILE, to += step) {
      memory[to] = matrix[from + i] ?? 0;
      memory[to + 1] = matrix[from + i + 1] ?? 0;
      memory[to + 2] = matrix[from + i + 2] ?? 0;
      memory[to + 3] = matrix[from + i + 3] ?? 0;
    }
    if (whole === count) continue;
    for (let lane = 0; lane < TILE; lane++) {
      memory[to + lane] = whole + lane < count ? (matrix[from + whole + lane] ?? 0) : 0;
    }
  }
  return Math.ceil(count / TILE);
}
