import { extremesOf } from "./histogram.js";

/** What the amplitudes of a unit's spikes are like; all NaN without spikes. */
export interface AmplitudeSummary {
  readonly largest: number;
  readonly smallest: number;
  /** Median on a logarithmic scale, in the unit of the amplitudes. */
  readonly geometricMedian: number;
  /** Sample standard deviation of 20 log10; NaN of fewer than two. */
  readonly deviationDb: number;
}

/**
 * Source: `brainbox.metrics.single_units.quick_unit_metrics` (ibllib 4.1): `amp_max`, `amp_min`, `amp_median`, `amp_std_dB`, in double
 * precision throughout.
 */
export function summarizeAmplitudes(amplitudes: Float64Array): AmplitudeSummary {
  if (amplitudes.length === 0) return NOTHING;
  const decibels = amplitudes.map((amplitude) => 20 * Math.log10(amplitude)).sort();
  const half = Math.floor(decibels.length / 2);
  const upper = decibels[half] ?? Number.NaN;
  const middle = decibels.length % 2 === 1 ? upper : ((decibels[half - 1] ?? Number.NaN) + upper) / 2;
  const mean = decibels.reduce((sum, value) => sum + value, 0) / decibels.length;
  const squares = decibels.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const { least, largest } = extremesOf(amplitudes);
  return {
    largest,
    smallest: least,
    geometricMedian: 10 ** (middle / 20),
    deviationDb: decibels.length < 2 ? Number.NaN : Math.sqrt(squares / (decibels.length - 1)),
  };
}

const NOTHING: AmplitudeSummary = {
  largest: Number.NaN,
  smallest: Number.NaN,
  geometricMedian: Number.NaN,
  deviationDb: Number.NaN,
};
