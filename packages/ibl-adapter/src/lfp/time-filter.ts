import { QueryError } from "@crossprobe/core";
import {
  filterSections,
  gainsOf,
  haloOf,
  type SosSection,
  sectionPadding,
  steadyStates,
} from "./time-filter-sections.js";

/**
 * A filter that treats every channel and every sample alike, without shift in time.
 *
 * Both kinds act on a whole recording. They are linear, so an archive applies them to the time courses of each chunk, as if the chunk stood
 * alone among zeros, and adds the chunks up where their responses overlap.
 */
export type TimeFilter = FirFilter | SosFilter;

/**
 * Finite impulse response, centred: `y[t] = sum taps[i] x[t + half - i]` with zeros beyond both ends of the recording.
 *
 * Source: `numpy.convolve(x, taps, mode="same")`.
 */
export interface FirFilter {
  readonly kind: "fir";
  readonly taps: Float64Array;
  /** Samples on either side that a result depends on: `(taps - 1) / 2`. */
  readonly halo: number;
}

/**
 * Second-order sections, run forward and backward: squared gain, no shift.
 *
 * At the ends of the recording the signal is continued by its odd reflection over `padding` samples, and the sections start in the steady
 * state of the first value.
 *
 * Source: `scipy.signal.sosfiltfilt` (padtype "odd", default padlen).
 */
export interface SosFilter {
  readonly kind: "sos";
  readonly sections: readonly SosSection[];
  readonly padding: number;
  /**
   * Samples on either side that matter: beyond them lie less than 1e-12 of the absolute sum of the impulse response, one way and
   * both ways. Follows from the poles.
   */
  readonly halo: number;
}

/** @throws {@link QueryError} for an even or empty number of taps (their centre lies between samples), or taps that are not finite */
export function firFilter(taps: ArrayLike<number>): FirFilter {
  if (taps.length % 2 !== 1) {
    throw new QueryError(`${taps.length} taps have no middle one, so that they shift the signal by half a sample`, {
      hint: "give an odd number of taps",
    });
  }
  const copy = Float64Array.from(taps);
  if (!copy.every(Number.isFinite))
    throw new QueryError("the taps of a filter must be finite", { hint: "design the filter again" });
  return { kind: "fir", taps: copy, halo: (taps.length - 1) / 2 };
}

/**
 * @param sos rows `[b0, b1, b2, a0, a1, a2]` with `a0` 1, as scipy gives them
 * @throws {@link QueryError} for rows of another shape, or a filter that is not stable
 */
export function sosFilter(sos: readonly (readonly number[])[]): SosFilter {
  const sections = sos.map(toSection);
  if (sections.length === 0)
    throw new QueryError("a filter of no sections is none", { hint: "give one section or more" });
  const padding = sectionPadding(sections);
  return { kind: "sos", sections, padding, halo: Math.max(haloOf(sections), 2 * padding + 1) };
}

function toSection(row: readonly number[], index: number): SosSection {
  const [b0, b1, b2, a0, a1, a2] = row;
  const isWhole = row.length === 6 && row.every(Number.isFinite);
  if (!isWhole || a0 !== 1 || b0 === undefined || b1 === undefined || b2 === undefined) {
    throw new QueryError(`section ${index} is [${row.join(", ")}], expected [b0, b1, b2, 1, a1, a2]`, {
      hint: "divide the row by a0",
    });
  }
  const section = { b: [b0, b1, b2], a: [a1 ?? 0, a2 ?? 0] } as const;
  // The poles lie inside the unit circle if and only if the coefficients lie inside this triangle.
  if (!(Math.abs(section.a[1]) < 1 && Math.abs(section.a[0]) < 1 + section.a[1])) {
    throw new QueryError(`section ${index} of the filter has a pole on or outside the unit circle: it is not stable`, {
      hint: "take a lower order or a wider band",
    });
  }
  return section;
}

/** Samples `[start, stop)` of a longer signal, rows of time courses or columns; zero outside. */
export interface FilteredRows {
  /** `[rows, stop - start]` */
  readonly values: Float64Array;
  readonly rows: number;
  readonly start: number;
  readonly stop: number;
}

/**
 * What a filter makes of rows that are 0 outside `[start, stop)` in a recording of `sampleCount` samples: everything of the response that
 * matters, cut to the recording.
 *
 * @throws {@link QueryError} when the recording is too short for the padding of a `sos` filter
 */
