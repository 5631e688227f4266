import { describe, expect, it } from "vitest";
import { strongestResponse } from "./response.js";

// -0.1 to 0.5 s; before the onset 4 and 6 by turns: mean 5, sample deviation sqrt(10 / 9) = 1.054.
const binStart = Array.from({ length: 60 }, (_, bin) => Math.round((bin - 10) * 1e4) / 1e6);
const around = (changes: Readonly<Record<number, number>>) => ({
  binStart,
  mean: binStart.map((_, bin) => changes[bin] ?? (bin % 2 === 0 ? 4 : 6)),
});

describe("the strongest response", () => {
  it("is the departure from the mean before the onset, at the centre of its bin", () => {
    expect(strongestResponse(around({ 12: 14, 20: 15.5 }))).toEqual({
      departure: 10.5,
      latency: expect.closeTo(0.105),
    });
  });

  it("is negative where the rate falls most", () => {
    expect(strongestResponse(around({ 12: 9.5, 15: 0 }))).toEqual({ departure: -5, latency: expect.closeTo(0.055) });
  });

  it("is none below four deviations", () => {
    expect(strongestResponse(around({ 12: 5 + 4.21 }))).toBeNull();
    expect(strongestResponse(around({ 12: 5 + 4.22 }))?.departure).toBeCloseTo(4.22);
  });

  it("lies within 0 and 0.3 s", () => {
    expect(strongestResponse(around({ 40: 50 }))).toBeNull();
    expect(strongestResponse(around({ 39: 50 }))?.latency).toBeCloseTo(0.295);
    expect(strongestResponse(around({ 10: 50 }))?.latency).toBeCloseTo(0.005);
    expect(strongestResponse(around({ 9: 50 }))).toBeNull();
  });

  it("is none where nothing changes, or nothing lies before the onset", () => {
    expect(strongestResponse({ binStart, mean: binStart.map(() => 0) })).toBeNull();
    expect(strongestResponse({ binStart: [0, 0.01], mean: [5, 50] })).toBeNull();
  });
});
