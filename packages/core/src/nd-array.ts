/** Numeric arrays that readers give. 64-bit integers become `Float64Array` after a check that every value is exact. */
export type NumericArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/**
 * A typed array with a shape and a unit. C order (last axis fastest); **time is the first axis** of anything sampled in time.
 */
export interface NdArray<Data extends NumericArray = NumericArray> {
  readonly data: Data;
  /** Lengths of the axes; their product is `data.length`. */
  readonly shape: readonly number[];
  /** Unit of every element, such as `"V"`, `"uV"`, `"s"`; `""` for counts and fractions. */
  readonly unit: string;
}

/** Puts data, shape and unit together. @throws RangeError when the shape does not fit the data */
export function ndArray<Data extends NumericArray>(data: Data, shape: readonly number[], unit: string): NdArray<Data> {
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) throw new RangeError(`shape [${shape.join(", ")}] does not fit ${data.length} values`);
  return { data, shape: [...shape], unit };
}
