import { missingTail } from "./missing-tail.js";

const SPIKES_PER_BIN = 10;
const MIN_BINS = 50;
const SMOOTHING_BINS = 4;
const MOST = 0.5;

/**
 * Share of spikes that are too small to be detected, from the missing tail of a histogram with a bin for ten spikes; at most 0.5, NaN for
 * 500 spikes or fewer.
 *
 * Source: `brainbox.metrics.single_units.missed_spikes_est` (ibllib 4.1).
 *
 * @param amplitudes any unit, all finite
 */
export function missedSpikes(amplitudes: Float64Array): number {
  if (amplitudes.length <= SPIKES_PER_BIN * MIN_BINS) return Number.NaN;
  const { tail, total } = missingTail(amplitudes, Math.floor(amplitudes.length / SPIKES_PER_BIN), SMOOTHING_BINS);
  return Math.min(MOST, tail / total);
}
