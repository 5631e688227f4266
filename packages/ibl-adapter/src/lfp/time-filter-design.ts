import { QueryError } from "@crossprobe/core";

/** Corners in hertz; give one for a high-pass or a low-pass, both for a band-pass. */
export interface ButterworthBand {
  /** Everything above passes. */
  readonly lowHz?: number | undefined;
  /** Everything below passes. */
  readonly highHz?: number | undefined;
}

type Complex = readonly [re: number, im: number];

/**
 * Butterworth filter as second-order sections for `sosFilter`, rows `[b0, b1, b2, 1, a1, a2]`.
 *
 * Run both ways, its gain at a corner is 1/2 (-6 dB), where one way has -3 dB.
 *
 * Source: `scipy.signal.butter(order, band, fs=rate, output="sos")`, with its pairing of poles and zeros.
 *
 * @param order of the low-pass prototype; a band-pass has twice as many poles
 * @param rate samples per second
 * @throws {@link QueryError} unless the order is a positive integer and the corners lie between 0 and half the rate
 */
export function butterworth(order: number, band: ButterworthBand, rate: number): readonly (readonly number[])[] {
  if (!Number.isInteger(order) || order < 1 || order > 24) {
    throw new QueryError(`a Butterworth filter of order ${order} is none`, { hint: "give an integer from 1 to 24" });
  }
  const low = band.lowHz === undefined ? undefined : warp(band.lowHz, rate);
  const high = band.highHz === undefined ? undefined : warp(band.highHz, rate);
  if (low !== undefined && high !== undefined && low >= high) {
    throw new QueryError(`a band from ${band.lowHz} to ${band.highHz} Hz is none`, {
      hint: "give a low corner below the high one",
    });
  }
  const analog = toAnalog(prototype(order), low, high);
  return pairUp(toDigital(analog));
}

/** Corner on the analog axis, for a rate of 2. */
function warp(corner: number, rate: number): number {
  if (corner > 0 && corner < rate / 2) return 4 * Math.tan((Math.PI * corner) / rate);
  throw new QueryError(`a corner of ${corner} Hz is not between 0 and half of ${rate} Hz`, {
    hint: "give another corner, or read at a higher rate",
  });
}

interface ZerosPoles {
  readonly zeros: readonly Complex[];
  readonly poles: readonly Complex[];
  readonly gain: number;
}

function prototype(order: number): readonly Complex[] {
  return Array.from({ length: order }, (_, i): Complex => {
    const m = 2 * i + 1 - order;
    return m === 0 ? [-1, 0] : [-Math.cos((Math.PI * m) / (2 * order)), -Math.sin((Math.PI * m) / (2 * order))];
  });
}

function toAnalog(poles: readonly Complex[], low: number | undefined, high: number | undefined): ZerosPoles {
  const order = poles.length;
  if (low !== undefined && high !== undefined) {
    const [width, square] = [high - low, low * high];
    const scaled = poles.map((pole) => scale(pole, width / 2));
    const roots = scaled.map((pole) => squareRoot(minus(times(pole, pole), [square, 0])));
    const rootOf = (i: number): Complex => roots[i] ?? [0, 0];
    return {
      zeros: scaled.map(() => [0, 0]),
      poles: [...scaled.map((pole, i) => plus(pole, rootOf(i))), ...scaled.map((pole, i) => minus(pole, rootOf(i)))],
      gain: width ** order,
    };
  }
  if (high !== undefined) return { zeros: [], poles: poles.map((pole) => scale(pole, high)), gain: high ** order };
  if (low === undefined) throw new QueryError("a filter needs a corner", { hint: "give lowHz, highHz or both" });
  return { zeros: poles.map(() => [0, 0]), poles: poles.map((pole) => divide([low, 0], pole)), gain: 1 };
}

