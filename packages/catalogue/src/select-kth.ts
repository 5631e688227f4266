/**
 * Moves the `k`-th smallest of `values[left … right]` to place `k`, with nothing larger before it and nothing smaller after it.
 * No NaN may be among them.
 *
 * Source: Floyd and Rivest, "Algorithm 489: the algorithm SELECT", Communications of the ACM 18 (1975).
 */
export function selectKth(values: Float64Array, k: number, first: number, last: number): void {
  let [left, right] = [first, last];
  while (right > left) {
    if (right - left > SAMPLED) {
      const size = right - left + 1;
      const place = k - left + 1;
      const z = Math.log(size);
      const s = 0.5 * Math.exp((2 * z) / 3);
      const sd = 0.5 * Math.sqrt((z * s * (size - s)) / size) * (place - size / 2 < 0 ? -1 : 1);
      const newLeft = Math.max(left, Math.floor(k - (place * s) / size + sd));
      const newRight = Math.min(right, Math.floor(k + ((size - place) * s) / size + sd));
      selectKth(values, k, newLeft, newRight);
    }
    const pivot = values[k] as number;
    let [i, j] = [left, right];
    swap(values, left, k);
    if ((values[right] as number) > pivot) swap(values, left, right);
    while (i < j) {
      swap(values, i, j);
      i++;
      j--;
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
    }
    if (values[left] === pivot) swap(values, left, j);
    else {
      j++;
      swap(values, j, right);
    }
    if (j <= k) left = j + 1;
    if (k <= j) right = j - 1;
  }
}

/** Ranges longer than this are narrowed by a sample of them first. */
const SAMPLED = 600;

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a] as number;
  values[a] = values[b] as number;
  values[b] = kept;
}

/**
 * A quantile of the first `count` values, which are left in another order; linear between the two nearest, the median the mean of both.
 *
 * Absent: null for no values. Source: `numpy.quantile`, method `linear`, and `numpy.median`.
 */
export function quantileOf(values: Float64Array, count: number, fraction: number): number | null {
  if (count === 0) return null;
  const place = (count - 1) * fraction;
  const lower = Math.min(count - 1, Math.floor(place));
  selectKth(values, lower, 0, count - 1);
  const low = values[lower] as number;
  const share = place - lower;
  if (share === 0 || lower + 1 >= count) return low;
  let high = values[lower + 1] as number;
  for (let i = lower + 2; i < count; i++) {
    const value = values[i] as number;
    if (value < high) high = value;
  }
  if (share === 0.5) return (low + high) / 2;
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}
