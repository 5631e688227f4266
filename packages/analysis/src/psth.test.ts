import { QueryError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { random } from "../test-support/random.js";
import { binStarts, DEFAULT_PSTH_BINS, type PsthBins, populationPsth, psthCounts, psthRates } from "./psth.js";

/** The definition, spike by spike. */
function naive(times: Float64Array, onsets: readonly number[], { start, width, count }: PsthBins): number[] {
  const counts = new Array<number>(count).fill(0);
  for (const onset of onsets) {
    for (const time of times) {
      const bin = Math.floor((time - onset - start) / width);
      if (bin >= 0 && bin < count) counts[bin] = (counts[bin] ?? 0) + 1;
    }
  }
  return counts;
}

describe("PSTH", () => {
  it("counts exactly what the definition counts, also on bin edges and with overlapping windows", () => {
    const next = random(11);
    for (let trial = 0; trial < 60; trial++) {
      const bins = trial % 2 === 0 ? DEFAULT_PSTH_BINS : { start: -next(), width: 0.001 + next() / 20, count: 40 };
      const onsets = Array.from({ length: 12 }, () => Math.round(next() * 2000) / 100);
      const onEdges = onsets.flatMap((onset) =>
        Array.from({ length: bins.count + 1 }, (_, bin) => onset + bins.start + bin * bins.width),
      );
      const anywhere = Array.from({ length: 300 }, () => next() * 22 - 1);
      const times = Float64Array.from([...onEdges, ...anywhere]).sort();
      expect(Array.from(psthCounts(times, onsets, bins))).toEqual(naive(times, onsets, bins));
    }
  });

  it("has half-open bins", () => {
    const bins = { start: -0.5, width: 0.25, count: 4 };
    expect(Array.from(psthCounts(Float64Array.of(1.5, 1.75, 2, 2.25, 2.5), [2], bins))).toEqual([1, 1, 1, 1]);
  });

  it("gives starts without rounding dust", () => {
    const starts = binStarts(DEFAULT_PSTH_BINS);
    expect(starts.slice(0, 3)).toEqual([-0.5, -0.49, -0.48]);
    expect(starts[57]).toBe(0.07);
    expect(starts.at(-1)).toBe(0.99);
  });

  it("averages over units with 1.96 standard errors of them", () => {
    const bins = { start: 0, width: 0.5, count: 2 };
    const rates = [Uint32Array.of(2, 0), Uint32Array.of(6, 0)].map((counts) => psthRates(counts, 4, bins));
    const reach = 1.96 * Math.sqrt(2 / 2);
    expect(rates.map((unit) => Array.from(unit))).toEqual([
      [1, 0],
      [3, 0],
    ]);
    expect(populationPsth(rates, bins)).toEqual({
      binStart: [0, 0.5],
      mean: [2, 0],
      low: [2 - reach, 0],
      high: [2 + reach, 0],
    });
  });

  it("has no band below two units, and is null of none", () => {
    const one = populationPsth([Float64Array.of(1, 2)], { start: 0, width: 1, count: 2 });
    expect(one).toEqual({ binStart: [0, 1], mean: [1, 2], low: null, high: null });
    expect(populationPsth([])).toBeNull();
  });

  it("refuses bins that are none", () => {
    expect(() => psthCounts(Float64Array.of(1), [0], { start: 0, width: 0, count: 3 })).toThrow(QueryError);
    expect(() => psthCounts(Float64Array.of(1), [0], { start: 0, width: 1, count: 0 })).toThrow(QueryError);
  });
});
