import { LEAF_COUNT, levelLengths, packetBufferLength } from "../wavelet-packet.js";
import { ENGINE_BYTES, type Engine, TILE } from "./engine.js";
import type { CoefficientMatrix, Kernels, MatrixShape, ProductShape } from "./kernels.js";
import { packColumns, packRows } from "./packing.js";
import { countNonFinite, plainMatmul, plainProduct } from "./plain-product.js";
import { inversePacket } from "./typescript-packet.js";

// The memory in float64 values: column panels, row tiles, result. The wavelet packet has it in two halves.
const DOUBLES = ENGINE_BYTES / Float64Array.BYTES_PER_ELEMENT;
const PANELS_AT = 0;
const PANEL_ROOM = DOUBLES / 2;
const TILES_AT = PANELS_AT + PANEL_ROOM;
const TILE_ROOM = DOUBLES / 4;
const OUT_AT = TILES_AT + TILE_ROOM;
/** Room for the result, less the values that are written behind its end. */
const OUT_ROOM = DOUBLES / 4 - TILE;
/** Rows of a result computed at once: with 384 columns they stay in a level-2 cache until they are copied. */
const BLOCK_ROWS = 64;

/** How a product is cut so that each block fits the memory; `undefined` where not even one tile does. */
interface Blocks {
  readonly rows: number;
  readonly columns: number;
}

/** Kernels that cut their operands into blocks, pack these straight into an engine's memory, and copy only results out. */
export class BlockedKernels implements Kernels {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get name(): "wasm" | "typescript" {
    return this.#engine.name;
  }

  timeCourses(matrix: CoefficientMatrix): Float64Array {
    return matrix.alpha === 0 ? placeSamples(matrix) : this.#transform(matrix);
  }

  #transform({ rank, columns, extendedCount, leftOverlap, sampleCount, indices, values }: CoefficientMatrix) {
    const courses = new Float64Array(rank * sampleCount);
    const lengths = levelLengths(extendedCount);
    const room = packetBufferLength(lengths);
    const fits = 2 * room <= DOUBLES;
    const memory = fits ? this.#engine.doubles : new Float64Array(2 * room);
    const leafLength = columns / LEAF_COUNT;
    let next = 0;
    for (let row = 0; row < rank; row++) {
      const first = row * columns;
      memory.fill(0, 0, columns);
      let leaves = 0;
      for (; next < indices.length; next++) {
        const slot = (indices[next] ?? 0) - first;
        if (slot >= columns) break;
        memory[slot] = values[next] ?? 0;
        leaves |= 1 << (slot / leafLength);
      }
      if (leaves === 0) continue;
      if (fits) this.#engine.inversePacket(0, room, extendedCount, leaves);
      else inversePacket(memory, 0, room, lengths, leaves);
      courses.set(memory.subarray(room + leftOverlap, room + leftOverlap + sampleCount), row * sampleCount);
    }
    return courses;
  }

  product(
    factors: Float64Array,
    courses: Float64Array,
    shape: ProductShape,
    target: Float32Array,
    offset: number,
  ): number {
    const { rank, columns, stride, start, stop } = shape;
    const blocks = blocksOf(rank, columns, 2 * OUT_ROOM);
    if (blocks === undefined) return plainProduct(factors, courses, shape, target, offset);
    const { doubles, floats } = this.#engine;
    let count = 0;
    for (let column = 0; column < columns; column += blocks.columns) {
      const end = Math.min(columns, column + blocks.columns);
      const width = end - column;
      packRows(factors, rank, [column, end], doubles, PANELS_AT);
      for (let sample = start; sample < stop; sample += blocks.rows) {
        const last = Math.min(stop, sample + blocks.rows);
        const tiles = packColumns(courses, rank, stride, [sample, last], doubles, TILES_AT);
        const outAt = 2 * OUT_AT;
        const hasNonFinite = this.#engine.multiplyToFloat({ ...PLACES, tiles, inner: rank, columns: width, outAt });
        const to = offset + (sample - start) * columns + column;
        copyRows(floats, outAt, [last - sample, width], target, to, columns);
        if (!hasNonFinite) continue;
        const block = { rank, columns: width, stride, start: sample, stop: last };
        count += countNonFinite(factors.subarray(column * rank, end * rank), courses, block);
      }
    }
    return count;
  }

  matmul(a: Float64Array, b: Float64Array, shape: MatrixShape): Float64Array {
    const { rows, inner, columns } = shape;
    const blocks = blocksOf(inner, columns, OUT_ROOM);
    if (blocks === undefined) return plainMatmul(a, b, shape);
    const { doubles } = this.#engine;
    const result = new Float64Array(rows * columns);
    for (let column = 0; column < columns; column += blocks.columns) {
      const end = Math.min(columns, column + blocks.columns);
      const width = end - column;
      packColumns(b, inner, columns, [column, end], doubles, PANELS_AT);
      for (let row = 0; row < rows; row += blocks.rows) {
        const last = Math.min(rows, row + blocks.rows);
        const tiles = packRows(a, inner, [row, last], doubles, TILES_AT);
        this.#engine.multiplyToDouble({ ...PLACES, tiles, inner, columns: width, outAt: OUT_AT });
        copyRows(doubles, OUT_AT, [last - row, width], result, row * columns + column, columns);
      }
    }
    return result;
  }
}

const PLACES = { tilesAt: TILES_AT, panelsAt: PANELS_AT } as const;

/** @param outRoom values that the result has room for */
function blocksOf(inner: number, columns: number, outRoom: number): Blocks | undefined {
  const fitting = Math.min(PANEL_ROOM / Math.max(1, inner), outRoom / TILE);
  const width = Math.min(Math.ceil(columns / TILE) * TILE, Math.floor(fitting / TILE) * TILE);
  const height = Math.min(BLOCK_ROWS, TILE_ROOM / Math.max(1, inner), outRoom / Math.max(1, width));
  const rows = Math.floor(height / TILE) * TILE;
  return width > 0 && rows > 0 ? { rows, columns: width } : undefined;
}

function copyRows<Values extends Float32Array | Float64Array>(
  memory: Values,
  at: number,
  [rows, width]: readonly [number, number],
  target: Values,
  to: number,
  stride: number,
): void {
  if (width === stride) {
    target.set(memory.subarray(at, at + rows * width), to);
    return;
  }
  for (let row = 0; row < rows; row++) {
    target.set(memory.subarray(at + row * width, at + (row + 1) * width), to + row * stride);
  }
}

/** Rows that are time courses as stored: only the samples of the chunk itself are placed. */
function placeSamples({ columns, leftOverlap, sampleCount, rank, indices, values }: CoefficientMatrix): Float64Array {
  const courses = new Float64Array(rank * sampleCount);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] ?? 0;
    const row = Math.floor(index / columns);
    const sample = index - row * columns - leftOverlap;
    if (sample >= 0 && sample < sampleCount) courses[row * sampleCount + sample] = values[i] ?? 0;
  }
  return courses;
}
