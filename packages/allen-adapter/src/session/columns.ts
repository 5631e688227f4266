import { type Column, FormatError, type NumericArray, QueryError, type Table, table } from "@crossprobe/core";

/** Rows of a table in the order wanted, without reading anything. */
export function takeRows(source: Table, rows: ArrayLike<number>): Table {
  const columns = [...source.columns].map(([name, column]) => [name, takeCells(column, rows)] as const);
  return table(columns, rows.length);
}

/**
 * A table of columns that stand apart in a file.
 *
 * @throws {@link FormatError} naming the columns when they differ in length
 */
export function evenTable(columns: Iterable<readonly [string, Column]>, url: string): Table {
  const all = [...columns];
  const lengths = new Set(all.map(([, { length }]) => length));
  if (lengths.size <= 1) return table(all);
  const list = all.map(([name, { length }]) => `${name} ${length}`).join(", ");
  throw new FormatError(`Columns of one table differ in length in ${url}: ${list}.`, {
    ...{ format: "nwb", url },
    hint: "The file is damaged: look at it with `crossprobe inspect`, or fetch it again.",
  });
}

/** The table without some columns. */
export function withoutColumns(source: Table, names: Iterable<string>): Table {
  const dropped = new Set(names);
  return table(
    [...source.columns].filter(([name]) => !dropped.has(name)),
    source.rowCount,
  );
}

/** Cells of a column in the order wanted: numbers as 64-bit floats, anything else as a list. */
export function takeCells(column: Column, rows: ArrayLike<number>): Float64Array | readonly unknown[] {
  if (!isNumbers(column)) return Array.from(rows, (row) => column[row] ?? null);
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = column[rows[i] ?? 0] ?? Number.NaN;
  return taken;
}

/** Whether a column holds numbers, NaN where one is absent. */
export function isNumbers(column: Column): column is NumericArray {
  return ArrayBuffer.isView(column) && !(column instanceof BigInt64Array);
}

/** Whether a cell says nothing: NaN, null or undefined. */
export function isAbsentCell(cell: unknown): boolean {
  return cell === null || cell === undefined || Number.isNaN(cell);
}

/** Whether no cell of a column says anything. */
export function isUnused(column: Column): boolean {
  for (let row = 0; row < column.length; row++) if (!isAbsentCell(column[row])) return false;
  return true;
}

/** Numbers of a column. @throws {@link QueryError} when the table has no such column, or one of something else */
export function numbersIn(source: Table, name: string): NumericArray {
  const column = source.columns.get(name);
  if (column !== undefined && isNumbers(column)) return column;
  throw new QueryError(`The table has no column of numbers ${name}; it has ${[...source.columns.keys()].join(", ")}.`);
}

/** Rows whose cell passes a test. */
export function rowsWhere(rowCount: number, test: (row: number) => boolean): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < rowCount; row++) if (test(row)) rows.push(row);
  return rows;
}

/** Rows of tables that were asked for: a table does not change, and is asked once for every unit. */
const ROWS = new WeakMap<Table, ReadonlyMap<number, number>>();

/** Row number by the identifier in the column `id`. */
export function rowsById(source: Table): ReadonlyMap<number, number> {
  const known = ROWS.get(source);
  if (known) return known;
  const rows = new Map(Array.from(numbersIn(source, "id"), (id, row) => [id, row] as const));
  ROWS.set(source, rows);
  return rows;
}
