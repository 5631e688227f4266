import { type CallOptions, NotFoundError, type Notice } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import {
  type ColumnValues,
  type DynamicTableOptions,
  listTimeIntervals,
  readTimeIntervals,
  type TimeIntervals,
} from "@crossprobe/nwb";
import { ABSENT_TEXT, toNumber } from "./csv-cells.js";
import { DEFAULT_ERRATA, type ErrataSettings } from "./errata/errata-choice.js";
import { MOVIE_REPEATS_NAME } from "./errata/stimuli.js";
import { NoticeCounter } from "./notices.js";
import { OLD_PARAMETER_NAMES, toStimulusName } from "./vocabulary.js";

/** Parameters of a presentation that are read; every other column of the tables is left alone. */
const PARAMETERS = [
  "contrast",
  "orientation",
  "temporal_frequency",
  "spatial_frequency",
  "frame",
  "x_position",
  "y_position",
  "color",
] as const;
export type Parameter = (typeof PARAMETERS)[number];

/** One showing of one stimulus. */
export interface StimulusPresentation {
  /** Number in order of start over all tables of the session: the release's `stimulus_presentation_id`. */
  readonly number: number;
  /** Today's name; `spontaneous` for a grey screen between blocks. */
  readonly stimulus: string;
  /** Seconds; NaN where the file says so. */
  readonly startTime: number;
  readonly stopTime: number;
  /** Null where the parameter does not apply, or is no single number. */
  readonly parameters: Readonly<Record<Parameter, number | null>>;
  /** Parameters whose column the presentation's table has. */
  readonly present: ReadonlySet<Parameter>;
}

export interface Presentations {
  readonly rows: readonly StimulusPresentation[];
  readonly notices: readonly Notice[];
}

/** Tables of presentations: one for each stimulus, or (files of 2019) `epochs` for all. */
const TABLE_NAME = /^\/intervals\/(?:(.+)_presentations|epochs)$/;

/**
 * Every presentation of a session in order of start. Reads a dozen columns of each table, whole.
 *
 * Source: `/intervals/<stimulus>_presentations` (files of 2019: `/intervals/epochs`); a column that is NaN throughout is not written,
 * numbers may come as text with `N/A`.
 *
 * @throws {@link NotFoundError} when the file holds none
 */
export async function readPresentations(
  file: Hdf5File,
  options?: CallOptions,
  errata: ErrataSettings = DEFAULT_ERRATA,
): Promise<Presentations> {
  const columns = ["stimulus_name", ...PARAMETERS, ...Object.values(OLD_PARAMETER_NAMES)];
  return toPresentations(await readPresentationTables(file, { columns, signal: options?.signal }), errata);
}

/**
 * The tables of presentations of a file, each with the columns asked for; all but `tags` and `timeseries` if none are named.
 *
 * @throws {@link NotFoundError} when the file holds none, or none with a row
 */
export async function readPresentationTables(
  file: Hdf5File,
  options: DynamicTableOptions = {},
): Promise<readonly PresentationTable[]> {
  const tables: PresentationTable[] = [];
  for (const path of await listTimeIntervals(file, { signal: options.signal })) {
    const match = TABLE_NAME.exec(path);
    if (!match) continue;
    const intervals = await readTimeIntervals(file, path, { except: ["tags"], ...options });
    if (intervals) tables.push({ name: match[1] ?? "spontaneous", where: `${file.url}#${path}`, intervals });
  }
  if (tables.some(({ intervals }) => intervals.rowCount > 0)) return tables;
  throw new NotFoundError(`${file.url} holds no stimulus presentations.`, {
    hint: "Look at what the file holds with `crossprobe inspect`.",
  });
}

/** One table of presentations, as read. */
export interface PresentationTable {
  /** Stimulus that the table is named after: that of rows without a name of their own. */
  readonly name: string;
  /** Place of the table, for notices. */
  readonly where: string;
  readonly intervals: Pick<TimeIntervals, "rowCount" | "startTimes" | "stopTimes" | "notices"> & {
    readonly table: Pick<TimeIntervals["table"], "columns">;
  };
}

