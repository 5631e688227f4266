import { type Column, type Table, table } from "@crossprobe/core";
import type { ColumnValues } from "@crossprobe/nwb";
import { toNumber } from "../csv-cells.js";
import { DEFAULT_ERRATA, type ErrataSettings } from "../errata/errata-choice.js";
import { NULL_STRINGS } from "../errata/stimuli.js";
import type { NoticeCounter } from "../notices.js";
import { compareStarts, nameStimulus, type PresentationTable } from "../presentations.js";
import { OLD_PARAMETER_NAMES } from "../vocabulary.js";
import { isAbsentCell, isNumbers, takeCells } from "./columns.js";

/** Columns that are no parameter: they come first, in this order. */
const FIRST = ["start_time", "stop_time", "stimulus_name", "stimulus_block"];
/** Number of the stimulus in the script of the experiment: it means nothing outside it. */
const DROPPED: ReadonlySet<string> = new Set(["stimulus_index", "tags", "timeseries"]);
/** Today's name of a column by its old one. */
const NAMES: ReadonlyMap<string, string> = new Map(Object.entries(OLD_PARAMETER_NAMES).map(([now, old]) => [old, now]));

/** Texts that mean "does not apply". `None` is not among them: it is a value of `mask`. Source: AllenSDK's packaging and `ecephys_session.py`. */
const NO_VALUE: ReadonlySet<string> = new Set(["", "N/A", "null", "nan"]);

/** Which defects are mended, and where that is said. */
interface Mending {
  readonly errata: ErrataSettings;
  readonly notices: NoticeCounter;
}

/**
 * The rows of all presentation tables in order of start, one column for each name. Pure.
 *
 * Numbers stay numbers (NaN where a parameter does not apply), texts stay as written (null where one does not). `color` that holds a
 * colour of three channels is in `color_triplet`. Columns that differ in case alone are one where no row has both.
 */
export function joinPresentationTables(
  tables: readonly PresentationTable[],
  notices: NoticeCounter,
  errata: ErrataSettings = DEFAULT_ERRATA,
): Table {
  for (const { code, where, message, count } of tables.flatMap(({ intervals }) => intervals.notices)) {
    notices.add(code, where, message, count);
  }
  const starts = tables.flatMap(({ intervals }) => Array.from(intervals.startTimes));
  const order = Array.from(starts, (_, row) => row).sort((a, b) => compareStarts(starts[a] ?? 0, starts[b] ?? 0));
  const rowCount = starts.length;
  const columns = new Map<string, Column>();
  for (const name of columnNames(tables)) {
    if (DROPPED.has(name)) continue;
    columns.set(name, takeCells(joinColumn(name, tables, { rowCount, notices, errata }), order));
  }
  columns.set("stimulus_name", takeCells(joinNames(tables, { notices, errata }), order));
  return splitColors(mergeCases(columns), rowCount, notices);
}

function columnNames(tables: readonly PresentationTable[]): ReadonlySet<string> {
  const names = new Set(FIRST);
  for (const { intervals } of tables) for (const name of intervals.table.columns.keys()) names.add(name);
  return names;
}

function joinColumn(
  name: string,
  tables: readonly PresentationTable[],
  { rowCount, ...mending }: Mending & { readonly rowCount: number },
): Column {
  const parts = tables.map(({ intervals, where }) => ({
    rowCount: intervals.rowCount,
    cells: toCells(intervals.table.columns.get(name)?.values, `${where}/${name}`, mending),
  }));
  const isNumeric = parts.every(({ cells }) => cells === undefined || cells instanceof Float64Array);
  const joined: Float64Array | unknown[] = isNumeric
    ? new Float64Array(rowCount).fill(Number.NaN)
    : new Array<unknown>(rowCount).fill(null);
  let start = 0;
  for (const part of parts) {
    for (let row = 0; row < (part.cells?.length ?? 0); row++) {
      const cell = part.cells?.[row];
      joined[start + row] = isNumeric || !isAbsentCell(cell) ? cell : null;
    }
    start += part.rowCount;
  }
  return joined;
}

function toCells(
  values: ColumnValues | undefined,
  where: string,
  { notices, errata }: Mending,
): Float64Array | readonly (string | null)[] | undefined {
  if (values === undefined) return undefined;
  if (values.kind === "number" || values.kind === "boolean") return Float64Array.from(values.values);
  if (values.kind === "text") {
    if (!errata.isOn(NULL_STRINGS.id)) return values.values.map((text) => (text === "" ? null : text));
    const cells = values.values.map((text) => (NO_VALUE.has(text.trim()) ? null : text));
    const absent = cells.filter((cell, row) => cell === null && values.values[row] !== "").length;
    notices.add(NULL_STRINGS.id, where, "Texts such as null mean that the parameter does not apply.", absent);
    return cells;
  }
  notices.add("column-left-out", where, `Columns of kind ${values.kind} are no parameters and were left out.`);
  return undefined;
}

function joinNames(tables: readonly PresentationTable[], { notices, errata }: Mending): readonly string[] {
  return tables.flatMap(({ name, where, intervals }) => {
    const values = intervals.table.columns.get("stimulus_name")?.values;
    const written = values?.kind === "text" ? values.values : undefined;
    return Array.from({ length: intervals.rowCount }, (_, row) =>
      nameStimulus(written?.[row] ?? name, where, notices, errata),
    );
  });
}

/** Old names become today's; then `Speed` and `SPEED` are one column where they never both have a value. */
function mergeCases(columns: ReadonlyMap<string, Column>): Map<string, Column> {
  const merged = new Map<string, Column>();
  const known = new Map<string, string>();
  for (const [written, column] of columns) {
    const name = NAMES.get(written) ?? written;
    const twin = known.get(name.toLowerCase());
    const other = twin === undefined ? undefined : merged.get(twin);
    const union = other && unite(other, column);
    if (twin !== undefined && union) merged.set(twin, union);
    else {
      merged.set(name, column);
      known.set(name.toLowerCase(), name);
    }
  }
  return merged;
}

function unite(a: Column, b: Column): Column | undefined {
  const cells: unknown[] = [];
  for (let row = 0; row < a.length; row++) {
    if (!isAbsentCell(a[row]) && !isAbsentCell(b[row])) return undefined;
    cells.push(isAbsentCell(a[row]) ? b[row] : a[row]);
  }
  if (isNumbers(a) && isNumbers(b)) return Float64Array.from(cells, Number);
  return cells.map((cell) => (isAbsentCell(cell) ? null : cell));
}

/** Source: AllenSDK `ecephys_session.py`: a colour is -1 or 1 (a flash), or the text of three channels, which goes to `color_triplet`. */
function splitColors(columns: Map<string, Column>, rowCount: number, notices: NoticeCounter): Table {
  const colors = columns.get("color");
  if (colors && !isNumbers(colors)) {
    const texts = Array.from(colors, (cell) => (isAbsentCell(cell) ? null : String(cell)));
    columns.set(
      "color",
      Float64Array.from(texts, (text) => toColor(text, notices)),
    );
    columns.set(
      "color_triplet",
      texts.map((text) => (text?.trim().startsWith("[") ? text : null)),
    );
  }
  return table(columns, rowCount);
}

function toColor(text: string | null, notices: NoticeCounter): number {
  if (text === null || text.trim().startsWith("[")) return Number.NaN;
  const value = toNumber(text);
  if (value === undefined) {
    notices.add("parameter-unreadable", "color", "Colours that are neither a number nor a list were taken as absent.");
  }
  return value ?? Number.NaN;
}
