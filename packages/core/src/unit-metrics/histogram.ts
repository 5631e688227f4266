/** Counts in bins of equal width; each bin holds its lower edge, the last one its upper edge too. */
export interface Histogram {
  readonly counts: Float64Array;
  /** `[bins + 1]`, ascending. */
  readonly edges: Float64Array;
}

/**
 * Counts of values in bins of equal width from `start` to `stop`. Values outside, and NaN, are in no bin.
 *
 * Source: `numpy.histogram` and `numpy.linspace`, to the last bit of the edges.
 */
export function histogram(values: Float64Array, start: number, stop: number, bins: number): Histogram {
  const counts = new Float64Array(bins);
  const step = (stop - start) / bins;
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => (i === bins ? stop : i * step + start));
  for (const value of values) {
    if (!(value >= start && value <= stop)) continue;
    let bin = Math.min(bins - 1, Math.max(0, Math.floor((value - start) / step)));
    if (value < (edges[bin] ?? 0)) bin--;
    else if (bin < bins - 1 && value >= (edges[bin + 1] ?? 0)) bin++;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { counts, edges };
}

/**
 * Values smoothed by a Gaussian that ends four deviations to either side; beyond the ends they are reflected.
 *
 * Source: `scipy.ndimage.gaussian_filter1d`, whose order of summation it keeps: places with mirrored surroundings get equal values.
 *
 * @param sigma whole bins
 */
export function smoothed(values: Float64Array, sigma: number): Float64Array {
  const radius = 4 * sigma;
  const weights = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp((-0.5 / sigma ** 2) * i ** 2));
  const total = (weights[0] ?? 0) + 2 * weights.subarray(1).reduce((sum, weight) => sum + weight, 0);
  const period = 2 * values.length;
  const at = (i: number): number => {
    const place = ((i % period) + period) % period;
    return values[place < values.length ? place : period - 1 - place] ?? 0;
  };
  return values.map((value, i) => {
    let sum = (value * (weights[0] ?? 0)) / total;
    for (let k = radius; k >= 1; k--) sum += (at(i - k) + at(i + k)) * ((weights[k] ?? 0) / total);
    return sum;
  });
}

/** Index of the first of the largest values; -1 without any. */
export function indexOfLargest(values: Float64Array): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) if (best < 0 || (values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}

/** Least and largest value; infinite the wrong way round without any. */
export function extremesOf(values: Float64Array): { readonly least: number; readonly largest: number } {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  return { least, largest };
}
