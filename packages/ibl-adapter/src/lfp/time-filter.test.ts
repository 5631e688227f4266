import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { filterAlone, firFilter, sosFilter, type TimeFilter } from "./time-filter.js";
import { butterworth } from "./time-filter-design.js";
import { steadyStates } from "./time-filter-sections.js";

interface Design {
  readonly order: number;
  readonly band: readonly number[];
  readonly kind: "bandpass" | "highpass" | "lowpass";
  readonly rate: number;
  readonly sos: readonly (readonly number[])[];
  readonly zi: readonly (readonly number[])[];
  readonly y: readonly (readonly number[])[];
  readonly shortest: number;
}

interface Fir {
  readonly taps: readonly number[];
  readonly x: readonly (readonly number[])[];
  readonly y: readonly (readonly number[])[];
}

const path = fileURLToPath(new URL("../../../../test/fixtures/lfpack/time-filters/time-filters.json", import.meta.url));
const {
  x: signal,
  designs,
  firs,
} = JSON.parse(readFileSync(path, "utf8")) as {
  readonly x: readonly (readonly number[])[];
  readonly designs: readonly Design[];
  readonly firs: readonly Fir[];
};

function largest(values: readonly number[]): number {
  return Math.max(...values.map(Math.abs));
}

/** Largest difference as a share of the largest expected value. */
function share(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return largest(expected.map((value, i) => (found[i] ?? Number.NaN) - value)) / largest(expected);
}

/** Filters rows in pieces of `length` samples that stand alone, and adds the responses up. */
function inPieces(filter: TimeFilter, x: readonly (readonly number[])[], length: number): Float64Array {
  const total = x[0]?.length ?? 0;
  const sum = new Float64Array(x.length * total);
  for (let start = 0; start < total; start += length) {
    const stop = Math.min(total, start + length);
    const values = Float64Array.from(x.flatMap((row) => row.slice(start, stop)));
    const piece = filterAlone(filter, { values, rows: x.length, start, stop }, total);
    const width = piece.stop - piece.start;
    for (const [i, value] of piece.values.entries()) {
      const at = Math.floor(i / width) * total + piece.start + (i % width);
      sum[at] = (sum[at] ?? 0) + value;
    }
  }
  return sum;
}

function bandOf({ band, kind }: Design) {
  const [first, second] = band;
  return kind === "bandpass"
    ? { lowHz: first, highHz: second }
    : kind === "highpass"
      ? { lowHz: first }
      : { highHz: first };
}

describe("butterworth", () => {
  it.each(designs)("order $order $kind $band at $rate Hz, as scipy designs it", (design) => {
    const found = butterworth(design.order, bandOf(design), design.rate);
    expect(found).toHaveLength(design.sos.length);
    for (const [i, row] of design.sos.entries()) {
      for (const [j, value] of row.entries()) expect(Math.abs((found[i]?.[j] ?? 9) - value)).toBeLessThan(3e-12);
    }
  });

  it.each([
    ["no corner", 2, {}],
    ["a corner at half the rate", 2, { highHz: 125 }],
    ["a corner of 0", 2, { lowHz: 0 }],
    ["a band the wrong way round", 2, { lowHz: 80, highHz: 4 }],
    ["half an order", 1.5, { lowHz: 4 }],
    ["order 0", 0, { lowHz: 4 }],
  ])("refuses %s", (_, order, band) => {
    expect(() => butterworth(order, band, 250)).toThrow(expect.objectContaining({ code: "query" }));
  });
});

describe("sosFilter", () => {
  it.each(designs)("order $order $kind $band: steady states as sosfilt_zi", ({ sos, zi }) => {
    const found = steadyStates(sosFilter(sos).sections).flat();
    expect(share(found, zi.flat())).toBeLessThan(1e-9);
  });

  it.each(designs)("order $order $kind $band: whole and in pieces as sosfiltfilt", ({ sos, y }) => {
    const filter = sosFilter(sos);
    for (const length of [200, 199, 128, 37, 1]) {
      expect(share(inPieces(filter, signal, length), y.flat()), `pieces of ${length}`).toBeLessThan(1e-9);
    }
  });

  it.each(designs)(
    "order $order $kind $band: refuses a recording that its padding does not fit",
    ({ sos, shortest }) => {
      const filter = sosFilter(sos);
      const run = (length: number) =>
        filterAlone(filter, { values: new Float64Array(length), rows: 1, start: 0, stop: length }, length);
      expect(() => run(shortest - 1)).toThrow(expect.objectContaining({ code: "query" }));
      expect(run(shortest).values).toHaveLength(shortest);
    },
  );

  it("reaches as far as 1e-12 of its response, and no further than it must", () => {
    const [slow, fast] = [
      sosFilter(butterworth(2, { lowHz: 0.5 }, 250)),
      sosFilter(butterworth(3, { highHz: 80 }, 250)),
    ];
    for (const filter of [slow, fast]) {
      const length = 2 * filter.halo + 1;
      const total = 40 * filter.halo + 1;
      const middle = 20 * filter.halo;
      const values = Float64Array.of(1);
      const near = filterAlone(filter, { values, rows: 1, start: middle, stop: middle + 1 }, total);
      expect(near.values).toHaveLength(length);
      const wide = { ...filter, halo: 4 * filter.halo };
      const far = filterAlone(wide, { values, rows: 1, start: middle, stop: middle + 1 }, total).values;
      const sum = far.reduce((a, b) => a + Math.abs(b), 0);
      const outside = far.reduce((a, b, i) => a + (Math.abs(i - 4 * filter.halo) > filter.halo ? Math.abs(b) : 0), 0);
      expect(outside / sum).toBeLessThan(3e-12);
    }
    // Pole radius of 0.5 Hz, order 2: about exp(-2 pi 0.5 / 250 / sqrt 2) = 0.9912: 1e-12 is reached after some 3100 samples.
    expect(slow.halo).toBeGreaterThan(2500);
    expect(slow.halo).toBeLessThan(4000);
    expect(fast.halo).toBeLessThan(100);
  });

  it.each([
    ["no sections", []],
    ["a short row", [[1, 0, 0, 1, 0]]],
    ["another a0", [[1, 0, 0, 2, 0, 0]]],
    ["NaN", [[1, 0, Number.NaN, 1, 0, 0]]],
    ["a pole on the unit circle", [[1, 0, 0, 1, -1, 0]]],
    ["a pole outside", [[1, 0, 0, 1, 0, 1.2]]],
  ])("refuses %s", (_, sos) => {
    expect(() => sosFilter(sos)).toThrow(expect.objectContaining({ code: "query" }));
  });
});

describe("firFilter", () => {
  it.each(firs.map((fir) => [fir.taps.length, fir.x[0]?.length, fir] as const))(
    "%s taps over %s samples, whole and in pieces as a centred convolution",
    (_, __, { taps, x, y }) => {
      const filter = firFilter(taps);
      for (const length of [400, 100, 37, 7, 1]) {
        expect(share(inPieces(filter, x, length), y.flat()), `pieces of ${length}`).toBeLessThan(1e-13);
      }
    },
  );

  it.each([
    ["no taps", []],
    ["an even number", [1, 1]],
    ["infinite taps", [1, Number.POSITIVE_INFINITY, 1]],
  ])("refuses %s", (_, taps) => {
    expect(() => firFilter(taps)).toThrow(expect.objectContaining({ code: "query" }));
  });
});
