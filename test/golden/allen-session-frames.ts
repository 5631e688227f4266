import { createHash } from "node:crypto";
import type { Table } from "@crossprobe/core";

/** A pandas table as the generator writes it down: missing values are null. */
export interface Frame {
  readonly columns: readonly string[];
  readonly index: { readonly name: string | null; readonly values: readonly unknown[] };
  readonly data: Readonly<Record<string, readonly unknown[]>>;
  readonly rowCount: number;
}

/** What a recorded call gave: its value, or what it raised. */
export interface Recorded<Value> {
  readonly value?: Value;
  readonly raises?: { readonly type: string; readonly message: string };
  readonly warnings?: readonly { readonly message: string }[];
}

/** A recorded array. */
export interface ArrayFacts {
  readonly shape: readonly number[];
  readonly dtype?: string;
  readonly sha256: string;
}

/** Columns by name with nulls for what is absent: pandas' and ours in one form. The order of columns means nothing. */
export interface Cells {
  readonly index: readonly unknown[];
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

/** Our table in the common form. @param index column that pandas has as index */
export function ours(table: Table, index: string | undefined = "id"): Cells {
  const columns: Record<string, readonly unknown[]> = {};
  for (const [name, column] of table.columns) {
    if (name !== index) columns[name] = Array.from(column as ArrayLike<unknown>, plain);
  }
  const ids = index === undefined ? undefined : table.columns.get(index);
  return {
    index: Array.from((ids ?? { length: table.rowCount }) as ArrayLike<unknown>, (id, row) => id ?? row),
    columns,
  };
}

/** A recorded frame in the common form: the text `null` of presentation tables is absent, as NaN is. */
export function theirs(frame: Frame | undefined): Cells {
  if (!frame) throw new Error("the call raised an error");
  const columns: Record<string, readonly unknown[]> = {};
  for (const name of frame.columns) columns[name] = (frame.data[name] ?? []).map(plain);
  return { index: frame.index.values, columns };
}

/** NaN and the text `null` as null. */
export function plain(cell: unknown): unknown {
  return cell === undefined || cell === "null" || Number.isNaN(cell) ? null : cell;
}

/** The cells without some columns. */
export function without(cells: Cells, ...names: readonly string[]): Cells {
  const columns = Object.fromEntries(Object.entries(cells.columns).filter(([name]) => !names.includes(name)));
  return { ...cells, columns };
}

/** The cells with every cell of some columns (all if none are named) changed. */
export function mapCells(cells: Cells, change: (cell: unknown) => unknown, ...names: readonly string[]): Cells {
  const entries = Object.entries(cells.columns).map(([name, column]) => {
    const isMeant = names.length === 0 || names.includes(name);
    return [name, isMeant ? column.map(change) : column] as const;
  });
  return { ...cells, columns: Object.fromEntries(entries) };
}

/** Truth values as the numbers they were. */
export function toNumber(cell: unknown): unknown {
  return typeof cell === "boolean" ? Number(cell) : cell;
}

/** Digest of the little-endian bytes of an array, as the generator takes it. */
export function sha256(values: NodeJS.TypedArray): string {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return createHash("sha256").update(bytes).digest("hex");
}

/** Columns of a table side by side, row by row: numpy's C order. */
export function interleave(columns: readonly ArrayLike<number>[]): Float64Array {
  const rows = columns[0]?.length ?? 0;
  return Float64Array.from(
    { length: rows * columns.length },
    (_, i) => columns[i % columns.length]?.[Math.floor(i / columns.length)] ?? Number.NaN,
  );
}
