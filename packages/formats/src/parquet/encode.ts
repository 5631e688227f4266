import { type Column, QueryError, type Table } from "@crossprobe/core";
import type { ParquetCategories } from "./categories.js";
import type { SchemaElement } from "./schema-node.js";

/** A column as a Parquet writer takes it. */
export interface EncodedColumn {
  readonly element: SchemaElement;
  readonly data: readonly unknown[] | Exclude<Column, readonly unknown[]>;
}

/**
 * What a column is stored as. A column whose type is named keeps it whatever is in it, so that files of one kind have one
 * schema: it is nullable, and one of nothing but null is no text.
 */
export type ParquetColumnType =
  | "double"
  | "float"
  | "int32"
  | "uint16"
  | "uint64"
  | "boolean"
  | "string"
  /** `yyyy-mm-dd`. */
  | "date"
  | ParquetCategories;

type PlainType = Exclude<ParquetColumnType, ParquetCategories>;

type Meaning = Omit<SchemaElement, "name" | "repetition_type">;
type UnnamedColumn = Omit<EncodedColumn, "element"> & { readonly element: Meaning; readonly isNullable: boolean };

const TEXT: Meaning = { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };

const NAMED: Readonly<Record<PlainType, { readonly element: Meaning; readonly has: (value: unknown) => boolean }>> = {
  double: { element: { type: "DOUBLE" }, has: (value) => typeof value === "number" },
  float: { element: { type: "FLOAT" }, has: (value) => typeof value === "number" },
  int32: { element: { type: "INT32" }, has: (value) => typeof value === "number" && (value | 0) === value },
  uint16: {
    element: { type: "INT32", converted_type: "UINT_16" },
    has: (value) => typeof value === "number" && (value & 0xffff) === value,
  },
  uint64: {
    element: { type: "INT64", converted_type: "UINT_64" },
    has: (value) => typeof value === "bigint" && BigInt.asUintN(64, value) === value,
  },
  date: {
    element: { type: "INT32", converted_type: "DATE" },
    has: (value) => typeof value === "string" && toDays(value) !== undefined,
  },
  boolean: { element: { type: "BOOLEAN" }, has: (value) => typeof value === "boolean" },
  string: { element: TEXT, has: (value) => typeof value === "string" },
};

/**
 * Chooses how each column of a table is stored: as its type says, else by what is in it.
 *
 * @throws QueryError when a column mixes kinds of values or holds what its type does not, and for the type of no column
 */
export function encodeColumns(table: Table, types: ReadonlyMap<string, ParquetColumnType>): EncodedColumn[] {
  const stray = [...types.keys()].find((name) => !table.columns.has(name));
  if (stray !== undefined) throw new QueryError(`There is a type for ${JSON.stringify(stray)}, which is no column.`);
  return [...table.columns].map(([name, column]) => {
    const type = types.get(name);
    const { element, data, isNullable } =
      type === undefined ? encodeColumn(name, column) : encodeNamed(name, column, type);
    return { element: { ...element, name, repetition_type: isNullable ? "OPTIONAL" : "REQUIRED" }, data };
  });
}

function encodeNamed(name: string, column: Column, type: ParquetColumnType): UnnamedColumn {
  if (typeof type === "object")
    return { element: TEXT, data: Array.from(column as Iterable<unknown>), isNullable: true };
  const { element, has } = NAMED[type];
  // Without a null among them, numbers need not be boxed.
  if (type === "double" && column instanceof Float64Array) return { element, data: column, isNullable: true };
  if (type === "float" && column instanceof Float32Array) return { element, data: column, isNullable: true };
  const values = Array.from(column as Iterable<unknown>, (value) => value ?? null);
  const stray = values.find((value) => value !== null && !has(value));
  if (stray !== undefined) {
    throw new QueryError(`Column ${JSON.stringify(name)} has ${String(stray)}, which is no ${type}.`);
  }
  const isDate = type === "date";
  return { element, data: isDate ? values.map((value) => toDays(value) ?? null) : values, isNullable: true };
}

const MS_PER_DAY = 86_400_000;

/** Days since 1970 of a calendar day; undefined for what is none. */
function toDays(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const time = Date.parse(value);
  // The 30th of February is read as the 2nd of March.
  const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
  return isDay ? time / MS_PER_DAY : undefined;
}

function encodeColumn(name: string, column: Column): UnnamedColumn {
  if (ArrayBuffer.isView(column)) return encodeTyped(column);
  const values = column.map((value) => value ?? null);
  const present = values.filter((value) => value !== null);
  // Whether a value happens to be absent is no part of a schema.
  const isNullable = true;
  const kinds = new Set(present.map(kindOf));
  const kind = kinds.size === 0 ? "string" : [...kinds].join(" and ");
  switch (kind) {
    case "string":
      return { element: TEXT, data: values, isNullable };
    case "boolean":
      return { element: { type: "BOOLEAN" }, data: values, isNullable };
    case "number":
      return { element: { type: "DOUBLE" }, data: values, isNullable };
    case "bigint":
      return { element: { type: "INT64" }, data: checkLongs(name, values), isNullable };
    case "date": {
      const logical = { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" } as const;
      const element: Meaning = { type: "INT64", converted_type: "TIMESTAMP_MILLIS", logical_type: logical };
      return { element, data: values, isNullable };
    }
    case "object":
      return { element: TEXT, data: values.map((value) => (value === null ? null : toJson(value))), isNullable };
    default:
      throw new QueryError(`Column ${JSON.stringify(name)} mixes ${kind} values, which no Parquet column holds.`);
  }
}

function encodeTyped(column: Exclude<Column, readonly unknown[]>): UnnamedColumn {
  const isNullable = false;
  if (column instanceof Float64Array) return { element: { type: "DOUBLE" }, data: column, isNullable };
  if (column instanceof Float32Array) return { element: { type: "FLOAT" }, data: column, isNullable };
  if (column instanceof BigInt64Array) return { element: { type: "INT64" }, data: column, isNullable };
  if (column instanceof Int32Array) return { element: { type: "INT32" }, data: column, isNullable };
  const bits = column.BYTES_PER_ELEMENT * 8;
  const isSigned = column instanceof Int8Array || column instanceof Int16Array;
  const converted = `${isSigned ? "" : "U"}INT_${bits}`;
  // Only the older notation: the writer makes footers of the newer one that pyarrow cannot read.
  // The writer refuses values above 2^31 of a Uint32Array, and takes them from a plain array.
  const data = column instanceof Uint32Array ? Array.from(column) : Int32Array.from(column);
  return { element: { type: "INT32", converted_type: converted }, data, isNullable };
}

function kindOf(value: unknown): string {
  if (value instanceof Date) return "date";
  return typeof value;
}

function checkLongs(name: string, values: readonly unknown[]): readonly unknown[] {
  const beyond = values.find((value) => typeof value === "bigint" && BigInt.asIntN(64, value) !== value);
  if (beyond === undefined) return values;
  throw new QueryError(`Column ${JSON.stringify(name)} has ${String(beyond)}, which is no 64-bit integer.`);
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner));
}
