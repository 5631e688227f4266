import { levelLengths } from "../wavelet-packet.js";
import { BlockedKernels } from "./blocked-kernels.js";
import { ENGINE_BYTES, type Engine, type PackedProduct, TILE } from "./engine.js";
import type { Kernels } from "./kernels.js";
import { inversePacket } from "./typescript-packet.js";

/** Kernels in plain TypeScript, for where there is no WebAssembly SIMD. */
export function createTypescriptKernels(): Kernels {
  return new BlockedKernels(new TypescriptEngine());
}

class TypescriptEngine implements Engine {
  readonly name = "typescript";
  readonly doubles: Float64Array;
  readonly floats: Float32Array;

  constructor() {
    const memory = new ArrayBuffer(ENGINE_BYTES);
    this.doubles = new Float64Array(memory);
    this.floats = new Float32Array(memory);
  }

  inversePacket(leavesAt: number, resultAt: number, sampleCount: number, leaves: number): void {
    inversePacket(this.doubles, leavesAt, resultAt, levelLengths(sampleCount), leaves);
  }

  multiplyToFloat(product: PackedProduct): boolean {
    const { floats } = this;
    multiply(this.doubles, product, floats);
    let hasNonFinite = false;
    const end = product.outAt + product.tiles * TILE * product.columns;
    for (let i = product.outAt; i < end; i++) {
      const value = floats[i] ?? 0;
      if (value - value === 0) continue; // false for NaN and infinities
      hasNonFinite = true;
      floats[i] = 0;
    }
    return hasNonFinite;
  }

  multiplyToDouble(product: PackedProduct): void {
    multiply(this.doubles, product, this.doubles);
  }
}

/** Products of tiles of 4 rows with pairs of columns: eight sums in registers. */
function multiply(
  memory: Float64Array,
  { tilesAt, tiles, panelsAt, inner, columns, outAt }: PackedProduct,
  out: Float32Array | Float64Array,
): void {
  const step = inner * TILE;
  for (let tile = 0; tile < tiles; tile++) {
    const rowsAt = tilesAt + tile * step;
    for (let column = 0; column < columns; column += 2) {
      const columnsAt = panelsAt + (column >> 2) * step + (column & 3);
      let [c00, c01, c10, c11, c20, c21, c30, c31] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let k = 0; k < step; k += TILE) {
        const b0 = memory[columnsAt + k] ?? 0;
        const b1 = memory[columnsAt + k + 1] ?? 0;
        const a0 = memory[rowsAt + k] ?? 0;
        c00 += a0 * b0;
        c01 += a0 * b1;
        const a1 = memory[rowsAt + k + 1] ?? 0;
        c10 += a1 * b0;
        c11 += a1 * b1;
        const a2 = memory[rowsAt + k + 2] ?? 0;
        c20 += a2 * b0;
        c21 += a2 * b1;
        const a3 = memory[rowsAt + k + 3] ?? 0;
        c30 += a3 * b0;
        c31 += a3 * b1;
      }
      const at = outAt + tile * TILE * columns + column;
      out[at] = c00;
      out[at + columns] = c10;
      out[at + 2 * columns] = c20;
      out[at + 3 * columns] = c30;
      if (column + 1 === columns) continue;
      out[at + 1] = c01;
      out[at + columns + 1] = c11;
      out[at + 2 * columns + 1] = c21;
      out[at + 3 * columns + 1] = c31;
    }
  }
}
