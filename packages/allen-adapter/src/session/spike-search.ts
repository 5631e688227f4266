/** Which of the two ends of a span belong to it: the start alone, or both as AllenSDK's bins have it. */
export type BinEdges = "halfOpen" | "allensdk";

/** Number of the first value at or after `value`, looked for from `hint` outwards: cheap where searches follow each other in order. */
export function lowerBound(values: Float64Array, value: number, hint = 0): number {
  return search(values, hint, (candidate) => candidate < value);
}

/** Number of the first value after `value`. */
export function upperBound(values: Float64Array, value: number, hint = 0): number {
  return search(values, hint, (candidate) => candidate <= value);
}

/** Gallops from the hint, then bisects. Values for which `isBefore` holds come first. */
function search(values: Float64Array, hint: number, isBefore: (candidate: number) => boolean): number {
  const at = (i: number) => values[i] ?? Number.NaN;
  let low = 0;
  let high = values.length;
  let step = 1;
  if (hint < high && isBefore(at(hint))) {
    low = hint + 1;
    while (low + step < high && isBefore(at(low + step))) {
      low += step + 1;
      step *= 2;
    }
    high = Math.min(high, low + step);
  } else {
    high = Math.min(hint, high);
    while (high - step > 0 && !isBefore(at(high - step))) {
      high -= step;
      step *= 2;
    }
    low = Math.max(0, high - step);
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(at(middle))) low = middle + 1;
    else high = middle;
  }
  return low;
}
