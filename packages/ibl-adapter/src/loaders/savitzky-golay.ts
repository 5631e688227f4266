import { QueryError } from "@crossprobe/core";

/** Powers of the polynomial: a cubic has four coefficients. */
type Coefficients = readonly number[];

/**
 * Smooths values at uneven places by a cubic through each window of neighbours; the first and last half window follow the first and last
 * cubic.
 *
 * Source: `ibldsp.smooth.non_uniform_savgol` (ibl-neuropixel 1.14), order 3. Places are scaled by the window here, so that the
 * equations stay well conditioned.
 *
 * @param window odd number of values
 * @throws {@link QueryError} when there are fewer values than the window
 */
export function smoothUneven(x: ArrayLike<number>, y: ArrayLike<number>, window: number): Float64Array {
  if (x.length !== y.length || x.length < window || window % 2 === 0) {
    throw new QueryError(`${y.length} values are too few to smooth with a window of ${window}`, {
      hint: "give a shorter odd window",
    });
  }
  const half = (window - 1) / 2;
  const smooth = new Float64Array(y.length);
  const last = y.length - half - 1;
  for (let i = half; i <= last; i++) {
    const cubic = fitCubic(x, y, i, half);
    smooth[i] = cubic[0] ?? Number.NaN;
    const edge = (from: number, to: number): void => {
      for (let k = from; k < to; k++) smooth[k] = evaluate(cubic, ((x[k] ?? 0) - (x[i] ?? 0)) / half);
    };
    if (i === half) edge(0, half);
    if (i === last) edge(last + 1, y.length);
  }
  return smooth;
}

function evaluate(cubic: Coefficients, t: number): number {
  return cubic.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
}

/** Least squares of a cubic in `(x - x[centre]) / half` over the window around a centre. */
function fitCubic(x: ArrayLike<number>, y: ArrayLike<number>, centre: number, half: number): Coefficients {
  const moments = new Float64Array(7);
  const right = new Float64Array(4);
  for (let k = centre - half; k <= centre + half; k++) {
    const t = ((x[k] ?? 0) - (x[centre] ?? 0)) / half;
    let power = 1;
    for (let order = 0; order < 7; order++, power *= t) {
      moments[order] = (moments[order] ?? 0) + power;
      if (order < 4) right[order] = (right[order] ?? 0) + power * (y[k] ?? 0);
    }
  }
  const rows = Array.from({ length: 4 }, (_, row) => [
    ...Array.from({ length: 4 }, (_, column) => moments[row + column] ?? 0),
    right[row] ?? 0,
  ]);
  return solve(rows);
}

/** Gauss's elimination with pivots; rows carry the right side last. */
function solve(rows: number[][]): Coefficients {
  const size = rows.length;
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let step = 0; step < size; step++) {
    let pivot = step;
    for (let row = step + 1; row < size; row++) if (Math.abs(at(row, step)) > Math.abs(at(pivot, step))) pivot = row;
    const [upper, lower] = [rows[pivot] ?? [], rows[step] ?? []];
    rows[step] = upper;
    rows[pivot] = lower;
    for (let row = step + 1; row < size; row++) {
      const factor = at(row, step) / at(step, step);
      rows[row] = (rows[row] ?? []).map((value, column) => value - factor * at(step, column));
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    const known = solution.reduce((sum, value, column) => (column > row ? sum + value * at(row, column) : sum), 0);
    solution[row] = (at(row, size) - known) / at(row, row);
  }
  return solution;
}
