/** Rows of a tile and columns of a panel: what the innermost loop of a product keeps in registers. */
export const TILE = 4;

/** Bytes of an engine's memory, all that a set of kernels ever holds. */
export const ENGINE_BYTES = 4 * 2 ** 20;

/** One product of packed operands. Places are indices: float64 ones, but for `out`, which counts values of the result's type. */
export interface PackedProduct {
  /** Row tiles `[tiles, inner, 4]`, those past the last row padded with 0. */
  readonly tilesAt: number;
  readonly tiles: number;
  /** Column panels `[panels, inner, 4]`, padded likewise. */
  readonly panelsAt: number;
  readonly inner: number;
  /** Columns of the result, and distance of its rows. */
  readonly columns: number;
  /** Rows follow each other without a gap; up to 4 values behind the last row are written, too. */
  readonly outAt: number;
}

/**
 * The loops that take the time, over one memory of {@link ENGINE_BYTES}: WebAssembly or plain TypeScript.
 *
 * Both do the same operations in the same order on each number.
 */
export interface Engine {
  readonly name: "wasm" | "typescript";
  /** The memory as float64 … */
  readonly doubles: Float64Array;
  /** … and the same bytes as float32. */
  readonly floats: Float32Array;

  /**
   * Inverse wavelet packet of one row.
   *
   * @param leavesAt the 32 leaves, one after the other; overwritten
   * @param resultAt where the `sampleCount` samples go; as much room as for the leaves
   * @param leaves bit `i` is set where leaf `i` may be other than 0
   */
  inversePacket(leavesAt: number, resultAt: number, sampleCount: number, leaves: number): void;

  /** Float32 result, what is not finite set to 0. Says whether anything was, padding included. */
  multiplyToFloat(product: PackedProduct): boolean;

  /** Float64 result as it is. */
  multiplyToDouble(product: PackedProduct): void;
}
