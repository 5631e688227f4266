import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { Density, paintDensity } from "./density.js";

/** One row whose value is `of(sample)`, 10 samples a second from second 5 on. */
function densityOf(count: number, of: (sample: number) => number, mostSteps: number, invalid: readonly number[] = []) {
  const density = new Density([5, 5 + count / 10], 10, mostSteps, 1);
  const times = Float64Array.from({ length: count }, (_, i) => 5 + i / 10);
  const mask = Uint8Array.from(times, (_, i) => Number(invalid.includes(i)));
  density.add({ times, data: Float32Array.from(times, (_, i) => of(i)) }, mask);
  return density;
}
const stepsOf = (density: Density) => Array.from({ length: density.stepCount }, (_, step) => density.valueAt(step, 0));

describe("Density", () => {
  it("has a step a sample where they fit, else means of the samples of a step", () => {
    expect(stepsOf(densityOf(6, (i) => i, 100))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(stepsOf(densityOf(6, (i) => i, 3))).toEqual([0.5, 2.5, 4.5]);
  });

  it("leaves invalid samples out, and has no value where there is no other", () => {
    expect(stepsOf(densityOf(6, (i) => i, 3, [2, 3, 5]))).toEqual([0.5, Number.NaN, 4]);
  });

  it("knows which size a share of the values does not exceed", () => {
    const density = densityOf(100, (i) => (i % 2 === 0 ? i + 1 : -i - 1), 100);
    expect(density.quantileOfSizes(0.99)).toBe(99);
    expect(density.quantileOfSizes(1)).toBe(100);
    expect(densityOf(2, () => 1, 2, [0, 1]).quantileOfSizes(0.99)).toBe(0);
  });
});

describe("paintDensity", () => {
  it("paints values to the limit, and leaves out what has none", () => {
    const density = densityOf(4, (i) => [-2, 0, 2, 1][i] ?? 0, 4, [3]);
    const png = paintDensity(density, { width: 4, height: 2, rows: [null, 0], limit: 1, colours: "grey" });
    const { data, width, height } = decode(png);
    expect([width, height]).toEqual([4, 2]);
    const pixel = (x: number, y: number) => Array.from(data.slice(4 * (4 * y + x), 4 * (4 * y + x) + 4));
    expect([0, 1, 2].map((x) => pixel(x, 1))).toEqual([
      [0, 0, 0, 255],
      [128, 128, 128, 255],
      [255, 255, 255, 255],
    ]);
    expect(pixel(3, 1)[3]).toBe(0);
    expect(pixel(1, 0)[3]).toBe(0);
  });
});
