import { describe, expect, it } from "vitest";
import { quantileOf, selectKth } from "./select-kth.js";

/** Deterministic: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(11);
const SHAPES: Readonly<Record<string, (i: number) => number>> = {
  uniform: () => random(),
  "heavy tail": () => Math.exp(random() * 40 - 20),
  "few values": () => Math.floor(random() * 3),
  "one outlier": (i) => (i === 5 ? 1e300 : random()),
  ascending: (i) => i,
  "all equal": () => 4,
  "huge span": () => (random() - 0.5) * Number.MAX_VALUE * 1.9,
  "tiny span": () => 1 + Math.floor(random() * 3) * Number.EPSILON,
  signed: () => random() - 0.5,
};

describe("selectKth", () => {
  for (const [name, draw] of Object.entries(SHAPES)) {
    it(`agrees with sorting: ${name}`, () => {
      for (const count of [1, 2, 24, 25, 100, 511, 513, 5000]) {
        const values = Float64Array.from({ length: count + 3 }, (_, i) => draw(i));
        const before = values.slice();
        const ordered = values.slice(0, count).sort();
        for (const k of new Set([0, 1, count >> 2, (count - 1) >> 1, count - 2, count - 1])) {
          if (k < 0 || k >= count) continue;
          const found = selectKth(values, count, k);
          expect(found, `${count} values, place ${k}`).toEqual({
            low: ordered[k],
            high: ordered[Math.min(count - 1, k + 1)],
          });
        }
        expect(values).toEqual(before);
      }
    });
  }
});

describe("quantileOf", () => {
  it("is numpy's linear quantile", () => {
    // numpy.quantile([1, 2, 4, 8, 16], q) and numpy.median([1, 2, 4, 8])
    const values = Float64Array.of(8, 1, 16, 4, 2);
    expect([0, 0.1, 0.25, 0.5, 0.9, 1].map((q) => quantileOf(values, 5, q))).toEqual([1, 1.4, 2, 4, 12.8, 16]);
    expect(quantileOf(Float64Array.of(8, 1, 4, 2), 4, 0.5)).toBe(3);
  });

  it("is null of nothing", () => {
    expect(quantileOf(new Float64Array(4), 0, 0.5)).toBeNull();
  });
});
