/** One second-order section: `y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]`. */
export interface SosSection {
  readonly b: readonly [b0: number, b1: number, b2: number];
  readonly a: readonly [a1: number, a2: number];
}

/** The two delayed values of a section. */
export type SectionState = readonly [number, number];

/** Share of the absolute sum of an impulse response that may lie beyond the halo. */
const NEGLIGIBLE = 1e-12;
/** Longest impulse response that is looked at; a filter that takes longer gets this as halo and is applied to decoded samples. */
const LONGEST = 2 ** 22;

/** Samples of odd reflection at the ends. Source: `scipy.signal.sosfiltfilt`: `3 * (2 n + 1 - min(zeros of b2, zeros of a2))`. */
export function sectionPadding(sections: readonly SosSection[]): number {
  const trailing = Math.min(
    sections.filter(({ b }) => b[2] === 0).length,
    sections.filter(({ a }) => a[1] === 0).length,
  );
  return 3 * (2 * sections.length + 1 - trailing);
}

/** State of every section after a long constant input of 1. Source: `scipy.signal.sosfilt_zi`. */
export function steadyStates(sections: readonly SosSection[]): readonly SectionState[] {
  let scale = 1;
  return sections.map(({ b, a }): SectionState => {
    const [first, second] = [b[1] - a[0] * b[0], b[2] - a[1] * b[0]];
    const state = (first + second) / (1 + a[0] + a[1]);
    const states: SectionState = [scale * state, scale * ((1 + a[0]) * state - first)];
    scale *= (b[0] + b[1] + b[2]) / (1 + a[0] + a[1]);
    return states;
  });
}

/** States scaled by a first value. */
export function gainsOf(value: number, states: readonly SectionState[]): readonly SectionState[] {
  return states.map(([a, b]) => [a * value, b * value]);
}

/** Runs a signal through the sections, one after the other, in place. Transposed direct form II, as `scipy.signal.sosfilt`. */
export function filterSections(
  sections: readonly SosSection[],
  values: Float64Array,
  states: readonly SectionState[] = [],
): void {
  for (const [index, { b, a }] of sections.entries()) {
    const [b0, b1, b2] = b;
    const [a1, a2] = a;
    let [s0, s1] = states[index] ?? [0, 0];
    for (let i = 0; i < values.length; i++) {
      const x = values[i] ?? 0;
      const y = b0 * x + s0;
      s0 = b1 * x - a1 * y + s1;
      s1 = b2 * x - a2 * y;
      values[i] = y;
    }
  }
}

/** Largest distance of a pole from 0. */
export function poleRadius(sections: readonly SosSection[]): number {
  return sections.reduce((largest, { a: [a1, a2] }) => {
    const discriminant = a1 * a1 - 4 * a2;
    const radius = discriminant < 0 ? Math.sqrt(a2) : (Math.abs(a1) + Math.sqrt(discriminant)) / 2;
    return Math.max(largest, radius);
  }, 0);
}

/**
 * Samples beyond which less than 1e-12 of the absolute sum of the response lies, of the one-way response and of the two-way one.
 *
 * The slowest pole says how long a response must be followed; its tails are then added up.
 */
export function haloOf(sections: readonly SosSection[]): number {
  const radius = poleRadius(sections);
  const decay = radius === 0 ? 0 : Math.log(NEGLIGIBLE * 1e-6) / Math.log(radius);
  // Equal poles in several sections decay as a power of the time slower.
  const length = Math.ceil(1.5 * decay) + 64 * sections.length;
  if (!(length < LONGEST)) return LONGEST;
  const oneWay = new Float64Array(length);
  oneWay[0] = 1;
  filterSections(sections, oneWay);
  const bothWays = new Float64Array(2 * length);
  bothWays.set(oneWay, length);
  bothWays.reverse();
  filterSections(sections, bothWays);
  return Math.max(tailStart(oneWay), tailStart(bothWays.subarray(length)));
}

function tailStart(response: Float64Array): number {
  const total = response.reduce((sum, value) => sum + Math.abs(value), 0);
  let [at, tail] = [response.length, 0];
  while (at > 0) {
    tail += Math.abs(response[at - 1] ?? 0);
    if (tail > NEGLIGIBLE * total) return at;
    at--;
  }
  return 0;
}
