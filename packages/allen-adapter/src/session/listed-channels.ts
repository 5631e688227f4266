import { type ByteStore, type CallOptions, type Column, NotFoundError, type Table, table } from "@crossprobe/core";
import { readTable } from "../tables.js";

/** Columns of `channels.csv` that hold text; all others are numbers. */
const TEXT: ReadonlySet<string> = new Set(["ecephys_structure_acronym"]);

/**
 * `channels.csv` of a project cache as a table, for `openSessionFile`. Columns as in the file; NaN and null where a cell is empty.
 *
 * @throws {@link NotFoundError} when the store has no such file, {@link SchemaError} when a column is missing or a cell is no number
 */
export async function readListedChannels(
  store: ByteStore,
  key = "channels.csv",
  options?: CallOptions,
): Promise<Table> {
  const found = await readTable(store, key, "channels", options);
  if (!found) throw new NotFoundError(`There is no ${key} in ${store.url}.`, { hint: "Download it into the cache." });
  const { cells } = found;
  const rows = Array.from({ length: cells.rowCount }, (_, row) => row);
  const columns = cells.columns.map((name): [string, Column] => [
    name,
    TEXT.has(name)
      ? rows.map((row) => cells.text(name, row))
      : Float64Array.from(rows, (row) => cells.number(name, row) ?? Number.NaN),
  ]);
  return table(columns, cells.rowCount);
}
