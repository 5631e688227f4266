import { type Column, type Table, table } from "@crossprobe/core";
import type { TimeIntervals } from "@crossprobe/nwb";
import type { NoticeCounter } from "../notices.js";
import { isNumbers, isUnused, numbersIn, rowsWhere, takeRows, withoutColumns } from "./columns.js";
import { type Conditions, toConditions } from "./stimulus-conditions.js";

/** Name of a presentation during which the stimulus cannot be trusted. */
export const INVALID_PRESENTATION = "invalid_presentation";

/** Parameters of the display rather than of the stimulus: hidden unless asked for. Source: AllenSDK `DETAILED_STIMULUS_PARAMETERS`. */
export const DETAILED_PARAMETERS: readonly string[] = [
  ...["colorSpace", "flipHoriz", "flipVert", "depth", "interpolate", "mask", "opacity", "rgbPedestal", "tex", "texRes"],
  ...["units", "rgb", "signalDots", "noiseDots", "fieldSize", "fieldShape", "fieldPos", "nDots", "dotSize", "dotLife"],
  "color_triplet",
];

/** Every presentation of a session with every parameter, and the conditions that they are showings of. */
export interface StimulusData {
  /** `id`, `start_time`, `stop_time`, `stimulus_name`, `stimulus_block`, parameters, `duration`, `stimulus_condition_id`. */
  readonly presentations: Table;
  readonly conditions: Table;
}

/**
 * Numbers presentations and conditions, and blanks the presentations that touch a span tagged `stimulus` as invalid: these keep their
 * times and are named {@link INVALID_PRESENTATION}.
 *
 * Source: AllenSDK `_build_stimulus_presentations`, `_filter_invalid_stimuli`: both ends of a span count as part of it.
 */
export function toStimulusData(
  joined: Table,
  invalid: TimeIntervals | undefined,
  notices: NoticeCounter,
): StimulusData {
  const starts = numbersIn(joined, "start_time");
  const stops = numbersIn(joined, "stop_time");
  const durations = Float64Array.from(starts, (start, row) => (stops[row] ?? Number.NaN) - start);
  const conditions: Conditions = toConditions(joined);
  const whole = new Map<string, Column>([
    ["id", Float64Array.from(starts, (_, row) => row)],
    ...joined.columns,
    ["duration", durations],
    ["stimulus_condition_id", Float64Array.from(conditions.ofRow)],
  ]);
  const masked = rowsWhere(joined.rowCount, invalidTest(starts, stops, invalid));
  const message = "Presentations during invalid spans of the stimulus keep their times alone.";
  notices.add("invalid-presentations", "/intervals/invalid_times", message, masked.length);
  return { presentations: mask(table(whole), masked), conditions: conditions.table };
}

function invalidTest(
  starts: ArrayLike<number>,
  stops: ArrayLike<number>,
  invalid: TimeIntervals | undefined,
): (row: number) => boolean {
  const spans = rowsWhere(invalid?.rowCount ?? 0, (row) => invalid?.tags?.[row]?.includes("stimulus") ?? false).map(
    (row) => [invalid?.startTimes[row] ?? Number.NaN, invalid?.stopTimes[row] ?? Number.NaN] as const,
  );
  return (row) =>
    spans.some(([start, stop]) => (starts[row] ?? Number.NaN) <= stop && (stops[row] ?? Number.NaN) >= start);
}

const KEPT_WHEN_INVALID: ReadonlySet<string> = new Set(["id", "start_time", "stop_time"]);

function mask(presentations: Table, rows: readonly number[]): Table {
  if (rows.length === 0) return presentations;
  const columns = [...presentations.columns].map(([name, column]): [string, Column] => {
    if (KEPT_WHEN_INVALID.has(name)) return [name, column];
    const blank = name === "stimulus_name" ? INVALID_PRESENTATION : null;
    if (isNumbers(column)) {
      const cells = Float64Array.from(column);
      for (const row of rows) cells[row] = Number.NaN;
      return [name, cells];
    }
    const cells = Array.from(column as ArrayLike<unknown>);
    for (const row of rows) cells[row] = blank;
    return [name, cells];
  });
  return table(columns, presentations.rowCount);
}

/** Which presentations, and which of their columns. */
export interface PresentationChoice {
  /** Names of stimuli; all if not given. A name that the session does not have gives no rows. */
  readonly stimuli?: string | readonly string[] | undefined;
  /** Numbers of presentations, in the order wanted; all if not given. */
  readonly presentations?: readonly number[] | undefined;
  /** Also {@link DETAILED_PARAMETERS}. */
  readonly withDetails?: boolean | undefined;
  /** Also columns that say nothing of any row chosen. */
  readonly withUnused?: boolean | undefined;
}

/** The presentations chosen: columns without any value are left out unless asked for. Pure. */
export function choosePresentations(all: Table, choice: PresentationChoice, rows: ArrayLike<number>): Table {
  const visible = choice.withDetails ? all : withoutColumns(all, DETAILED_PARAMETERS);
  const chosen = takeRows(visible, rows);
  if (choice.withUnused) return chosen;
  const unused = [...chosen.columns].filter(([name, column]) => name !== "id" && isUnused(column));
  return withoutColumns(chosen, chosen.rowCount === 0 ? [] : unused.map(([name]) => name));
}

/** Row numbers of presentations of some stimuli, in order. */
export function rowsOfStimuli(all: Table, stimuli: string | readonly string[]): readonly number[] {
  const names = new Set(typeof stimuli === "string" ? [stimuli] : stimuli);
  const column = all.columns.get("stimulus_name") ?? [];
  return rowsWhere(all.rowCount, (row) => names.has(String(column[row])));
}
