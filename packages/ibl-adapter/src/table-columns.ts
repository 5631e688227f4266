import { type Column, SchemaError, type Table } from "@crossprobe/core";

/**
 * A column as numbers: booleans are 0 and 1, null and empty text NaN.
 *
 * Absent: `undefined` where a value is no number.
 */
export function toNumberColumn(column: Column | readonly string[]): ArrayLike<number> | undefined {
  if (column instanceof BigInt64Array) return Float64Array.from(column, Number);
  if (!Array.isArray(column)) return column as ArrayLike<number>;
  const numbers = new Float64Array(column.length);
  for (let i = 0; i < column.length; i++) {
    const number = toNumber(column[i]);
    if (number === undefined) return undefined;
    numbers[i] = number;
  }
  return numbers;
}

function toNumber(value: unknown): number | undefined {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "number") return value;
  if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
  if (typeof value !== "string") return undefined;
  const text = value.trim().toLowerCase();
  if (text === "" || text === "nan") return Number.NaN;
  if (text === "true" || text === "false") return text === "true" ? 1 : 0;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}

/** A column that must be there. @throws {@link SchemaError} naming it and the columns that are */
export function requireColumn(source: Table, name: string, url: string): Column {
  const column = source.columns.get(name);
  if (column !== undefined) return column;
  throw new SchemaError(`${url} has no column ${name}; it has ${[...source.columns.keys()].join(", ")}`, {
    url,
    hint: "check that this is the table meant, of a release that we know",
  });
}

/** Rows of a table as objects, for a schema to judge: one at a time. */
export function* rowsOfTable(source: Table, names: readonly string[]): Generator<Record<string, unknown>> {
  const columns = names.map((name) => [name, source.columns.get(name)] as const);
  for (let row = 0; row < source.rowCount; row++) {
    yield Object.fromEntries(columns.map(([name, column]) => [name, column?.[row]]));
  }
}