export function filterAlone(filter: TimeFilter, input: FilteredRows, sampleCount: number): FilteredRows {
  const start = Math.max(0, input.start - filter.halo);
  const stop = Math.min(sampleCount, input.stop + filter.halo);
  return filterWithin(filter, input, [start, stop], sampleCount);
}

/**
 * The same over samples `[start, stop)` only, which must hold the input. Where the input goes on beyond them, results are right from
 * `filter.halo` samples inside.
 */
export function filterWithin(
  filter: TimeFilter,
  input: FilteredRows,
  [start, stop]: readonly [number, number],
  sampleCount: number,
): FilteredRows {
  checkLength(filter, sampleCount);
  const values = new Float64Array(input.rows * (stop - start));
  for (let row = 0; row < input.rows; row++) {
    const target = values.subarray(row * (stop - start), (row + 1) * (stop - start));
    const length = input.stop - input.start;
    const source = input.values.subarray(row * length, (row + 1) * length);
    if (filter.kind === "fir") convolve(filter, source, input.start, target, start);
    else filterBothWays(filter, source, input.start, target, start, sampleCount);
  }
  return { values, rows: input.rows, start, stop };
}

/** How many multiply-adds of the vectorised products take as long as one of a filter; measured, see docs/decisions.md. */
const FILTER_WEIGHT = 8;

/** Cost of a filter for one sample of one row, in multiply-adds of a product. */
export function filterCost(filter: TimeFilter): number {
  return FILTER_WEIGHT * (filter.kind === "fir" ? filter.taps.length : 2 * 5 * filter.sections.length);
}

/** @throws {@link QueryError} when a recording of `sampleCount` samples is too short for the filter's padding */
export function checkLength(filter: TimeFilter, sampleCount: number): void {
  if (filter.kind === "fir" || sampleCount > filter.padding) return;
  throw new QueryError(
    `${sampleCount} samples are too few for a filter that is padded by ${filter.padding} at either end`,
    { hint: "use fewer sections, or a finite impulse response" },
  );
}

function convolve({ taps, halo }: FirFilter, x: Float64Array, first: number, y: Float64Array, start: number): void {
  for (let t = 0; t < y.length; t++) {
    // Sample `t` of the result takes tap `k` times sample `at - k` of the input.
    const at = start + t + halo - first;
    const stop = Math.min(taps.length, at + 1);
    let k = Math.max(0, at - x.length + 1);
    // Two sums, so that one addition need not wait for the other.
    let [even, odd] = [0, 0];
    for (; k + 1 < stop; k += 2) {
      even += (taps[k] ?? 0) * (x[at - k] ?? 0);
      odd += (taps[k + 1] ?? 0) * (x[at - k - 1] ?? 0);
    }
    if (k < stop) even += (taps[k] ?? 0) * (x[at - k] ?? 0);
    y[t] = even + odd;
  }
}

function filterBothWays(
  filter: SosFilter,
  x: Float64Array,
  first: number,
  y: Float64Array,
  start: number,
  sampleCount: number,
): void {
  const { sections, padding } = filter;
  // Where the response reaches an end of the recording, the reflection beyond it takes part.
  const before = start === 0 ? padding : 0;
  const after = start + y.length === sampleCount ? padding : 0;
  const extended = new Float64Array(before + y.length + after);
  extended.set(x, before + first - start);
  if (before > 0) reflect(extended, before, 1);
  if (after > 0) reflect(extended, extended.length - 1 - after, -1);
  const states = steadyStates(sections);
  const gains = gainsOf(before > 0 ? (extended[0] ?? 0) : 0, states);
  filterSections(sections, extended, gains);
  extended.reverse();
  filterSections(sections, extended, gainsOf(after > 0 ? (extended[0] ?? 0) : 0, states));
  extended.reverse();
  y.set(extended.subarray(before, before + y.length));
}

/** Fills what lies beyond the sample at `edge` with its odd reflection, `2 x[edge] - x[edge + k]`. */
function reflect(values: Float64Array, edge: number, inward: 1 | -1): void {
  const count = inward === 1 ? edge : values.length - 1 - edge;
  const twice = 2 * (values[edge] ?? 0);
  for (let k = 1; k <= count; k++) values[edge - k * inward] = twice - (values[edge + k * inward] ?? 0);
}
