import type { MatrixShape, ProductShape } from "./kernels.js";

/** One value of a product, summed from 0 over ascending components: what every kernel must give. */
function valueAt(
  factors: Float64Array,
  column: number,
  courses: Float64Array,
  sample: number,
  { rank, stride }: ProductShape,
): number {
  let sum = 0;
  for (let k = 0; k < rank; k++) sum += (factors[column * rank + k] ?? 0) * (courses[k * stride + sample] ?? 0);
  return sum;
}

/** How many values of a product are NaN or infinite as float32. */
export function countNonFinite(factors: Float64Array, courses: Float64Array, shape: ProductShape): number {
  let count = 0;
  for (let sample = shape.start; sample < shape.stop; sample++) {
    for (let column = 0; column < shape.columns; column++) {
      if (!Number.isFinite(Math.fround(valueAt(factors, column, courses, sample, shape)))) count++;
    }
  }
  return count;
}

/** The product without blocks, for operands that no block has room for. Contract: `Kernels.product`. */
export function plainProduct(
  factors: Float64Array,
  courses: Float64Array,
  shape: ProductShape,
  target: Float32Array,
  offset: number,
): number {
  let [count, at] = [0, offset];
  for (let sample = shape.start; sample < shape.stop; sample++) {
    for (let column = 0; column < shape.columns; column++) {
      const value = Math.fround(valueAt(factors, column, courses, sample, shape));
      const isNumber = Number.isFinite(value);
      if (!isNumber) count++;
      target[at++] = isNumber ? value : 0;
    }
  }
  return count;
}

/** The matrix product without blocks. Contract: `Kernels.matmul`. */
export function plainMatmul(a: Float64Array, b: Float64Array, { rows, inner, columns }: MatrixShape): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[row * inner + k] ?? 0;
      const [to, from] = [row * columns, k * columns];
      for (let column = 0; column < columns; column++) {
        result[to + column] = (result[to + column] ?? 0) + factor * (b[from + column] ?? 0);
      }
    }
  }
  return result;
}
