/** The stored coefficients of one chunk, checked: what {@link Kernels.timeCourses} turns into time courses. */
export interface CoefficientMatrix {
  /** Rows of the matrix: components. */
  readonly rank: number;
  /** Columns of the matrix: wavelet slots of the window, or its samples where `alpha` is 0. */
  readonly columns: number;
  /** Samples of the window, guard bands included. */
  readonly extendedCount: number;
  /** Samples of the window before the chunk's own. */
  readonly leftOverlap: number;
  /** The chunk's own samples. */
  readonly sampleCount: number;
  /** 0: rows are time courses; else they are wavelet packet coefficients. */
  readonly alpha: number;
  /** Positions in the C-order matrix `[rank, columns]`: inside it and strictly ascending. */
  readonly indices: Int32Array;
  /** The coefficients at these positions; all others are 0. */
  readonly values: Float32Array | Float64Array;
}

/** Which part of a product `courses^T x factors^T` is wanted. */
export interface ProductShape {
  /** Components: what is summed over. */
  readonly rank: number;
  /** Rows of the factors, columns of the result. */
  readonly columns: number;
  /** Samples of a row of the time courses. */
  readonly stride: number;
  /** First sample wanted. */
  readonly start: number;
  /** Sample after the last one wanted. */
  readonly stop: number;
}

/** Shapes of a matrix product `[rows, inner] x [inner, columns]`. */
export interface MatrixShape {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/**
 * The inner loops of decoding. Every implementation gives the same bits: products are summed in float64 from 0 over ascending
 * components and never fused, so that results do not depend on the machine either.
 *
 * All are synchronous and keep nothing but scratch memory of a fixed size between calls.
 */
export interface Kernels {
  readonly name: "wasm" | "typescript";

  /** Time courses `[rank, sampleCount]`, one row a component: scatter, inverse wavelet packet, guard bands cut. */
  timeCourses(matrix: CoefficientMatrix): Float64Array;

  /**
   * Multiplies samples `[start, stop)` out, one row a sample: float32 `[stop - start, columns]` into `target` from `offset` on.
   *
   * Each value is rounded once; where the rounded value would be NaN or infinite it is 0.
   *
   * @param factors `[columns, rank]`
   * @param courses `[rank, stride]`
   * @returns how many values were not finite
   */
  product(
    factors: Float64Array,
    courses: Float64Array,
    shape: ProductShape,
    target: Float32Array,
    offset: number,
  ): number;

  /** `[rows, columns]` = a `[rows, inner]` x b `[inner, columns]`, in float64; NaN and infinities stay. */
  matmul(a: Float64Array, b: Float64Array, shape: MatrixShape): Float64Array;
}
