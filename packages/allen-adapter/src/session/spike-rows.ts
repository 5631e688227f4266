import { type Table, table } from "@crossprobe/core";
import { type BinEdges, lowerBound, upperBound } from "./spike-search.js";

/** Presentations whose spikes are wanted: columns of equal length. */
export interface Windows {
  readonly ids: ArrayLike<number>;
  readonly startTimes: ArrayLike<number>;
  readonly stopTimes: ArrayLike<number>;
}

/** One unit and its spikes, ascending. */
export interface UnitTrain {
  readonly unitId: number;
  readonly times: Float64Array;
}

/**
 * Every spike during presentations, in time order: `spike_time`, `stimulus_presentation_id`, `unit_id`,
 * `time_since_stimulus_presentation_onset`. Pure.
 *
 * A spike is in `[start, stop)`; with `allensdk` in `(start, stop]`, as that program assigns it. Presentations need no order, and a spike in two that
 * overlap is listed twice. Without spikes the columns are the same.
 */
export function toSpikeRows(trains: readonly UnitTrain[], windows: Windows, binEdges: BinEdges = "halfOpen"): Table {
  const times: number[] = [];
  const presentations: number[] = [];
  const units: number[] = [];
  const delays: number[] = [];
  for (const { unitId, times: spikes } of trains) {
    let hint = 0;
    for (let row = 0; row < windows.ids.length; row++) {
      const start = windows.startTimes[row] ?? Number.NaN;
      const [from, to] = spikeRange(spikes, start, windows.stopTimes[row] ?? Number.NaN, binEdges, hint);
      hint = from;
      for (let i = from; i < to; i++) {
        const time = spikes[i] ?? Number.NaN;
        times.push(time);
        presentations.push(windows.ids[row] ?? Number.NaN);
        units.push(unitId);
        delays.push(time - start);
      }
    }
  }
  const order = Uint32Array.from(times, (_, i) => i).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  const sorted = (values: readonly number[]) => Float64Array.from(order, (i) => values[i] ?? Number.NaN);
  return table([
    ["spike_time", sorted(times)],
    ["stimulus_presentation_id", sorted(presentations)],
    ["unit_id", sorted(units)],
    ["time_since_stimulus_presentation_onset", sorted(delays)],
  ]);
}

/** Numbers `[from, to)` of the spikes of a presentation; none where a time is absent. */
export function spikeRange(
  spikes: Float64Array,
  start: number,
  stop: number,
  binEdges: BinEdges,
  hint = 0,
): readonly [from: number, to: number] {
  if (!(start <= stop)) return [hint, hint];
  const bound = binEdges === "allensdk" ? upperBound : lowerBound;
  const from = bound(spikes, start, hint);
  return [from, bound(spikes, stop, from)];
}
