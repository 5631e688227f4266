import type { NumericArray } from "@crossprobe/core";

/** Rearranges elements from Fortran order (first axis fastest) to C order (last axis fastest). */
export function toCOrder<Data extends NumericArray | readonly string[]>(data: Data, shape: readonly number[]): Data {
  if (shape.length < 2 || data.length === 0) return data;
  const result = data.slice() as (number | string)[] | NumericArray;
  const strides = fortranStrides(shape);
  const index = new Array<number>(shape.length).fill(0);
  let source = 0;
  for (let target = 0; target < data.length; target++) {
    const value = data[source];
    if (value !== undefined) (result as (number | string)[])[target] = value;
    source += step(index, shape, strides);
  }
  return result as unknown as Data;
}

function fortranStrides(shape: readonly number[]): number[] {
  let stride = 1;
  return shape.map((length) => {
    const own = stride;
    stride *= length;
    return own;
  });
}

/** Moves a multi-index to the next element in C order; gives how far that is in Fortran order. */
function step(index: number[], shape: readonly number[], strides: readonly number[]): number {
  let moved = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] ?? 0;
    const stride = strides[axis] ?? 0;
    const next = (index[axis] ?? 0) + 1;
    if (next < length) {
      index[axis] = next;
      return moved + stride;
    }
    index[axis] = 0;
    moved -= (length - 1) * stride;
  }
  return moved;
}
