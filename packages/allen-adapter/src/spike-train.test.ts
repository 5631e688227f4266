import { describe, expect, it } from "vitest";
import { type ErrataChoice, ErrataSettings } from "./errata/errata-choice.js";
import { repairTrain } from "./spike-train.js";

describe("repairTrain", () => {
  it("leaves a train in order as it is", () => {
    const times = Float64Array.of(0, 1, 1, 2);
    const repaired = repairTrain(times, null);
    expect(repaired).toEqual({
      times,
      amplitudes: null,
      removed: 0,
      wasUnordered: false,
      closePairs: 1,
      doublesRemoved: 0,
    });
    expect(repaired.times).toBe(times);
  });

  it("removes spikes before zero, sorts, and keeps each amplitude with its spike", () => {
    const repaired = repairTrain(Float64Array.of(3, -1, 1, Number.NaN, 2), Float64Array.of(30, 5, 10, 7, 20));
    expect(repaired).toEqual({
      times: Float64Array.of(1, 2, 3),
      amplitudes: Float64Array.of(10, 20, 30),
      removed: 2,
      wasUnordered: true,
      closePairs: 0,
      doublesRemoved: 0,
    });
  });

  it("counts spikes at most half a millisecond after the one before", () => {
    expect(repairTrain(Float64Array.of(1, 1.0004, 1.0012, 2), null).closePairs).toBe(1);
    expect(repairTrain(new Float64Array(0), null)).toMatchObject({ removed: 0, closePairs: 0 });
  });

  it("does each of the three where it is switched on", () => {
    const stored = Float64Array.of(3, -1, 1, 1.0003);
    const mended = (choice: ErrataChoice) => [...repairTrain(stored, null, new ErrataSettings(choice)).times];
    expect(mended({})).toEqual([1, 1.0003, 3]);
    expect(mended({ "negative-times": false })).toEqual([-1, 1, 1.0003, 3]);
    expect(mended({ "spike-times-unsorted": false })).toEqual([3, 1, 1.0003]);
    expect(mended({ "negative-times": false, "spike-times-unsorted": false })).toEqual([...stored]);
    expect(mended({ "duplicate-spikes": true })).toEqual([1, 3]);
  });
});
