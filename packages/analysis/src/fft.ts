/**
 * Discrete Fourier transform of one length, in place and unnormalised: `X[k] = sum of x[n] exp(-2 pi i k n / length)`.
 *
 * Mixed radix (Stockham, autosorting): fast for lengths made of 4 and 5, right for any. An instance owns its work space, so it
 * is not for two callers at once.
 */
export class Fft {
  readonly length: number;
  readonly #factors: readonly number[];
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #spareRe: Float64Array;
  readonly #spareIm: Float64Array;

  constructor(length: number) {
    if (!Number.isInteger(length) || length < 1) throw new RangeError(`no transform of length ${length}`);
    this.length = length;
    this.#factors = factorsOf(length);
    this.#cos = Float64Array.from({ length }, (_, i) => Math.cos((2 * Math.PI * i) / length));
    this.#sin = Float64Array.from({ length }, (_, i) => -Math.sin((2 * Math.PI * i) / length));
    this.#spareRe = new Float64Array(length);
    this.#spareIm = new Float64Array(length);
  }

  /** Replaces `re + i im` by its transform. Both have this transform's length. */
  transform(re: Float64Array, im: Float64Array): void {
    let from = { re, im };
    let to = { re: this.#spareRe, im: this.#spareIm };
    let remaining = this.length;
    let stride = 1;
    for (const radix of this.#factors) {
      this.#pass(radix, remaining, stride, from, to);
      remaining /= radix;
      stride *= radix;
      [from, to] = [to, from];
    }
    if (from.re !== re) {
      re.set(from.re);
      im.set(from.im);
    }
  }

  #pass(radix: number, size: number, stride: number, from: Complex, to: Complex): void {
    if (radix === 4) this.#radix4(size, stride, from, to);
    else if (radix === 5) this.#radix5(size, stride, from, to);
    else this.#anyRadix(radix, size, stride, from, to);
  }

  #radix4(size: number, stride: number, from: Complex, to: Complex): void {
    const quarter = size / 4;
    const step = quarter * stride;
    for (let q = 0; q < quarter; q++) {
      for (let k = 0; k < stride; k++) {
        const a = k + stride * q;
        const ar = at(from.re, a);
        const ai = at(from.im, a);
        const br = at(from.re, a + step);
        const bi = at(from.im, a + step);
        const cr = at(from.re, a + 2 * step);
        const ci = at(from.im, a + 2 * step);
        const dr = at(from.re, a + 3 * step);
        const di = at(from.im, a + 3 * step);
        const out = k + stride * 4 * q;
        to.re[out] = ar + cr + br + dr;
        to.im[out] = ai + ci + bi + di;
        this.#put(to, out + stride, stride * q, ar - cr + (bi - di), ai - ci - (br - dr));
        this.#put(to, out + 2 * stride, 2 * stride * q, ar + cr - br - dr, ai + ci - bi - di);
        this.#put(to, out + 3 * stride, 3 * stride * q, ar - cr - (bi - di), ai - ci + (br - dr));
      }
    }
  }

  #radix5(size: number, stride: number, from: Complex, to: Complex): void {
    const fifth = size / 5;
    const step = fifth * stride;
    for (let q = 0; q < fifth; q++) {
      for (let k = 0; k < stride; k++) {
        const a = k + stride * q;
        const ar = at(from.re, a);
        const ai = at(from.im, a);
        const outerSumRe = at(from.re, a + step) + at(from.re, a + 4 * step);
        const outerSumIm = at(from.im, a + step) + at(from.im, a + 4 * step);
        const outerGapRe = at(from.re, a + step) - at(from.re, a + 4 * step);
        const outerGapIm = at(from.im, a + step) - at(from.im, a + 4 * step);
        const innerSumRe = at(from.re, a + 2 * step) + at(from.re, a + 3 * step);
        const innerSumIm = at(from.im, a + 2 * step) + at(from.im, a + 3 * step);
        const innerGapRe = at(from.re, a + 2 * step) - at(from.re, a + 3 * step);
        const innerGapIm = at(from.im, a + 2 * step) - at(from.im, a + 3 * step);
        const evenRe1 = ar + COS_1_5 * outerSumRe + COS_2_5 * innerSumRe;
        const evenIm1 = ai + COS_1_5 * outerSumIm + COS_2_5 * innerSumIm;
        const evenRe2 = ar + COS_2_5 * outerSumRe + COS_1_5 * innerSumRe;
        const evenIm2 = ai + COS_2_5 * outerSumIm + COS_1_5 * innerSumIm;
        const oddRe1 = SIN_1_5 * outerGapRe + SIN_2_5 * innerGapRe;
        const oddIm1 = SIN_1_5 * outerGapIm + SIN_2_5 * innerGapIm;
        const oddRe2 = SIN_2_5 * outerGapRe - SIN_1_5 * innerGapRe;
        const oddIm2 = SIN_2_5 * outerGapIm - SIN_1_5 * innerGapIm;
        const out = k + stride * 5 * q;
        to.re[out] = ar + outerSumRe + innerSumRe;
        to.im[out] = ai + outerSumIm + innerSumIm;
        this.#put(to, out + stride, stride * q, evenRe1 + oddIm1, evenIm1 - oddRe1);
        this.#put(to, out + 2 * stride, 2 * stride * q, evenRe2 + oddIm2, evenIm2 - oddRe2);
        this.#put(to, out + 3 * stride, 3 * stride * q, evenRe2 - oddIm2, evenIm2 + oddRe2);
        this.#put(to, out + 4 * stride, 4 * stride * q, evenRe1 - oddIm1, evenIm1 + oddRe1);
      }
    }
  }

  #anyRadix(radix: number, size: number, stride: number, from: Complex, to: Complex): void {
    const part = size / radix;
    for (let q = 0; q < part; q++) {
      for (let k = 0; k < stride; k++) {
        for (let r = 0; r < radix; r++) {
          let re = 0;
          let im = 0;
          for (let j = 0; j < radix; j++) {
            const index = k + stride * (q + j * part);
            const turn = (((j * r) % radix) * this.length) / radix;
            re += at(from.re, index) * at(this.#cos, turn) - at(from.im, index) * at(this.#sin, turn);
            im += at(from.re, index) * at(this.#sin, turn) + at(from.im, index) * at(this.#cos, turn);
          }
          this.#put(to, k + stride * (radix * q + r), stride * q * r, re, im);
        }
      }
    }
  }

  /** Writes a value turned by `turn` of `length` parts of a circle. */
  #put(to: Complex, index: number, turn: number, re: number, im: number): void {
    const cos = at(this.#cos, turn);
    const sin = at(this.#sin, turn);
    to.re[index] = re * cos - im * sin;
    to.im[index] = re * sin + im * cos;
  }
}

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

const COS_1_5 = Math.cos((2 * Math.PI) / 5);
const COS_2_5 = Math.cos((4 * Math.PI) / 5);
const SIN_1_5 = Math.sin((2 * Math.PI) / 5);
const SIN_2_5 = Math.sin((4 * Math.PI) / 5);

/** Every index here is computed to be inside; the type system cannot know. */
function at(values: Float64Array, index: number): number {
  return values[index] as number;
}

function factorsOf(length: number): number[] {
  const factors: number[] = [];
  let rest = length;
  for (const radix of [4, 5]) {
    while (rest % radix === 0) {
      factors.push(radix);
      rest /= radix;
    }
  }
  for (let radix = 2; rest > 1; radix++) {
    while (rest % radix === 0) {
      factors.push(radix);
      rest /= radix;
    }
  }
  return factors;
}
