import { FormatError } from "@crossprobe/core";
import type { LoadedTable } from "./loaded.js";

/**
 * A column of a loaded table as numbers, NaN where absent.
 *
 * @throws {@link FormatError} when the table lacks it
 */
export function numbersOf({ table, provenance, collection }: LoadedTable, name: string): Float64Array {
  const column = table.columns.get(name);
  if (column !== undefined) {
    return Float64Array.from({ length: column.length }, (_, i) => Number(column[i] ?? Number.NaN));
  }
  throw new FormatError(`the table in ${collection || "the session folder"} has no ${name}`, {
    format: "alf",
    url: provenance[0]?.url,
    hint: `it has ${[...table.columns.keys()].join(", ")}`,
  });
}
