/** What a typed column is stored as; every one may have rows without a value. */
export type TypedParquetType = "double" | "float" | "int32" | "int64" | "string" | "boolean";

/** The types of columns whose values are numbers. */
export type TypedNumberType = Exclude<TypedParquetType, "string" | "boolean">;

/**
 * A column as typed arrays, in which no value is an object of its own.
 *
 * - `number`: `values` `[rows]`; NaN is a row without a value
 * - `code`: `codes` `[rows]`; 0 is a row without a value, code `c` the text `texts[c]`. The texts differ from one another; `texts[0]` stands for nothing
 * - `flag`: `values` `[rows]`; 0 false, 1 true, 2 a row without a value
 * - `text`: row `i` is the UTF-8 `bytes[offsets[i] … offsets[i + 1])`, an empty one a row without a value; `offsets` `[rows + 1]`
 * - `absent`: no row has a value
 */
export type TypedColumn =
  | { readonly kind: "number"; readonly type: TypedNumberType; readonly values: Float64Array }
  | { readonly kind: "code"; readonly codes: TypedCodes; readonly texts: readonly string[] }
  | { readonly kind: "flag"; readonly values: Uint8Array }
  | { readonly kind: "text"; readonly offsets: Uint32Array; readonly bytes: Uint8Array }
  | { readonly kind: "absent" };

export type TypedCodes = Uint8Array | Uint16Array | Uint32Array;
