import { expect, it } from "vitest";
import { smoothUneven } from "./savitzky-golay.js";

const cubic = (x: number): number => 2 - 0.5 * x + 0.03 * x ** 2 - 0.001 * x ** 3;

it("gives a cubic back, at uneven places and at both ends", () => {
  const places = Array.from({ length: 60 }, (_, i) => i + (i > 20 ? 7 : 0) + (i > 41 ? 13 : 0));
  const smooth = smoothUneven(places, places.map(cubic), 31);
  for (const [i, x] of places.entries()) expect(smooth[i]).toBeCloseTo(cubic(x), 9);
});

it("takes most of a single outlier away", () => {
  const values = new Float64Array(41);
  values[20] = 1;
  // Weight of the centre of a cubic over 31 values: 3 (3 m^2 + 3 m - 1) / ((2 m - 1) (2 m + 1) (2 m + 3)), m = 15.
  const weight = (3 * (3 * 225 + 45 - 1)) / (29 * 31 * 33);
  expect(smoothUneven([...values.keys()], values, 31)[20]).toBeCloseTo(weight, 12);
});

it("refuses fewer values than the window", () => {
  expect(() => smoothUneven([0, 1], [0, 1], 31)).toThrow(/2 values are too few.*31/);
});
