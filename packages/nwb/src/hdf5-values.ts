import type { NumericArray } from "@crossprobe/core";
import type { Hdf5Compound, Hdf5Data, Hdf5Reference, Hdf5Values } from "@crossprobe/formats/hdf5";

/** Whether values are numbers (also of booleans and enumerations). */
export function isNumeric(values: Hdf5Values): values is NumericArray {
  return ArrayBuffer.isView(values);
}

/** Whether values are text. An empty list counts when the type says text. */
export function isText(data: Hdf5Data): data is Hdf5Data & { readonly values: readonly string[] } {
  return data.type.kind === "string" && Array.isArray(data.values);
}

/** Whether values are object references. */
export function isReferences(data: Hdf5Data): data is Hdf5Data & { readonly values: readonly Hdf5Reference[] } {
  return data.type.kind === "reference" && Array.isArray(data.values);
}

/** Whether values are variable-length lists of numbers. */
export function isNumericLists(data: Hdf5Data): data is Hdf5Data & { readonly values: readonly NumericArray[] } {
  return (
    data.type.kind === "vlen" && Array.isArray(data.values) && data.values.every((value) => ArrayBuffer.isView(value))
  );
}

/** Whether values are compounds, field by field. */
export function isCompound(values: Hdf5Values): values is Hdf5Compound {
  return !Array.isArray(values) && !ArrayBuffer.isView(values);
}

/** Numbers as `Float64Array`; the same array when they are one. */
export function toFloat64(values: NumericArray): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

/** An empty array of the same element type. */
export function emptyLike(values: NumericArray, length: number): NumericArray {
  if (values instanceof Float64Array) return new Float64Array(length);
  if (values instanceof Float32Array) return new Float32Array(length);
  if (values instanceof Int32Array) return new Int32Array(length);
  if (values instanceof Uint32Array) return new Uint32Array(length);
  if (values instanceof Int16Array) return new Int16Array(length);
  if (values instanceof Uint16Array) return new Uint16Array(length);
  if (values instanceof Int8Array) return new Int8Array(length);
  return new Uint8Array(length);
}
