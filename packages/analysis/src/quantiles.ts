/**
 * Quantile by linear interpolation between order statistics, as numpy's default (`method="linear"`).
 *
 * Absent: null for no values. NaN anywhere gives NaN, as numpy does.
 *
 * @param sorted ascending
 * @param fraction 0 to 1
 */
export function quantileOfSorted(sorted: ArrayLike<number>, fraction: number): number | null {
  if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`a quantile is a fraction of 0 to 1, not ${fraction}`);
  const last = sorted.length - 1;
  const position = fraction * last;
  const below = sorted[Math.floor(position)];
  if (below === undefined) return null;
  const above = sorted[Math.min(Math.floor(position) + 1, last)] ?? below;
  const share = position - Math.floor(position);
  // numpy's lerp comes from the nearer end, so that it is exact at both.
  return share < 0.5 ? below + (above - below) * share : above - (above - below) * (1 - share);
}

/** Lower quartile, median and upper quartile; null for no values. */
export interface Quartiles {
  readonly q1: number | null;
  readonly median: number | null;
  readonly q3: number | null;
}

/** Quartiles by numpy's default rule ({@link quantileOfSorted}); the values are not changed. */
export function quartiles(values: Iterable<number>): Quartiles {
  const sorted = Float64Array.from(values).sort();
  return {
    q1: quantileOfSorted(sorted, 0.25),
    median: quantileOfSorted(sorted, 0.5),
    q3: quantileOfSorted(sorted, 0.75),
  };
}

/** Arithmetic mean and standard error of the mean (standard deviation with n − 1); null where n is too small. */
export interface MeanAndError {
  readonly mean: number | null;
  /** Null below two values. */
  readonly standardError: number | null;
}

/** Mean and its standard error, by two passes. */
export function meanAndError(values: ArrayLike<number>): MeanAndError {
  const count = values.length;
  if (count === 0) return { mean: null, standardError: null };
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i] ?? Number.NaN;
  const mean = sum / count;
  if (count < 2) return { mean, standardError: null };
  let squares = 0;
  for (let i = 0; i < count; i++) squares += ((values[i] ?? Number.NaN) - mean) ** 2;
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}
