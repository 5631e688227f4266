import { QueryError } from "@crossprobe/core";
import { meanAndError } from "./quantiles.js";
import { lowerBound } from "./sorted-search.js";

/** Bins around an onset: bin `b` holds spikes with `floor((t − onset − start) / width) = b`, so it is half-open. */
export interface PsthBins {
  /** Seconds from the onset to the first bin's start; negative before it. */
  readonly start: number;
  /** Seconds. */
  readonly width: number;
  readonly count: number;
}

/** −0.5 to 1.0 s in 150 bins of 10 ms. */
export const DEFAULT_PSTH_BINS: PsthBins = { start: -0.5, width: 0.01, count: 150 };

/** Start of each bin in seconds from the onset, rounded to the microsecond. */
export function binStarts({ start, width, count }: PsthBins): number[] {
  return Array.from({ length: count }, (_, bin) => Math.round((start + bin * width) * 1e6) / 1e6);
}

/**
 * Spikes in each bin, summed over onsets.
 *
 * The bin of a spike is exactly `floor((t − onset − start) / width)` in double precision, in this order of operations; the
 * window is found by search first, with a bin to spare at both ends, so that rounding decides nothing.
 *
 * @param times spikes of one unit, ascending
 * @param onsets same clock, any order
 */
export function psthCounts(times: Float64Array, onsets: ArrayLike<number>, bins = DEFAULT_PSTH_BINS): Uint32Array {
  if (!(bins.width > 0 && Number.isInteger(bins.count) && bins.count > 0)) {
    throw new QueryError(`no bins: ${bins.count} of ${bins.width} s`, { hint: "give a positive width and count" });
  }
  const counts = new Uint32Array(bins.count);
  let from = 0;
  for (const onset of Float64Array.from(onsets).sort()) {
    from = lowerBound(times, onset + bins.start - bins.width, from);
    const end = onset + bins.start + bins.width * (bins.count + 1);
    for (let i = from; i < times.length; i++) {
      const time = times[i] ?? Number.POSITIVE_INFINITY;
      if (time >= end) break;
      const bin = Math.floor((time - onset - bins.start) / bins.width);
      if (bin >= 0 && bin < bins.count) counts[bin] = (counts[bin] ?? 0) + 1;
    }
  }
  return counts;
}

/** Event-averaged rate of one unit: counts over (events × width), spikes per second. */
export function psthRates(counts: Uint32Array, events: number, bins = DEFAULT_PSTH_BINS): Float64Array {
  return Float64Array.from(counts, (count) => count / (events * bins.width));
}

/** Mean over units with a band of 1.96 standard errors: over units, not animals. Spikes per second, one value a bin. */
export interface PopulationPsth {
  readonly binStart: readonly number[];
  readonly mean: readonly number[];
  /** Null below two units. */
  readonly low: readonly number[] | null;
  readonly high: readonly number[] | null;
}

/** Mean ± 1.96 s.e.m. over the rates of units ({@link psthRates}); null for no unit. */
export function populationPsth(rates: readonly Float64Array[], bins = DEFAULT_PSTH_BINS): PopulationPsth | null {
  if (rates.length === 0) return null;
  const byBin = Array.from({ length: bins.count }, (_, bin) =>
    meanAndError(rates.map((unit) => unit[bin] ?? Number.NaN)),
  );
  const mean = byBin.map((value) => value.mean ?? Number.NaN);
  const reach = byBin.map((value) => 1.96 * (value.standardError ?? Number.NaN));
  if (rates.length < 2) return { binStart: binStarts(bins), mean, low: null, high: null };
  return {
    binStart: binStarts(bins),
    mean,
    low: mean.map((value, bin) => value - (reach[bin] ?? Number.NaN)),
    high: mean.map((value, bin) => value + (reach[bin] ?? Number.NaN)),
  };
}
