import { QueryError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { createClock, findBackwardJump } from "./lfp-clock.js";

const affine = { nominalRate: 250, syncRate: 250.002, syncStart: 4.5, knots: null };
const line = { nominalRate: 250, syncRate: 250, syncStart: 10, knots: null };

describe("affine clock", () => {
  const clock = createClock(affine, 1000);

  it("counts from the start at the session rate", () => {
    expect(clock).toMatchObject({ kind: "affine", quality: "synced", samplingRate: 250.002 });
    expect(clock.timeOf(0)).toBe(4.5);
    expect(clock.timeOf(999)).toBe(4.5 + 999 / 250.002);
    expect([...clock.times(2, 4)]).toEqual([4.5 + 2 / 250.002, 4.5 + 3 / 250.002]);
    expect(clock.coverage).toEqual({ start: 4.5, stop: 4.5 + 1000 / 250.002 });
  });

  it("finds the samples of a half-open interval exactly at both edges", () => {
    for (const [first, stop] of [
      [0, 1000],
      [1, 999],
      [137, 138],
      [500, 500],
    ] as const) {
      expect(clock.toSampleRange({ start: clock.timeOf(first), stop: clock.timeOf(stop) })).toEqual([first, stop]);
    }
    const after = clock.timeOf(137) + 1e-12;
    expect(clock.toSampleRange({ start: after, stop: clock.timeOf(140) + 1e-12 })).toEqual([138, 141]);
  });

  it("cuts at the recording and is empty beside it", () => {
    expect(clock.toSampleRange({ start: -1, stop: 1e9 })).toEqual([0, 1000]);
    expect(clock.toSampleRange({ start: 0, stop: 4.5 })).toEqual([0, 0]);
    expect(clock.toSampleRange({ start: 900, stop: 901 })).toEqual([1000, 1000]);
  });

  it("refuses what is no interval", () => {
    expect(() => clock.toSampleRange({ start: 2, stop: 1 })).toThrow(QueryError);
    expect(() => clock.toSampleRange({ start: Number.NaN, stop: 1 })).toThrow(QueryError);
  });
});

describe("unsynced clock", () => {
  it.each([
    [{ syncStart: null, syncRate: null }, 0, 250],
    [{ syncStart: null, syncRate: 250.125 }, 0, 250.125],
    [{ syncStart: 7.25, syncRate: null }, 7.25, 250],
  ])("with %o uses what is known and refuses seconds", (known, start, rate) => {
    const clock = createClock({ nominalRate: 250, knots: null, ...known }, 600);
    expect(clock).toMatchObject({ kind: "affine", quality: "unsynced", samplingRate: rate });
    expect(clock.timeOf(599)).toBe(start + 599 / rate);
    expect(() => clock.toSampleRange({ start: 0, stop: 1 })).toThrow(QueryError);
  });
});

describe("piecewise clock", () => {
  // Knots cover samples 100 to 300; between them 0.5 s and 0.4 s for 100 samples, 0.1 s later than the line.
  const knots = { samples: Float64Array.of(100, 200, 300), times: Float64Array.of(10.5, 11, 11.4) };
  const clock = createClock({ ...line, knots }, 500);

  it("is linear between knots and on the line outside, with a jump between", () => {
    expect(clock).toMatchObject({ kind: "piecewise", quality: "synced", samplingRate: 250 });
    expect(clock.timeOf(99)).toBe(10 + 99 / 250);
    expect(clock.timeOf(100)).toBe(10.5);
    expect(clock.timeOf(150)).toBeCloseTo(10.75, 12);
    expect(clock.timeOf(250)).toBeCloseTo(11.2, 12);
    expect(clock.timeOf(300)).toBe(11.4);
    expect(clock.timeOf(301)).toBe(10 + 301 / 250);
    expect(clock.timeOf(150.5)).toBeCloseTo(10.7525, 12);
  });

  it("says where the clock goes back", () => {
    expect(findBackwardJump({ ...line, knots }, clock, 500)).toBe(301);
    const forward = { samples: knots.samples, times: Float64Array.of(10.399, 10.8, 11.201) };
    expect(
      findBackwardJump({ ...line, knots: forward }, createClock({ ...line, knots: forward }, 500), 500),
    ).toBeUndefined();
  });

  it("needs no line where the knots cover everything", () => {
    const full = { samples: Float64Array.of(0, 499), times: Float64Array.of(3, 5) };
    const covered = createClock({ nominalRate: 250, syncRate: null, syncStart: null, knots: full }, 500);
    expect(covered).toMatchObject({ kind: "piecewise", quality: "synced", samplingRate: 249.5 });
    expect(covered.coverage.stop).toBeCloseTo(5 + 2 / 499, 12);
    expect(covered.toSampleRange({ start: 3, stop: 5 })).toEqual([0, 499]);
  });

  it("is unsynced where knots leave samples out and there is no line", () => {
    const clock = createClock({ nominalRate: 250, syncRate: null, syncStart: null, knots }, 500);
    expect(clock).toMatchObject({ kind: "affine", quality: "unsynced", samplingRate: 250 });
  });
});
