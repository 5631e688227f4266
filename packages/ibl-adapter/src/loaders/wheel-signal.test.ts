import { describe, expect, it } from "vitest";
import { filterVelocity, interpolatePosition } from "./wheel-signal.js";

describe("filterVelocity", () => {
  /** Values of scipy 1.17.1 for this input: order 8, 20 Hz at 1000 Hz. */
  it("is scipy's sosfiltfilt and differences", () => {
    const position = Float64Array.from({ length: 200 }, (_, i) => {
      const time = i / 1000;
      return Math.sin(2 * Math.PI * 2 * time) + 0.1 * Math.sin(2 * Math.PI * 60 * time);
    });
    const { velocity, acceleration } = filterVelocity(position);
    const near = (value: number | undefined, wanted: number) =>
      expect(Math.abs((value ?? Number.NaN) - wanted)).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
    expect([velocity[0], acceleration[0]]).toEqual([0, 0]);
    near(velocity[1], 14.014532742111449);
    near(velocity[50], 10.476486381368556);
    near(velocity[100], 3.842905026661292);
    near(velocity[199], -0.49115639595853633);
    near(acceleration[1], 14014.532742111449);
    near(acceleration[50], -84.14157716751802);
    near(acceleration[100], -175.50478777283996);
  });

  it("refuses a recording shorter than the padding", () => {
    expect(() => filterVelocity(new Float64Array(27))).toThrow(/27|28/);
    expect(filterVelocity(new Float64Array(28)).velocity).toHaveLength(28);
  });
});

describe("interpolatePosition", () => {
  it("goes in straight lines, and stands still in gaps that are filled", () => {
    expect([...interpolatePosition([0, 2, 6], [0, 4, 0], { rate: 1 }).position]).toEqual([0, 2, 4, 3, 2, 1]);
    expect([...interpolatePosition([0, 2, 6], [0, 4, 0], { rate: 1, fillGaps: 3 }).position]).toEqual([
      0, 2, 4, 4, 4, 4,
    ]);
  });

  it("refuses other lengths, and time that goes backwards", () => {
    expect(() => interpolatePosition([0, 1], [0])).toThrow(/1 positions at 2 times/);
    expect(() => interpolatePosition([0, 3, 2, 6], [0, 0, 0, 0], { rate: 1 })).toThrow(/backwards at sample 2/);
    expect(() => interpolatePosition([0, 1, 0.9999], [0, 0, 0], { rate: 1 })).toThrow(/backwards at sample 2/);
    expect(() => interpolatePosition([0, Number.NaN, 2], [0, 0, 0])).toThrow(/no number at sample 1/);
  });
});
