import { type Table, table } from "@crossprobe/core";
import { isAbsentCell, numbersIn, rowsWhere, takeRows } from "./columns.js";
import { INVALID_PRESENTATION } from "./stimulus-presentations.js";

/**
 * One row for each run of presentations of one block, in time order: `id`, `start_time`, `stop_time`, `duration` (s), `stimulus_name`,
 * `stimulus_block` (NaN for a grey screen, and for invalid presentations, which form epochs of their own). Pure.
 *
 * Source: AllenSDK `EcephysSession.get_stimulus_epochs`. Its default threshold names a stimulus that no session has and removes nothing.
 *
 * @param shortest seconds that an epoch of a stimulus must last to be listed, by the name of the stimulus; ids keep their gaps
 */
export function toEpochs(presentations: Table, shortest: Readonly<Record<string, number>> = {}): Table {
  const starts = numbersIn(presentations, "start_time");
  const stops = numbersIn(presentations, "stop_time");
  const names = presentations.columns.get("stimulus_name") ?? [];
  const blocks = presentations.columns.get("stimulus_block") ?? [];
  const isInvalid = (row: number) => names[row] === INVALID_PRESENTATION;
  const isNew = (row: number) =>
    row === 0 || !isSame(blocks[row], blocks[row - 1]) || isInvalid(row) !== isInvalid(row - 1);
  const first = rowsWhere(presentations.rowCount, isNew);
  const last = first.map((_, epoch) => (first[epoch + 1] ?? presentations.rowCount) - 1);
  const startTimes = Float64Array.from(first, (row) => starts[row] ?? Number.NaN);
  const stopTimes = Float64Array.from(last, (row) => stops[row] ?? Number.NaN);
  const durations = startTimes.map((start, epoch) => (stopTimes[epoch] ?? Number.NaN) - start);
  const stimuli = first.map((row) => String(names[row]));
  const epochs = table([
    ["id", Float64Array.from(first, (_, epoch) => epoch)],
    ["start_time", startTimes],
    ["stop_time", stopTimes],
    ["duration", durations],
    ["stimulus_name", stimuli],
    ["stimulus_block", Float64Array.from(first, (row) => toBlock(blocks[row]))],
  ]);
  const isLong = (epoch: number) => (durations[epoch] ?? 0) >= (shortest[stimuli[epoch] ?? ""] ?? 0);
  return takeRows(epochs, rowsWhere(first.length, isLong));
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (isAbsentCell(a) && isAbsentCell(b));
}

function toBlock(cell: unknown): number {
  return isAbsentCell(cell) ? Number.NaN : Number(cell);
}
