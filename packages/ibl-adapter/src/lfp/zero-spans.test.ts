import { describe, expect, it } from "vitest";
import { classifyZeros, invalidWithin, partBySaturation, ZeroSpans } from "./zero-spans.js";

const audit = (zeroRuns: readonly (readonly [number, number])[], isCodecDropout = false) => ({
  nonFiniteValues: 0,
  isCodecDropout,
  zeroRuns,
});

describe("classifyZeros", () => {
  it("takes a whole chunk of zero factors for silence, and one without coefficients for a dropout", () => {
    expect(classifyZeros(audit([[0, 10]]), 20, 10, [], 7)).toEqual([{ start: 20, stop: 30, kind: "silent" }]);
    expect(classifyZeros(audit([[0, 10]], true), 20, 10, [], 7)).toEqual([
      { start: 20, stop: 30, kind: "codec-dropout" },
    ]);
  });

  it("does not know why a part of a chunk is 0, unless nothing was thresholded", () => {
    expect(classifyZeros(audit([[2, 5]]), 20, 10, [], 7)).toEqual([{ start: 22, stop: 25, kind: "unknown" }]);
    expect(classifyZeros(audit([[2, 5]]), 20, 10, [], 0)).toEqual([{ start: 22, stop: 25, kind: "silent" }]);
  });

  it("parts a run where the table begins and ends, overlapping rows in any order", () => {
    const table = [
      [24, 26],
      [18, 22],
      [25, 27],
      [40, 50],
    ] as const;
    expect(classifyZeros(audit([[0, 10]]), 20, 10, table, 7)).toEqual([
      { start: 20, stop: 22, kind: "saturated" },
      { start: 22, stop: 24, kind: "silent" },
      { start: 24, stop: 27, kind: "saturated" },
      { start: 27, stop: 30, kind: "silent" },
    ]);
    expect(partBySaturation([0, 5], "unknown", [[0, 5]])).toEqual([{ start: 0, stop: 5, kind: "saturated" }]);
  });
});

it("does not trust a chunk with values that are not finite", () => {
  const damaged = { ...audit([[3, 4]]), nonFiniteValues: 2 };
  expect(classifyZeros(damaged, 20, 10, [[0, 22]], 7)).toEqual([
    { start: 20, stop: 22, kind: "saturated" },
    { start: 22, stop: 30, kind: "unknown" },
  ]);
});

describe("ZeroSpans", () => {
  it("joins what touches across chunks and cuts to the samples asked for", () => {
    const spans = new ZeroSpans();
    spans.add(1, [{ start: 10, stop: 20, kind: "silent" }]);
    spans.add(0, [{ start: 5, stop: 10, kind: "silent" }]);
    spans.add(2, [{ start: 20, stop: 22, kind: "unknown" }]);
    expect(spans.within([7, 21])).toEqual([
      { start: 7, stop: 20, kind: "silent" },
      { start: 20, stop: 21, kind: "unknown" },
    ]);
    expect([spans.chunkCount, spans.has(1), spans.has(3)]).toEqual([3, true, false]);
  });
});

describe("invalidWithin", () => {
  it("gives saturated spans whether or not they are zeros, and other zeros beside them", () => {
    const zeros = [
      { start: 12, stop: 14, kind: "saturated" },
      { start: 14, stop: 18, kind: "silent" },
    ] as const;
    expect(
      invalidWithin(
        [10, 30],
        [
          [4, 14],
          [25, 40],
        ],
        zeros,
      ),
    ).toEqual([
      { start: 10, stop: 14, kind: "saturated" },
      { start: 14, stop: 18, kind: "silent" },
      { start: 25, stop: 30, kind: "saturated" },
    ]);
  });
});
