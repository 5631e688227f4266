import type { NumericArray } from "./nd-array.js";

/** Values of one column: numbers (NaN where a float is absent), or anything else with `null` where absent. */
export type Column = NumericArray | BigInt64Array | readonly unknown[];

/** Columns of equal length, in order. */
export interface Table {
  readonly rowCount: number;
  /** By name, in the order of the source. */
  readonly columns: ReadonlyMap<string, Column>;
}

/** Makes a table. @throws RangeError when two columns differ in length */
export function table(columns: Iterable<readonly [string, Column]>, rowCount?: number): Table {
  const map = new Map(columns);
  let rows = rowCount;
  for (const [name, column] of map) {
    rows ??= column.length;
    if (column.length !== rows) throw new RangeError(`column ${name} has ${column.length} rows, the table ${rows}`);
  }
  return { rowCount: rows ?? 0, columns: map };
}
