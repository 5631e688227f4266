import { QueryError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import numbers from "../../../test/fixtures/analysis/numbers.json" with { type: "json" };
import { bandPower, checkBand, DEFAULT_BANDS, Welch, welchFrequencies } from "./spectrum.js";

const { samples, frequencies, density, odd, oddFrequencies } = numbers.spectra;
const SAMPLES = 1250;

/** Rows of a segment, `[segment, channels]`. */
function segment(start: number, length: number, channels = [0, 1, 2]): Float64Array {
  const rows = Array.from({ length }, (_, n) => channels.map((c) => samples[c]?.[start + n] ?? Number.NaN));
  return Float64Array.from(rows.flat());
}

function estimate(channels: number[], rate: number, segmentSamples: number, stepSamples: number): Welch {
  const welch = new Welch(channels.length, rate, { segmentSamples, stepSamples });
  for (let start = 0; start + segmentSamples <= SAMPLES; start += stepSamples) {
    welch.add(segment(start, segmentSamples, channels));
  }
  return welch;
}

function expectClose(found: Float64Array | null, expected: readonly number[] | undefined) {
  const largest = Math.max(...(expected ?? []));
  const gaps = Array.from(found ?? [], (value, k) => Math.abs(value - (expected?.[k] ?? Number.NaN)));
  expect(gaps).toHaveLength(expected?.length ?? -1);
  expect(Math.max(...gaps)).toBeLessThan(1e-12 * largest);
}

describe("Welch", () => {
  it("is scipy's for an even segment, with three channels at once", () => {
    const welch = estimate([0, 1, 2], 250, 500, 250);
    expect(Array.from(welch.frequencies)).toEqual(frequencies);
    for (const channel of [0, 1, 2]) expectClose(welch.density(channel), density[channel]);
    expect(welch.keptSegments(2)).toBe(4);
  });

  it("is scipy's for an odd segment", () => {
    const welch = estimate([0, 1, 2], 100, 45, 15);
    expectClose(welch.frequencies, oddFrequencies);
    for (const channel of [0, 1, 2]) expectClose(welch.density(channel), odd[channel]);
  });

  it("does not depend on where a ring buffer begins", () => {
    const straight = new Welch(3, 250);
    straight.add(segment(100, 500));
    const turned = new Welch(3, 250);
    const rows = segment(100, 500);
    const ring = new Float64Array(rows.length);
    ring.set(rows.subarray(0, 3 * 380), 3 * 120);
    ring.set(rows.subarray(3 * 380), 0);
    turned.add(ring, 120);
    for (const channel of [0, 1, 2]) expect(turned.density(channel)).toEqual(straight.density(channel));
  });

  it("leaves out a segment of the one channel that misses a sample", () => {
    const welch = new Welch(3, 250);
    const rows = segment(0, 500);
    rows[3 * 17 + 1] = Number.NaN;
    welch.add(rows);
    expect([0, 1, 2].map((channel) => welch.keptSegments(channel))).toEqual([1, 0, 1]);
    expect(welch.density(1)).toBeNull();
    const alone = new Welch(2, 250);
    alone.add(segment(0, 500, [0, 2]));
    expectClose(welch.density(0), Array.from(alone.density(0) ?? []));
    expectClose(welch.density(2), Array.from(alone.density(1) ?? []));
  });

  it("gives half the squared amplitude of a sinusoid on a bin, summed over its band", () => {
    const welch = new Welch(1, 250);
    welch.add(Float64Array.from({ length: 500 }, (_, n) => 3 * Math.sin((2 * Math.PI * 8 * n) / 250)));
    const power = bandPower(welch.frequencies, welch.density(0) ?? [], { name: "theta", from: 6, to: 10 });
    expect(power).toBeCloseTo(4.5, 12);
  });
});

describe("bands", () => {
  const grid = welchFrequencies(250);

  it("hold their lower edge and not their upper one", () => {
    const ones = new Float64Array(grid.length).fill(1);
    const power = DEFAULT_BANDS.map((band) => bandPower(grid, ones, band));
    expect(power).toEqual([3, 4, 11, 30, 40]);
  });

  it.each([
    { name: "backward", from: 10, to: 6 },
    { name: "ripple", from: 80, to: 150 },
    { name: "sliver", from: 10.1, to: 10.4 },
    { name: "negative", from: -1, to: 4 },
    { name: "none", from: Number.NaN, to: 4 },
  ])("$name is refused", (band) => {
    expect(() => checkBand(band, grid, 100)).toThrow(QueryError);
    expect(() => checkBand(band, grid, 100)).toThrow(
      expect.objectContaining({ hint: "give bands as name:from-to between 0 and 100 Hz, for instance theta:6-10" }),
    );
  });

  it("up to 100 Hz are accepted", () => {
    for (const band of DEFAULT_BANDS) expect(() => checkBand(band, grid, 100)).not.toThrow();
  });
});
