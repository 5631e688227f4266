import type { ByteStore, CallOptions, Notice } from "@crossprobe/core";
import { readCsvColumns } from "@crossprobe/formats/csv";
import { CsvCells } from "../csv-cells.js";
import { DEFAULT_ERRATA, type ErrataSettings } from "../errata/errata-choice.js";
import { NUMPY_TEXT_CELLS, SWAPPED_RF } from "../errata/metrics.js";
import { NoticeCounter } from "../notices.js";
import { type IndexedTable, readTable, type TableName } from "../tables.js";
import { type ProjectTable, projectTable, type TypedColumns } from "./project-table.js";
import { typedColumns } from "./typed-column.js";

/** A table as it stands in its file, its cells read as what they are. */
export interface DiskTable {
  readonly url: string;
  readonly rowCount: number;
  /** Row number by identifier. */
  readonly rowOf: ReadonlyMap<string, number>;
  /** Identifier of the owner of a row. */
  readonly idAt: (column: string, row: number) => string;
  readonly columns: TypedColumns;
  readonly notices: readonly Notice[];
}

/** Reads one of the four tables; `undefined` when the folder has no such file. */
export async function readDiskTable(
  store: ByteStore,
  key: string,
  name: TableName,
  options?: CallOptions,
): Promise<DiskTable | undefined> {
  const table = await readTable(store, key, name, options);
  return table && toDiskTable(table);
}

/** What the folder's own reader holds, as columns with types. */
export function toDiskTable(
  { cells, rowOf }: Pick<IndexedTable, "cells" | "rowOf">,
  errata: ErrataSettings = DEFAULT_ERRATA,
): DiskTable {
  const notices = new NoticeCounter();
  const sourceOf = errata.isOn(SWAPPED_RF.id) ? sourceOfColumn(cells, notices) : undefined;
  const columns = typedColumns(cells, notices, sourceOf);
  return {
    ...{ url: cells.url, rowCount: cells.rowCount, rowOf, columns },
    idAt: (column, row) => cells.id(column, row),
    notices: notices.list(),
  };
}

const P_VALUE = "p_value_rf";
const ON_SCREEN = "on_screen_rf";

/**
 * `p_value_rf` and `on_screen_rf` exchanged where the first holds truth values and the second does not: some downloads have them the wrong
 * way round.
 *
 * Source: AllenSDK issues 1186 and 1187.
 */
function sourceOfColumn(cells: CsvCells, notices: NoticeCounter): ((name: string) => string) | undefined {
  if (!holdsFlags(cells, P_VALUE) || !cells.has(ON_SCREEN) || holdsFlags(cells, ON_SCREEN)) return undefined;
  notices.add(SWAPPED_RF.id, cells.url, `${P_VALUE} held truth values: it was exchanged with ${ON_SCREEN}.`);
  return (name) => (name === P_VALUE ? ON_SCREEN : name === ON_SCREEN ? P_VALUE : name);
}

function holdsFlags(cells: CsvCells, column: string): boolean {
  for (let row = 0; row < cells.rowCount; row++) {
    const cell = cells.raw(column, row).trim();
    if (cell !== "") return /^(true|false)$/i.test(cell);
  }
  return false;
}

/** Index column of tables of analysis metrics. */
export const METRICS_INDEX = "ecephys_unit_id";

/** Reads a table of analysis metrics; `undefined` when the folder has no such file. */
export async function readMetricsTable(
  store: ByteStore,
  key: string,
  options?: CallOptions,
  errata: ErrataSettings = DEFAULT_ERRATA,
): Promise<DiskTable | undefined> {
  const csv = await readCsvColumns(store, key, {}, options);
  if (!csv) return undefined;
  const cells = new CsvCells(csv, store.url + key, [METRICS_INDEX]);
  const rowOf = new Map(Array.from({ length: cells.rowCount }, (_, row) => [cells.id(METRICS_INDEX, row), row]));
  return withArrays(toDiskTable({ cells, rowOf }, errata), errata);
}

/** The table with the cells that hold numpy's text of an array as lists of numbers; null where numpy wrote nan. */
function withArrays(metrics: DiskTable, errata: ErrataSettings): DiskTable {
  const { id, detect, repair } = NUMPY_TEXT_CELLS;
  if (!errata.isOn(id)) return metrics;
  const notices = new NoticeCounter();
  const isArray = (cell: unknown): cell is string => typeof cell === "string" && detect(cell);
  const columns = new Map(metrics.columns);
  for (const [name, column] of columns) {
    const count = column.values instanceof Float64Array ? 0 : Array.from(column.values).filter(isArray).length;
    if (count === 0) continue;
    notices.add(id, `${metrics.url}#${name}`, "Numpy's texts of arrays were read as lists of numbers.", count);
    const values = Array.from(column.values, (cell: unknown) => (isArray(cell) ? repair(cell) : cell));
    columns.set(name, { values, dtype: "object" });
  }
  return { ...metrics, columns, notices: [...metrics.notices, ...notices.list()] };
}

/** A table as it stands in the file, for writing it again or looking at what the returned tables leave out. */
export function asProjectTable(index: string, { columns, url, notices }: DiskTable): ProjectTable {
  return projectTable(index, columns, { provenance: [{ url }], notices });
}
