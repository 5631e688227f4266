import { histogram } from "./histogram.js";

const WINDOW = 10;

/** Presence of a unit in windows of ten seconds. */
export interface WindowPresence {
  /** Share of the windows that hold a spike. */
  readonly ratio: number;
  /** Population standard deviation of the counts in the windows. */
  readonly deviation: number;
}

/**
 * Presence in windows of ten seconds that begin at `first` and reach to half a window beyond `last`; NaN for a span of no time.
 *
 * Source: `brainbox.metrics.single_units.quick_unit_metrics` (ibllib 4.1, presence_window 10), counts of `iblutil.numerical.bincount2D`.
 *
 * @param times seconds between `first` and `last`
 */
export function presenceInWindows(times: Float64Array, first: number, last: number): WindowPresence {
  if (!(last > first)) return { ratio: Number.NaN, deviation: Number.NaN };
  const counts = new Float64Array(Math.ceil((last + WINDOW / 2 - first) / WINDOW));
  for (const time of times) {
    const window = Math.floor((time - first) / WINDOW);
    counts[window] = (counts[window] ?? 0) + 1;
  }
  const mean = times.length / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  return { ratio: counts.filter((count) => count > 0).length / counts.length, deviation: Math.sqrt(variance) };
}

const EDGES = 100;

/**
 * Of the 99 bins between 100 edges from `first` to `last`, those that hold a spike, divided by 100: never above 0.99, as published. NaN for
 * a span of no time.
 *
 * Source: ecephys_spike_sorting `modules/quality_metrics/metrics.py`, `presence_ratio` (num_bins 100).
 */
export function presenceInBins(times: Float64Array, first: number, last: number): number {
  if (!(last > first)) return Number.NaN;
  const { counts } = histogram(times, first, last, EDGES - 1);
  return counts.filter((count) => count > 0).length / EDGES;
}
