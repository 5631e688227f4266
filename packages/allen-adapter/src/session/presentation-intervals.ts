import { type Table, table } from "@crossprobe/core";
import { numbersIn, rowsWhere } from "./columns.js";

/**
 * Seconds between consecutive presentations: `from_presentation_id`, `to_presentation_id`, `interval` (start of the next − stop of the
 * previous). Pure.
 *
 * Source: AllenSDK `EcephysSession.inter_presentation_intervals`.
 *
 * @param stimuli both presentations must show one of these; all pairs if not given
 */
export function toPresentationIntervals(presentations: Table, stimuli?: string | readonly string[]): Table {
  const ids = numbersIn(presentations, "id");
  const starts = numbersIn(presentations, "start_time");
  const stops = numbersIn(presentations, "stop_time");
  const names = presentations.columns.get("stimulus_name") ?? [];
  const wanted = stimuli === undefined ? undefined : new Set(typeof stimuli === "string" ? [stimuli] : stimuli);
  const isWanted = (row: number) => wanted === undefined || wanted.has(String(names[row]));
  const pairs = rowsWhere(Math.max(0, presentations.rowCount - 1), (row) => isWanted(row) && isWanted(row + 1));
  const of = (value: (row: number) => number | undefined) =>
    Float64Array.from(pairs, (row) => value(row) ?? Number.NaN);
  return table([
    ["from_presentation_id", of((row) => ids[row])],
    ["to_presentation_id", of((row) => ids[row + 1])],
    ["interval", of((row) => (starts[row + 1] ?? Number.NaN) - (stops[row] ?? Number.NaN))],
  ]);
}
