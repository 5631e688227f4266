import { describe, expect, it } from "vitest";
import numbers from "../../../test/fixtures/analysis/numbers.json" with { type: "json" };
import { meanAndError, quantileOfSorted, quartiles } from "./quantiles.js";

const FRACTIONS = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1];

describe("quantiles", () => {
  it("are numpy's, to the last digit", () => {
    for (const { values, found } of numbers.quantiles) {
      expect(FRACTIONS.map((fraction) => quantileOfSorted(values, fraction))).toEqual(found);
    }
  });

  it("do not need sorted values for quartiles, and leave them as they were", () => {
    const values = [30, 1, 20, 4];
    expect(quartiles(values)).toEqual({ q1: 3.25, median: 12, q3: 22.5 });
    expect(values).toEqual([30, 1, 20, 4]);
  });

  it("are null of nothing", () => {
    expect(quartiles([])).toEqual({ q1: null, median: null, q3: null });
  });

  it("refuse what is no fraction", () => {
    expect(() => quantileOfSorted([1], 25)).toThrow(RangeError);
  });
});

describe("mean and standard error", () => {
  it("are numpy's with ddof 1", () => {
    for (const { values, mean, error } of numbers.quantiles) {
      const found = meanAndError(values);
      expect(found.mean).toBeCloseTo(mean, 12);
      if (error === null) expect(found.standardError).toBeNull();
      else expect(found.standardError).toBeCloseTo(error, 12);
    }
  });

  it("are null of nothing", () => {
    expect(meanAndError([])).toEqual({ mean: null, standardError: null });
  });
});
