/** What counts as a violation. */
export interface ContaminationSettings {
  /** Intervals below this violate the refractory period, seconds. */
  readonly refractoryPeriod: number;
  /** A spike no further than this from the one before is its double and is taken out, seconds. */
  readonly minInterval: number;
}

/** Source: ecephys_spike_sorting `modules/quality_metrics`, defaults of `isi_threshold` and `min_isi`. */
export const EXACT_DUPLICATES: ContaminationSettings = { refractoryPeriod: 0.0015, minInterval: 0 };
/** Source: `brainbox.metrics.single_units.METRICS_PARAMS` (ibllib 4.1). */
export const DUPLICATES_TO_100_US: ContaminationSettings = { refractoryPeriod: 0.0015, minInterval: 0.0001 };

/**
 * Rate of refractory violations over the unit's rate: the linear form of Hill et al. 2011, which exceeds 1 where contamination is strong.
 * NaN without spikes or for a span of no time.
 *
 * Source: ecephys_spike_sorting `isi_violations`; `brainbox.metrics.single_units.contamination` (ibllib 4.1).
 *
 * @param times seconds, ascending
 * @param span seconds that the unit's rate is taken over
 */
export function hillContamination(times: Float64Array, span: number, settings: ContaminationSettings): number {
  const { refractoryPeriod, minInterval } = settings;
  const kept = times.filter((time, i) => i === 0 || time - (times[i - 1] ?? 0) > minInterval);
  if (kept.length === 0 || !(span > 0)) return Number.NaN;
  const violations = intervalsBelow(kept, refractoryPeriod);
  return violations / (2 * kept.length * (refractoryPeriod - minInterval)) / (kept.length / span);
}

/**
 * Root of least absolute value of `-x^2 + x + c`, without its sign, with `c = T v / (2 p n^2)`: `v` intervals below the refractory period
 * `p` among `n` spikes, `T` from the first to the last of them.
 *
 * Source: `brainbox.metrics.single_units.contamination_alt` (ibllib 4.1).
 *
 * @param times seconds, ascending
 */
export function quadraticContamination(times: Float64Array, refractoryPeriod: number): number {
  if (times.length === 0) return Number.NaN;
  const duration = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const c = (duration * intervalsBelow(times, refractoryPeriod)) / (2 * refractoryPeriod * times.length ** 2);
  return (2 * c) / (1 + Math.sqrt(1 + 4 * c));
}

function intervalsBelow(times: Float64Array, bound: number): number {
  let count = 0;
  for (let i = 1; i < times.length; i++) if ((times[i] ?? 0) - (times[i - 1] ?? 0) < bound) count++;
  return count;
}
