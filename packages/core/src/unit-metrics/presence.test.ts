import { describe, expect, it } from "vitest";
import { presenceInBins, presenceInWindows } from "./presence.js";

const everySecond = (count: number) => Float64Array.from({ length: count }, (_, i) => i + 0.25);

describe("presenceInWindows", () => {
  // Windows begin at the values of numpy.arange(first, last + 5, 10), as iblutil.numerical.bincount2D has them.
  it.each([
    [93, 10, 10],
    [96, 10, 11],
    [14, 2, 2],
    [4, 1, 1],
  ])("over %d s: %d windows with a spike, of %d", (last, filled, windows) => {
    expect(presenceInWindows(everySecond(last), 0, last).ratio).toBe(filled / windows);
  });

  it("deviates by the population's measure, and not over no time", () => {
    expect(presenceInWindows(Float64Array.of(1, 2, 3, 11), 0, 14).deviation).toBe(1);
    expect(presenceInWindows(Float64Array.of(1), 1, 1)).toEqual({ ratio: Number.NaN, deviation: Number.NaN });
  });
});

describe("presenceInBins", () => {
  it("is 0.99 for a unit that is always there, the last spike in the last bin", () => {
    expect(presenceInBins(everySecond(990), 0, 990)).toBe(0.99);
    expect(presenceInBins(Float64Array.of(0, 990), 0, 990)).toBe(0.02);
    expect(presenceInBins(Float64Array.of(1), 1, 1)).toBeNaN();
  });
});
