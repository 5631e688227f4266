/**
 * How abruptly the small amplitudes of a unit end: the second occupied bin of their histogram against the upper half, in standard
 * deviations; NaN where the upper half does not vary.
 *
 * Source: `brainbox.metrics.single_units.noise_cutoff` (ibllib 4.1), 100 edges from 0 to the largest amplitude.
 */
export function noiseCutoff(amplitudes: Float64Array): number {
  if (amplitudes.length < 2) return Number.NaN;
  const largest = amplitudes.reduce((max, value) => Math.max(max, value), 0);
  const counts = histogram(amplitudes, 0, largest, 99);
  const peak = counts.indexOf(Math.max(...counts));
  const occupied = counts.slice(peak, -1).filter((count) => count > 0).length;
  const upper = counts.slice(Math.ceil(0.5 * occupied + peak)).filter((count) => count >= 1);
  const mean = upper.reduce((sum, count) => sum + count, 0) / upper.length;
  const deviation = Math.sqrt(upper.reduce((sum, count) => sum + (count - mean) ** 2, 0) / upper.length);
  const second = counts.filter((count) => count !== 0)[1];
  return deviation > 0 && second !== undefined ? (second - mean) / deviation : Number.NaN;
}

/**
 * Share of spikes that are too small to be seen, from the missing tail of the amplitudes; at most 0.5, NaN for 500 spikes or fewer.
 *
 * Source: `brainbox.metrics.single_units.missed_spikes_est` (ibllib 4.1): 10 spikes a bin, Gaussian of 4 bins.
 */
export function missedSpikes(amplitudes: Float64Array): number {
  if (amplitudes.length <= 500) return Number.NaN;
  let least = amplitudes.reduce((min, value) => Math.min(min, value), Number.POSITIVE_INFINITY);
  let largest = amplitudes.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
  if (least === largest) [least, largest] = [least - 0.5, largest + 0.5];
  const density = smoothed(histogram(amplitudes, least, largest, Math.floor(amplitudes.length / 10)), 4);
  const peak = density.indexOf(Math.max(...density));
  const edge = density[0] ?? 0;
  let cut = peak;
  for (let i = peak; i < density.length; i++) {
    if (Math.abs((density[i] ?? 0) - edge) < Math.abs((density[cut] ?? 0) - edge)) cut = i;
  }
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  return Math.min(0.5, total(density.slice(cut)) / total(density));
}

/** Counts in bins of equal width; each holds its lower edge, the last its upper too. Source: `numpy.histogram`. */
function histogram(values: Float64Array, start: number, stop: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  const step = (stop - start) / bins;
  const edge = (i: number): number => (i === bins ? stop : i * step + start);
  for (const value of values) {
    let bin = Math.min(bins - 1, Math.max(0, Math.floor((value - start) / step)));
    if (value < edge(bin)) bin--;
    else if (bin < bins - 1 && value >= edge(bin + 1)) bin++;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** Source: `scipy.ndimage.gaussian_filter1d`: four standard deviations to either side, ends reflected. */
function smoothed(values: readonly number[], sigma: number): number[] {
  const radius = 4 * sigma;
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const at = (i: number): number => {
    const period = 2 * values.length;
    const place = ((i % period) + period) % period;
    return values[place < values.length ? place : period - 1 - place] ?? 0;
  };
  return values.map((_, i) => weights.reduce((total, weight, k) => total + (weight / sum) * at(i + k - radius), 0));
}
