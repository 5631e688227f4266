/** Tables as Arrow IPC: written only. */

import { type Column, QueryError, type Table } from "@crossprobe/core";
import {
  bool,
  columnFromValues,
  type DataType,
  dictionary,
  float64,
  int32,
  tableFromColumns,
  tableToIPC,
  utf8,
} from "@uwdata/flechette";

/** What a column is stored as; every one is nullable. A `category` is a text out of a few, stored once each. */
export type ArrowColumnType = "double" | "int32" | "boolean" | "string" | "category";

const TYPES: Readonly<Record<ArrowColumnType, { type: () => DataType; has: (value: unknown) => boolean }>> = {
  double: { type: float64, has: (value) => typeof value === "number" },
  int32: { type: int32, has: (value) => typeof value === "number" && (value | 0) === value },
  boolean: { type: bool, has: (value) => typeof value === "boolean" },
  string: { type: utf8, has: (value) => typeof value === "string" },
  category: { type: () => dictionary(utf8(), int32()), has: (value) => typeof value === "string" },
};

/**
 * A table as an Arrow IPC stream, or as a file (which Feather version 2 is): read by pyarrow, pandas, polars, R and DuckDB.
 *
 * @param types the columns of the table, in order, and what they are stored as
 * @throws {@link QueryError} for a column without a type, and a value that its column's type does not hold
 * @example
 * await writeFile("units.arrow", encodeArrow(units, new Map([["unit", "string"], ["firingRate", "double"]]), "file"));
 */
export function encodeArrow(
  table: Table,
  types: ReadonlyMap<string, ArrowColumnType>,
  form: "stream" | "file",
): Uint8Array {
  const columns = [...table.columns].map(([name, column]) => {
    const type = types.get(name);
    if (type === undefined) throw new QueryError(`Column ${JSON.stringify(name)} has no type to be stored as.`);
    return [name, toColumn(name, column, type)] as const;
  });
  const bytes = tableToIPC(tableFromColumns(columns as [string, ReturnType<typeof columnFromValues>][]), {
    format: form,
  });
  if (bytes === null) throw new QueryError("The table could not be written as Arrow.");
  return bytes;
}

function toColumn(name: string, column: Column, type: ArrowColumnType) {
  const { type: typeOf, has } = TYPES[type];
  const visit = (take: (value: unknown) => void): void => {
    for (const value of column) {
      const known = Number.isNaN(value) ? null : (value ?? null);
      if (known !== null && !has(known)) {
        throw new QueryError(`Column ${JSON.stringify(name)} has ${String(known)}, which is no ${type}.`);
      }
      take(known);
    }
  };
  return columnFromValues(visit, typeOf());
}
