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
  const ranges = trains.map(({ times }) => rangesOf(times, windows, binEdges));
  const count = ranges.reduce((sum, { total }) => sum + total, 0);
  const [times, presentations, units, delays] = [0, 1, 2, 3].map(() => new Float64Array(count)) as Columns;
  let row = 0;
  for (const [unit, { unitId, times: spikes }] of trains.entries()) {
    for (let window = 0; window < windows.ids.length; window++) {
      const start = windows.startTimes[window] ?? Number.NaN;
      const { bounds } = ranges[unit] ?? { bounds: new Uint32Array(0) };
      for (let i = bounds[2 * window] ?? 0; i < (bounds[2 * window + 1] ?? 0); i++, row++) {
        const time = spikes[i] ?? Number.NaN;
        times[row] = time;
        presentations[row] = windows.ids[window] ?? Number.NaN;
        units[row] = unitId;
        delays[row] = time - start;
      }
    }
  }
  const order = Uint32Array.from(times, (_, i) => i).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  const sorted = (values: Float64Array) => Float64Array.from(order, (i) => values[i] ?? Number.NaN);
  return table([
    ["spike_time", sorted(times)],
    ["stimulus_presentation_id", sorted(presentations)],
    ["unit_id", sorted(units)],
    ["time_since_stimulus_presentation_onset", sorted(delays)],
  ]);
}

type Columns = [Float64Array, Float64Array, Float64Array, Float64Array];

/** First and end position of the spikes in each window, in turn, and how many they are. */
function rangesOf(spikes: Float64Array, windows: Windows, binEdges: BinEdges) {
  const bounds = new Uint32Array(2 * windows.ids.length);
  let [hint, total] = [0, 0];
  for (let window = 0; window < windows.ids.length; window++) {
    const [start, stop] = [windows.startTimes[window] ?? Number.NaN, windows.stopTimes[window] ?? Number.NaN];
    const [from, to] = spikeRange(spikes, start, stop, binEdges, hint);
    bounds.set([from, to], 2 * window);
    total += to - from;
    hint = from;
  }
  return { bounds, total };
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
