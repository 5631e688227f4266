import { type ByteStore, type CallOptions, SchemaError } from "@crossprobe/core";
import { readCsvColumns } from "@crossprobe/formats/csv";
import { CCF_COLUMNS } from "./ccf-columns.js";
import { CsvCells } from "./csv-cells.js";

/** Name of a metadata table of the project cache. */
export type TableName = "sessions" | "probes" | "channels" | "units";

/**
 * Columns without which a table cannot be read. Every other column is used where it is there.
 *
 * Source: real headers of `sessions.csv` and `probes.csv`; AllenSDK's queries for `channels.csv` and `units.csv`. The order of columns
 * differs between caches: they are found by name.
 */
const REQUIRED: Readonly<Record<TableName, readonly string[]>> = {
  sessions: ["id", "date_of_acquisition", "specimen_id", "session_type", "age_in_days", "sex", "genotype"],
  probes: ["id", "ecephys_session_id", "name", "phase", "sampling_rate", "has_lfp_data"],
  channels: [
    "id",
    "ecephys_probe_id",
    "local_index",
    "probe_horizontal_position",
    "probe_vertical_position",
    ...CCF_COLUMNS,
    "ecephys_structure_id",
    "ecephys_structure_acronym",
  ],
  units: ["id", "ecephys_channel_id"],
};

/** One table with where each row is found by its identifier, and the rows of each owner. */
export interface IndexedTable {
  readonly cells: CsvCells;
  /** Row number by identifier. */
  readonly rowOf: ReadonlyMap<string, number>;
  /** Row numbers in file order by the identifier in the owner column; empty for sessions. */
  readonly rowsOf: ReadonlyMap<string, readonly number[]>;
}

/** Column that names the owner of a row. */
const OWNER: Readonly<Record<TableName, string | undefined>> = {
  sessions: undefined,
  probes: "ecephys_session_id",
  channels: "ecephys_probe_id",
  units: "ecephys_channel_id",
};

/**
 * Reads one table of a project cache; `undefined` when the folder has no such file.
 *
 * @throws {@link SchemaError} when a needed column is missing, an identifier is no number, or stands twice
 */
export async function readTable(
  store: ByteStore,
  key: string,
  name: TableName,
  options?: CallOptions,
): Promise<IndexedTable | undefined> {
  const csv = await readCsvColumns(store, key, {}, options);
  return csv && indexTable(new CsvCells(csv, store.url + key, REQUIRED[name]), OWNER[name]);
}

function indexTable(cells: CsvCells, owner: string | undefined): IndexedTable {
  const rowOf = new Map<string, number>();
  for (let row = 0; row < cells.rowCount; row++) {
    const id = cells.id("id", row);
    const first = rowOf.get(id);
    if (first !== undefined) throw repeatedId(id, [first, row], cells.url);
    rowOf.set(id, row);
    if (owner !== undefined) cells.id(owner, row);
  }
  let owned: ReadonlyMap<string, readonly number[]> | undefined;
  return {
    cells,
    rowOf,
    get rowsOf() {
      owned ??= groupByOwner(cells, owner);
      return owned;
    },
  };
}

function groupByOwner(cells: CsvCells, owner: string | undefined): ReadonlyMap<string, readonly number[]> {
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; owner !== undefined && row < cells.rowCount; row++) {
    const ownerId = cells.id(owner, row);
    const rows = rowsOf.get(ownerId);
    if (rows) rows.push(row);
    else rowsOf.set(ownerId, [row]);
  }
  return rowsOf;
}

function repeatedId(id: string, rows: readonly number[], url: string): SchemaError {
  const places = rows.map((row) => row + 1).join(" and ");
  return new SchemaError(`The id ${id} stands in rows ${places} of ${url}.`, {
    url,
    hint: "The table was put together from parts, or is damaged: download it again.",
  });
}
