import { type CallOptions, type Notice, SchemaError } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { toCell } from "./column-values.js";
import {
  type DynamicTable,
  type DynamicTableOptions,
  findColumn,
  numbersOf,
  readDynamicTable,
} from "./dynamic-table.js";
import { toFloat64 } from "./hdf5-values.js";
import { nwbNotice } from "./problem.js";

/** A table of intervals: trials, epochs, presentations, invalid times. */
export interface TimeIntervals {
  /** Every column that was read, `start_time`, `stop_time` and `tags` among them. */
  readonly table: DynamicTable;
  readonly rowCount: number;
  /** `[rows]`, seconds on the file's clock; NaN where the file says so. */
  readonly startTimes: Float64Array;
  readonly stopTimes: Float64Array;
  /** Tags of each row, in order; absent when the table has no `tags` or they were not asked for. */
  readonly tags?: readonly (readonly string[])[] | undefined;
  /** Those of the table, and `interval-reversed` for rows that stop before they start. */
  readonly notices: readonly Notice[];
}

/** References into time series and their index: long, slow to decode and rarely wanted. */
const SKIPPED = ["timeseries"];

/**
 * A table of intervals. The column `timeseries` is left out unless it is asked for by name.
 *
 * Source: `TimeIntervals` (NWB core).
 *
 * @param path such as `/intervals/trials`
 * @returns `undefined` when nothing is at the path
 * @throws {@link SchemaError} when the table has no `start_time` or `stop_time`
 * @throws {@link FormatError} when one of them, or `tags` where they are wanted, does not decode
 */
export async function readTimeIntervals(
  file: Hdf5File,
  path: string,
  options: DynamicTableOptions = {},
): Promise<TimeIntervals | undefined> {
  const columns = options.columns && [...new Set(["start_time", "stop_time", ...options.columns])];
  const except = [...SKIPPED, ...(options.except ?? [])];
  const table = await readDynamicTable(file, path, { ...options, columns, except });
  if (!table) return undefined;
  const startTimes = toFloat64(numbersOf(table, "start_time"));
  const stopTimes = toFloat64(numbersOf(table, "stop_time"));
  const reversed = startTimes.filter((start, row) => (stopTimes[row] ?? start) < start).length;
  const notices = [...table.notices];
  if (reversed > 0) {
    notices.push(nwbNotice(file, path, "interval-reversed", `${reversed} rows stop before they start.`, reversed));
  }
  const wantsTags = columns ? columns.includes("tags") : !except.includes("tags");
  const tags = wantsTags ? readTags(table) : undefined;
  return { table, rowCount: table.rowCount, startTimes, stopTimes, tags, notices };
}

/** Paths of the interval tables of a file, in name order. */
export async function listTimeIntervals(file: Hdf5File, options?: CallOptions): Promise<readonly string[]> {
  const parent = "/intervals";
  if ((await file.find(parent, options))?.kind !== "group") return [];
  return (await file.list(parent, options)).map(({ name }) => `${parent}/${name}`);
}

function readTags(table: DynamicTable): readonly (readonly string[])[] | undefined {
  const column = findColumn(table, "tags");
  if (!column) return undefined;
  const { values } = column;
  const isTextList = values.kind === "ragged" && values.content.kind === "text";
  if (!isTextList && values.kind !== "text") {
    throw new SchemaError(`Column tags of ${table.path} in ${table.url} holds no text.`, { url: table.url });
  }
  return Array.from({ length: table.rowCount }, (_, row) => [toCell(values, row)].flat().map(String));
}
