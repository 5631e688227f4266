import { unknownShape } from "./place.js";

/** A rising function through knots: straight between them, and beyond the first and last as in the outermost pieces. */
export class PiecewiseLinear {
  readonly #from: Float64Array;
  readonly #to: Float64Array;

  /**
   * @param url for messages
   * @throws {@link SchemaError} for fewer than two knots, unequal lengths, or knots that do not rise in both
   */
  constructor(from: Float64Array, to: Float64Array, url: string) {
    if (from.length !== to.length || from.length < 2) {
      throw unknownShape(url, `${from.length} and ${to.length} knots: a clock map needs two at least, of both clocks`);
    }
    for (const knots of [from, to]) {
      // Written so that NaN is refused too.
      const at = knots.findIndex((knot, i) => !(Number.isFinite(knot) && (i === 0 || knot > (knots[i - 1] ?? 0))));
      if (at >= 0)
        throw unknownShape(
          url,
          `row ${at} of the clock map is ${knots[at]} after ${knots[at - 1]}: clocks run forward`,
        );
    }
    this.#from = from;
    this.#to = to;
  }

  at(x: number): number {
    return interpolate(this.#from, this.#to, x);
  }

  inverse(y: number): number {
    return interpolate(this.#to, this.#from, y);
  }
}

/** As `scipy.interpolate.interp1d(…, fill_value="extrapolate")` rounds it. */
function interpolate(from: Float64Array, to: Float64Array, x: number): number {
  let [low, high] = [0, from.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((from[middle] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const next = Math.min(Math.max(low, 1), from.length - 1);
  const [x0, x1, y0, y1] = [from[next - 1] ?? 0, from[next] ?? 0, to[next - 1] ?? 0, to[next] ?? 0];
  return ((y1 - y0) / (x1 - x0)) * (x - x0) + y0;
}
