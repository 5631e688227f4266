/** Two neighbours in the order of some values: the `k`-th smallest, counted from 0, and the one after it. */
export interface Neighbours {
  readonly low: number;
  /** The same as `low` where there is none after it. */
  readonly high: number;
}

/** So few are sorted. */
const FEW = 24;

/** A set of buckets is cleared for every group, so that small groups get few. */
const BUCKETS = [
  { from: 4096, count: 1024 },
  { from: 512, count: 256 },
  { from: 0, count: 64 },
] as const;
const counts = new Uint32Array(1024);
let spare = new Float64Array(0);

/**
 * The `k`-th smallest of the first `count` values, and its neighbour, without sorting them: values are counted in buckets of equal width,
 * and only those of the bucket in question are looked at again. Leaves the values as they are.
 *
 * None may be NaN, and there must be more than `k`.
 */
export function selectKth(values: Float64Array, count: number, k: number): Neighbours {
  let [current, length, rank] = [values, count, k];
  /** Least of the values that lie above every bucket looked at since. */
  let above = Number.POSITIVE_INFINITY;
  for (;;) {
    if (length <= FEW) return sorted(current, length, rank, above);
    let low = current[0] as number;
    let high = low;
    for (let i = 1; i < length; i++) {
      const value = current[i] as number;
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    if (low === high) return { low, high: rank + 1 < length ? low : orSelf(above, low) };
    const buckets = BUCKETS.find(({ from }) => length >= from)?.count ?? FEW;
    const scale = (buckets - 1) / (high - low);
    // Values further apart than numbers reach, or nearer than they tell, are sorted.
    if (!(scale > 0) || !Number.isFinite(scale)) return sorted(current, length, rank, above);
    counts.fill(0, 0, buckets);
    for (let i = 0; i < length; i++) {
      const bucket = (((current[i] as number) - low) * scale) | 0;
      counts[bucket] = (counts[bucket] as number) + 1;
    }
    let [bucket, before] = [0, 0];
    while (before + (counts[bucket] as number) <= rank) before += counts[bucket++] as number;
    const isLast = rank + 1 === before + (counts[bucket] as number);
    if (isLast) above = Math.min(above, leastAbove(current, length, low, scale, bucket));
    if (spare.length < length) spare = new Float64Array(length);
    let kept = 0;
    for (let i = 0; i < length; i++) {
      const value = current[i] as number;
      spare[kept] = value;
      kept += (((value - low) * scale) | 0) === bucket ? 1 : 0;
    }
    [current, length, rank] = [spare, kept, rank - before];
  }
}

function leastAbove(values: Float64Array, length: number, low: number, scale: number, bucket: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    if ((((value - low) * scale) | 0) > bucket) least = Math.min(least, value);
  }
  return least;
}

function sorted(values: Float64Array, length: number, rank: number, above: number): Neighbours {
  const ordered = length <= FEW ? insertionSorted(values, length) : values.slice(0, length).sort();
  const low = ordered[rank] as number;
  return { low, high: rank + 1 < length ? (ordered[rank + 1] as number) : orSelf(above, low) };
}

const few = new Float64Array(FEW);

function insertionSorted(values: Float64Array, length: number): Float64Array {
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    let place = i;
    while (place > 0 && (few[place - 1] as number) > value) {
      few[place] = few[place - 1] as number;
      place--;
    }
    few[place] = value;
  }
  return few;
}

function orSelf(above: number, value: number): number {
  return above === Number.POSITIVE_INFINITY ? value : above;
}

/**
 * A quantile of the first `count` values; linear between the two nearest, the median the mean of both.
 *
 * Absent: null for no values. Source: `numpy.quantile`, method `linear`, and `numpy.median`.
 */
export function quantileOf(values: Float64Array, count: number, fraction: number): number | null {
  if (count === 0) return null;
  const place = (count - 1) * fraction;
  const rank = Math.min(count - 1, Math.floor(place));
  const { low, high } = selectKth(values, count, rank);
  const share = place - rank;
  if (share === 0) return low;
  if (share === 0.5) return (low + high) / 2;
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}
