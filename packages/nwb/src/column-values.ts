import type { NumericArray } from "@crossprobe/core";
import type { Hdf5Data, Hdf5Type, Hdf5Values } from "@crossprobe/formats/hdf5";
import { joinNumbers } from "./array-rows.js";
import { isCompound, isNumeric, isNumericLists, isReferences, isText } from "./hdf5-values.js";

/** Bounds of ragged rows: row `i` owns `[offsets[i], offsets[i + 1])`; one more than rows, the first 0. */
export type Offsets = Uint32Array | Float64Array;

/** Numbers; NaN is what the file stores as NaN. 64-bit integers are exact or the column cannot be read. */
export interface NumberValues {
  readonly kind: "number";
  readonly rowCount: number;
  readonly values: NumericArray;
  /** `[rows, ...cell]`, C order; `[rows]` for a number a row. */
  readonly shape: readonly number[];
}

/** Text as stored: `""`, `"None"`, `"N/A"` are not interpreted. */
export interface TextValues {
  readonly kind: "text";
  readonly rowCount: number;
  readonly values: readonly string[];
  readonly shape: readonly number[];
}

/** 0 and 1. */
export interface BooleanValues {
  readonly kind: "boolean";
  readonly rowCount: number;
  readonly values: Uint8Array;
  readonly shape: readonly number[];
}

/** Codes into a list of texts (`EnumData`, or an enumeration of HDF5). */
export interface EnumValues {
  readonly kind: "enum";
  readonly rowCount: number;
  readonly codes: NumericArray;
  readonly names: ReadonlyMap<number, string>;
  readonly shape: readonly number[];
}

/** Paths of other objects of the file; null where a reference points nowhere. */
export interface ReferenceValues {
  readonly kind: "reference";
  readonly rowCount: number;
  readonly paths: readonly (string | null)[];
  readonly shape: readonly number[];
}

/** Row numbers (0-based, not ids) of another table; every one is inside it. */
export interface RegionValues {
  readonly kind: "region";
  readonly rowCount: number;
  readonly rows: NumericArray;
  /** Path of the table. */
  readonly table: string;
}

/** Several fields a row, such as `idx_start`, `count` and `timeseries` of a time-series reference. */
export interface CompoundValues {
  readonly kind: "compound";
  readonly rowCount: number;
  readonly fields: ReadonlyMap<string, ColumnValues>;
}

/** A list of values a row. Doubly ragged columns are ragged twice. */
export interface RaggedValues {
  readonly kind: "ragged";
  readonly rowCount: number;
  readonly offsets: Offsets;
  /** The lists one after the other: `content.rowCount` is the last offset. */
  readonly content: ColumnValues;
}

/** Bytes that NWB gives no meaning to (opaque data, region references of HDF5): kept out. */
export interface UnreadValues {
  readonly kind: "unread";
  readonly rowCount: number;
  readonly type: Hdf5Type["kind"];
}

/** Values of a table column. */
export type ColumnValues =
  | NumberValues
  | TextValues
  | BooleanValues
  | EnumValues
  | ReferenceValues
  | RegionValues
  | CompoundValues
  | RaggedValues
  | UnreadValues;

/** What decides how stored values are understood besides their type. */
export interface ColumnMeaning {
  /** Path of the table that the row numbers of a `DynamicTableRegion` belong to. */
  readonly regionTable?: string | undefined;
  /** Texts of an `EnumData` column by code. */
  readonly enumNames?: ReadonlyMap<number, string> | undefined;
}

/** Values as HDF5 gives them, as values of a column. */
export function toColumnValues(data: Hdf5Data, meaning: ColumnMeaning = {}): ColumnValues {
  const shape = data.shape ?? [0];
  const rowCount = data.shape === null ? 0 : (shape[0] ?? 1);
  const { values } = data;
  if (isText(data)) return { kind: "text", rowCount, values: data.values, shape };
  if (isReferences(data)) return { kind: "reference", rowCount, paths: data.values.map(({ path }) => path), shape };
  if (isNumericLists(data)) return toRagged(data.values);
  if (isCompound(values)) return { kind: "compound", rowCount, fields: toFields(data, values.fields) };
  if (isNumeric(values)) return toNumbers(data, values, rowCount, shape, meaning);
  return { kind: "unread", rowCount, type: data.type.kind };
}

