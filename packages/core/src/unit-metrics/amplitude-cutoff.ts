import { missingTail } from "./missing-tail.js";

const BINS = 500;
const SMOOTHING_BINS = 3;
const MOST = 0.5;

/**
 * Share of spikes that are too small to be detected, from the missing tail of a histogram of 500 bins; at most 0.5, NaN without spikes.
 *
 * Source: ecephys_spike_sorting `modules/quality_metrics/metrics.py`, `amplitude_cutoff` (500 bins, smoothing 3).
 *
 * @param amplitudes any unit, all finite
 */
export function amplitudeCutoff(amplitudes: Float64Array): number {
  if (amplitudes.length === 0) return Number.NaN;
  const { tail, binWidth } = missingTail(amplitudes, BINS, SMOOTHING_BINS);
  return Math.min(tail * binWidth, MOST);
}
