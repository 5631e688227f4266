import { extremesOf, histogram, indexOfLargest } from "./histogram.js";

const BINS = 99;

/**
 * How abruptly the small amplitudes of a unit end: the second occupied bin of their histogram against the upper half beyond the peak, in
 * standard deviations; NaN where the upper half does not vary, or with fewer than two spikes.
 *
 * Source: `brainbox.metrics.single_units.noise_cutoff` (ibllib 4.1), 100 edges from 0 to the largest amplitude.
 *
 * @param amplitudes any unit, all finite
 */
export function noiseCutoff(amplitudes: Float64Array): number {
  if (amplitudes.length < 2) return Number.NaN;
  const { counts } = histogram(amplitudes, 0, Math.max(0, extremesOf(amplitudes).largest), BINS);
  const peak = indexOfLargest(counts);
  const occupied = counts.slice(peak, -1).filter((count) => count > 0).length;
  const upper = counts.slice(Math.ceil(0.5 * occupied + peak)).filter((count) => count >= 1);
  const mean = upper.reduce((sum, count) => sum + count, 0) / upper.length;
  const deviation = Math.sqrt(upper.reduce((sum, count) => sum + (count - mean) ** 2, 0) / upper.length);
  const second = counts.filter((count) => count !== 0)[1];
  return deviation > 0 && second !== undefined ? (second - mean) / deviation : Number.NaN;
}