function toNumbers(
  { type }: Hdf5Data,
  values: NumericArray,
  rowCount: number,
  shape: readonly number[],
  { regionTable, enumNames }: ColumnMeaning,
): ColumnValues {
  if (regionTable !== undefined) return { kind: "region", rowCount, rows: values, table: regionTable };
  if (enumNames) return { kind: "enum", rowCount, codes: values, names: enumNames, shape };
  if (type.kind === "bool") return { kind: "boolean", rowCount, values: Uint8Array.from(values), shape };
  if (type.kind === "enum") {
    const names = new Map([...(type.members ?? [])].map(([name, code]) => [code, name]));
    return { kind: "enum", rowCount, codes: values, names, shape };
  }
  return { kind: "number", rowCount, values, shape };
}

function toFields(data: Hdf5Data, fields: ReadonlyMap<string, Hdf5Values>): ReadonlyMap<string, ColumnValues> {
  const types = new Map((data.type.fields ?? []).map(({ name, type }) => [name, type]));
  const columns = new Map<string, ColumnValues>();
  for (const [name, values] of fields) {
    const type = types.get(name) ?? data.type;
    columns.set(name, toColumnValues({ values, shape: data.shape, type }));
  }
  return columns;
}

function toRagged(lists: readonly NumericArray[]): RaggedValues {
  const [first = new Float64Array(0)] = lists;
  const values = joinNumbers(lists, first);
  const ends: number[] = [];
  let end = 0;
  for (const list of lists) {
    end += list.length;
    ends.push(end);
  }
  const content: NumberValues = { kind: "number", rowCount: values.length, values, shape: [values.length] };
  return { kind: "ragged", rowCount: lists.length, offsets: toOffsets(ends), content };
}

/** Ends of ragged rows as bounds: a 0 in front. */
export function toOffsets(ends: ArrayLike<number>): Offsets {
  const last = ends.length === 0 ? 0 : (ends[ends.length - 1] ?? 0);
  const offsets = last < 2 ** 32 ? new Uint32Array(ends.length + 1) : new Float64Array(ends.length + 1);
  offsets.set(ends, 1);
  return offsets;
}

/** One cell as a plain value: a number, text, boolean, path or null, a list of them, or an object of fields. */
export type Cell = number | string | boolean | null | readonly Cell[] | { readonly [field: string]: Cell };

/** Cell of a row. @throws RangeError outside the rows */
export function toCell(column: ColumnValues, row: number): Cell {
  if (!Number.isInteger(row) || row < 0 || row >= column.rowCount) {
    throw new RangeError(`row ${row} is outside ${column.rowCount} rows`);
  }
  switch (column.kind) {
    case "number":
      return shaped(column.shape, row, (i) => column.values[i] ?? null);
    case "text":
      return shaped(column.shape, row, (i) => column.values[i] ?? null);
    case "boolean":
      return shaped(column.shape, row, (i) => column.values[i] === 1);
    case "enum":
      return shaped(column.shape, row, (i) => column.names.get(column.codes[i] ?? Number.NaN) ?? null);
    case "reference":
      return shaped(column.shape, row, (i) => column.paths[i] ?? null);
    case "region":
      return column.rows[row] ?? null;
    case "compound":
      return Object.fromEntries([...column.fields].map(([name, field]) => [name, toCell(field, row)]));
    case "ragged": {
      const { offsets, content } = column;
      const start = offsets[row] ?? 0;
      const length = (offsets[row + 1] ?? start) - start;
      return Array.from({ length }, (_, i) => toCell(content, start + i));
    }
    case "unread":
      return null;
  }
}

function shaped(shape: readonly number[], row: number, at: (index: number) => Cell): Cell {
  const cell = shape.slice(1);
  const size = cell.reduce((product, length) => product * length, 1);
  const build = (axis: number, start: number, count: number): Cell => {
    const length = cell[axis];
    if (length === undefined) return at(start);
    const step = length === 0 ? 0 : count / length;
    return Array.from({ length }, (_, i) => build(axis + 1, start + i * step, step));
  };
  return build(0, row * size, size);
}
