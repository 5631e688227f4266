import { describe, expect, it } from "vitest";
import { findMovements, onsetsOfEvents } from "./wheel-movements.js";

/** A wheel that stands, turns by 1 within 0.1 s, and stands again; sampled at 1000 Hz. */
function ramp(start: number, count: number): { times: Float64Array; position: Float64Array } {
  const times = Float64Array.from({ length: count }, (_, i) => i / 1000);
  return { times, position: times.map((_, i) => Math.min(1, Math.max(0, (i - start) / 100))) };
}

describe("findMovements", () => {
  it.each([1000, 9799, 9800, 10000])("finds the turn at sample %i", (start) => {
    const found = findMovements(ramp(start, 12000), { threshold: 0.5, onsetThreshold: 0.1, minDuration: 0.02 });
    // The window that begins with sample start - 148 is the first that sees more than 0.5; onset where 0.1 is passed.
    expect([...found.onsets]).toEqual([expect.closeTo((start + 10) / 1000, 9)]);
    expect([...found.offsets]).toEqual([expect.closeTo((start + 50) / 1000, 9)]);
    expect(found.peakAmplitudes[0]).toBeCloseTo(0.39, 9);
  });

  it("finds none in a wheel that stands, or one that moves less than the threshold", () => {
    expect(findMovements(ramp(1000, 2000), { threshold: 2 }).onsets).toHaveLength(0);
    expect(findMovements({ times: new Float64Array(0), position: new Float64Array(0) }).onsets).toHaveLength(0);
  });
});

describe("onsetsOfEvents", () => {
  it("gives the start of the movement around each event, both ends included, else NaN", () => {
    expect([...onsetsOfEvents([1, 2, 4, 5], [0.5, 1, 2, 3, 4.5])]).toEqual([Number.NaN, 1, 1, Number.NaN, 4]);
  });

  it("refuses events out of order", () => {
    expect(() => onsetsOfEvents([1, 2], [2, 1])).toThrow(/event 1 is not later/);
  });
});