/** Bilinear transform at a rate of 2; zeros at infinity go to -1. */
function toDigital({ zeros, poles, gain }: ZerosPoles): ZerosPoles {
  const move = (s: Complex): Complex => divide(plus([4, 0], s), minus([4, 0], s));
  const denominators = poles.reduce<Complex>((product, pole) => times(product, minus([4, 0], pole)), [1, 0]);
  const numerators = zeros.reduce<Complex>((product, zero) => times(product, minus([4, 0], zero)), [1, 0]);
  return {
    zeros: [...zeros.map(move), ...poles.slice(zeros.length).map((): Complex => [-1, 0])],
    poles: poles.map(move),
    gain: gain * divide(numerators, denominators)[0],
  };
}

/** Source: `scipy.signal.zpk2sos` (pairing "nearest"), for the real zeros that a Butterworth filter has. */
function pairUp({ zeros, poles, gain }: ZerosPoles): readonly (readonly number[])[] {
  const real = poles.filter((pole) => isReal(pole)).map(([re]): Complex => [re, 0]);
  const upper = poles.filter((pole) => !isReal(pole) && pole[1] > 0);
  const reals = zeros.map(([re]) => re).sort((a, b) => a - b);
  if (poles.length % 2 === 1) {
    real.push([0, 0]);
    reals.push(0);
  }
  const left = [...upper, ...real];
  const sections: number[][] = [];
  while (left.length > 0) {
    const pole = takeWorst(left, () => true);
    const partner: Complex = isReal(pole) ? takeWorst(left, isReal) : [pole[0], -pole[1]];
    const b = multiplyRoots([takeNearest(reals, pole), 0], [takeNearest(reals, pole), 0]);
    sections.unshift([...b, ...multiplyRoots(pole, partner)]);
  }
  return sections.map((section, i) => (i > 0 ? section : section.map((value, j) => (j < 3 ? value * gain : value))));
}

function isReal([re, im]: Complex): boolean {
  return Math.abs(im) <= 100 * Number.EPSILON * Math.hypot(re, im);
}

/** The pole nearest to the unit circle, taken out. */
function takeWorst(poles: Complex[], accepts: (pole: Complex) => boolean): Complex {
  let best = -1;
  const badness = ([re, im]: Complex): number => Math.abs(1 - Math.hypot(re, im));
  for (const [i, pole] of poles.entries()) {
    const worst = poles[best];
    if (accepts(pole) && (worst === undefined || badness(pole) < badness(worst))) best = i;
  }
  const [taken] = poles.splice(best, 1);
  if (taken === undefined) throw new RangeError("an odd number of real poles");
  return taken;
}

function takeNearest(reals: number[], [re, im]: Complex): number {
  let best = 0;
  for (const [i, value] of reals.entries()) {
    if (Math.hypot(value - re, im) < Math.hypot((reals[best] ?? 0) - re, im)) best = i;
  }
  return reals.splice(best, 1)[0] ?? 0;
}

/** Coefficients of `(z - p)(z - q)` of a real or conjugate pair. */
function multiplyRoots(p: Complex, q: Complex): readonly [number, number, number] {
  return [1, -(p[0] + q[0]), times(p, q)[0]];
}

const plus = (a: Complex, b: Complex): Complex => [a[0] + b[0], a[1] + b[1]];
const minus = (a: Complex, b: Complex): Complex => [a[0] - b[0], a[1] - b[1]];
const scale = (a: Complex, factor: number): Complex => [a[0] * factor, a[1] * factor];
const times = (a: Complex, b: Complex): Complex => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];

function divide(a: Complex, b: Complex): Complex {
  const size = b[0] * b[0] + b[1] * b[1];
  return [(a[0] * b[0] + a[1] * b[1]) / size, (a[1] * b[0] - a[0] * b[1]) / size];
}

function squareRoot([re, im]: Complex): Complex {
  const size = Math.hypot(re, im);
  const [real, imaginary] = [Math.sqrt((size + re) / 2), Math.sqrt((size - re) / 2)];
  return [real, im < 0 ? -imaginary : imaginary];
}
