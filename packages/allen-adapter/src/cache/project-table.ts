import type { Column, Notice, Provenance, Table } from "@crossprobe/core";
import { errataOf } from "../errata/errata-choice.js";

/** Type of a column as pandas infers it from the same file: what a table read back by AllenSDK has. */
export type Dtype = "int64" | "float64" | "bool" | "object";

/**
 * A table of the project cache, its identifiers in the first column.
 *
 * Values: numbers in `Float64Array`, NaN where absent; truth values `true`, `false` and null; texts, null where absent; lists of texts, null
 * for a channel without label. Why something is absent, and what was left out or repaired, is in `notices`.
 */
export interface ProjectTable {
  /** Name of the first column: `id`, or `ecephys_unit_id` of metrics. */
  readonly index: string;
  readonly table: Table;
  /** By column, the first one included. */
  readonly dtypes: ReadonlyMap<string, Dtype>;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}

/** Values of one column with their type. */
export interface TypedColumn {
  readonly values: Column;
  readonly dtype: Dtype;
}

/** Columns by name, in order, all of one length. */
export type TypedColumns = ReadonlyMap<string, TypedColumn>;

/** The rows of a column, in the order given. A type changes where a row is absent (-1): pandas has floats then. */
export function takeRows({ values, dtype }: TypedColumn, rows: Int32Array): TypedColumn {
  if (values instanceof Float64Array) {
    const taken = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i] ?? -1] ?? Number.NaN;
    return { values: taken, dtype: rows.includes(-1) ? "float64" : dtype };
  }
  return { values: Array.from(rows, (row) => values[row] ?? null), dtype: rows.includes(-1) ? "object" : dtype };
}

/** Puts a table together. */
export function projectTable(
  index: string,
  columns: TypedColumns,
  { provenance: origins, notices }: Pick<ProjectTable, "provenance" | "notices">,
): ProjectTable {
  const [first] = columns.values();
  const provenance = origins.map((origin) => ({
    ...origin,
    ...errataOf(notices.filter(({ where }) => where === origin.url || where.startsWith(`${origin.url}#`))),
  }));
  return {
    index,
    table: {
      rowCount: first?.values.length ?? 0,
      columns: new Map([...columns].map(([name, { values }]) => [name, values])),
    },
    dtypes: new Map([...columns].map(([name, { dtype }]) => [name, dtype])),
    ...{ provenance, notices },
  };
}
