import { FormatError } from "@crossprobe/core";
import { toNumberColumn } from "../table-columns.js";
import type { LoadedTable } from "./loaded.js";

/**
 * A column of a loaded table as numbers, NaN where absent.
 *
 * @throws {@link FormatError} when the table lacks it, or it holds what is no number
 */
export function numbersOf({ table, provenance, collection }: LoadedTable, name: string): Float64Array {
  const column = table.columns.get(name);
  const numbers = column === undefined ? undefined : toNumberColumn(column);
  if (numbers !== undefined) return Float64Array.from(numbers);
  if (column !== undefined) {
    throw new FormatError(`${name} of the table in ${collection || "the session folder"} holds what is no number`, {
      ...{ format: "alf", url: provenance[0]?.url, at: name },
      hint: "download the file again",
    });
  }
  throw new FormatError(`the table in ${collection || "the session folder"} has no ${name}`, {
    format: "alf",
    url: provenance[0]?.url,
    hint: `it has ${[...table.columns.keys()].join(", ")}`,
  });
}