/** The rows of all tables in order of start, under today's names. Pure. */
export function toPresentations(
  tables: readonly PresentationTable[],
  errata: ErrataSettings = DEFAULT_ERRATA,
): Presentations {
  const notices = new NoticeCounter();
  const rows: Omit<StimulusPresentation, "number">[] = [];
  for (const table of tables) for (const row of toRows(table, notices, errata)) rows.push(row);
  rows.sort((a, b) => compareStarts(a.startTime, b.startTime));
  return {
    rows: rows.map((row, number) => ({ number, ...row })),
    notices: [...tables.flatMap(({ intervals }) => intervals.notices), ...notices.list()],
  };
}

/** Order of presentations by their starts: rows without a start come last. */
export function compareStarts(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}

function* toRows(
  { name, where, intervals }: PresentationTable,
  notices: NoticeCounter,
  errata: ErrataSettings,
): Iterable<Omit<StimulusPresentation, "number">> {
  const { table, rowCount, startTimes, stopTimes } = intervals;
  const found = new Map<Parameter, readonly (number | null)[]>();
  for (const parameter of PARAMETERS) {
    const values = (table.columns.get(parameter) ?? table.columns.get(OLD_PARAMETER_NAMES[parameter] ?? ""))?.values;
    if (values) found.set(parameter, toNumbers(values, `${where}/${parameter}`, notices));
  }
  const present = new Set(found.keys());
  const names = table.columns.get("stimulus_name")?.values;
  for (let row = 0; row < rowCount; row++) {
    const written = names?.kind === "text" ? (names.values[row] ?? "") : name;
    const stimulus = nameStimulus(written, where, notices, errata);
    yield {
      stimulus,
      startTime: startTimes[row] ?? Number.NaN,
      stopTime: stopTimes[row] ?? Number.NaN,
      parameters: parametersAt(found, row),
      present,
    };
  }
}

/** The released name of what a presentation shows; a row without a name is a grey screen. */
export function nameStimulus(
  written: string,
  where: string,
  notices: NoticeCounter,
  errata: ErrataSettings = DEFAULT_ERRATA,
): string {
  if (ABSENT_TEXT.has(written.trim().toLowerCase())) return "spontaneous";
  if (MOVIE_REPEATS_NAME.detect(written)) {
    if (!errata.isOn(MOVIE_REPEATS_NAME.id)) return "natural_movie_one_more_repeats";
    notices.add(
      MOVIE_REPEATS_NAME.id,
      where,
      "natural_movie_1_more_repeats has the name of its movie, natural_movie_one.",
    );
    return MOVIE_REPEATS_NAME.repair(written);
  }
  const stimulus = toStimulusName(written);
  if (stimulus !== written) {
    notices.add("stimulus-renamed", where, "Stimuli under the names of the scripts have the released names here.");
  }
  return stimulus;
}

function parametersAt(found: ReadonlyMap<Parameter, readonly (number | null)[]>, row: number) {
  const at = (parameter: Parameter) => found.get(parameter)?.[row] ?? null;
  return {
    contrast: at("contrast"),
    orientation: at("orientation"),
    temporal_frequency: at("temporal_frequency"),
    spatial_frequency: at("spatial_frequency"),
    frame: at("frame"),
    x_position: at("x_position"),
    y_position: at("y_position"),
    color: at("color"),
  };
}

/** Numbers of a column of numbers, truth values or text; null for absent cells and for lists such as `[1.0, 1.0, 1.0]`. */
function toNumbers(values: ColumnValues, where: string, notices: NoticeCounter): readonly (number | null)[] {
  if (values.kind === "number" || values.kind === "boolean") {
    return Array.from(values.values, (value) => (Number.isNaN(value) ? null : value));
  }
  if (values.kind !== "text") return [];
  return values.values.map((text) => {
    const value = toNumber(text);
    if (value === undefined && !text.trim().startsWith("[")) {
      notices.add("parameter-unreadable", where, "Cells that are neither a number nor a list were taken as absent.");
    }
    return value ?? null;
  });
}
