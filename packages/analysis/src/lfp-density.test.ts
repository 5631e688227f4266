import type { InvalidInterval } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { evenTimes, type MemoryLfp, memoryLfp, plainChannel, sinusoids } from "../test-support/memory-lfp.js";
import { readLfpDensity } from "./lfp-density.js";
import { bandPower } from "./spectrum.js";

const TONES = [
  { frequency: 8, amplitude: 2e-4 },
  { frequency: 50, amplitude: 1e-4 },
];
const source = (lfp: Partial<MemoryLfp> = {}) =>
  memoryLfp({
    times: evenTimes(0, 1250.0125, 37_500),
    evaluate: sinusoids(TONES),
    channels: [plainChannel(0), plainChannel(1)],
    ...lfp,
  });
const invalid = (start: number, stop: number): InvalidInterval => ({
  start,
  stop,
  kind: "saturated",
  probe: null,
  tags: [],
});
const interval = { start: 4, stop: 24 };

describe("LFP density", () => {
  it("holds half the squared amplitude of each tone, and only in its band", async () => {
    const { frequencies, densities, segments } = await readLfpDensity(source(), { interval });
    expect(segments).toEqual({ total: 19, kept: 19, invalid: 0, notCovered: 0 });
    expect(frequencies).toHaveLength(201);
    const theta = bandPower(frequencies, densities[0] ?? [], { name: "theta", from: 6, to: 10 });
    const gamma = bandPower(frequencies, densities[1] ?? [], { name: "gamma", from: 30, to: 60 });
    expect(theta / (0.5 * 2e-4 ** 2)).toBeCloseTo(1, 3);
    expect(gamma / (0.5 * 1e-4 ** 2)).toBeCloseTo(1, 3);
  });

  it("does not fold 156 Hz onto 94 Hz", async () => {
    const loud = source({ evaluate: sinusoids([{ frequency: 156 }, { frequency: 94 }]) });
    const { frequencies, densities } = await readLfpDensity(loud, { interval });
    const [folded, real] = densities.map((density) =>
      bandPower(frequencies, density ?? [], { name: "high", from: 60, to: 100 }),
    );
    expect(real).toBeCloseTo(0.5, 3);
    expect(folded).toBeLessThan(0.5e-8);
  });

  it("leaves out segments that touch an invalid span, its margin or half a filter", async () => {
    // Segments start every second from 4 s and last to 1.996 s after their start.
    const counted = async (start: number, stop: number) =>
      (await readLfpDensity(source({ invalid: [invalid(start, stop)] }), { interval })).segments.invalid;
    expect(await counted(10.1, 10.9)).toBe(2);
    expect(await counted(10.0804, 10.9)).toBe(2);
    expect(await counted(10.07, 10.9)).toBe(3); // 10.07 - 0.08 is before the last sample of the segment from 8 s
    expect(await counted(10.1, 10.91)).toBe(2);
    expect(await counted(10.1, 10.921)).toBe(3); // 10.921 + 0.08 is after 11 s, where another segment starts
  });

  it("uses what the file covers by default, and says which seconds", async () => {
    const found = await readLfpDensity(source({ times: evenTimes(7, 1250, 12_501) }));
    expect(found.interval.start).toBeCloseTo(7.06, 9);
    expect(found.interval.stop).toBeCloseTo(16.94, 9);
    expect(found.segments).toEqual({ total: 8, kept: 8, invalid: 0, notCovered: 0 });
  });

  it("counts the segments of an interval that the file does not reach", async () => {
    const found = await readLfpDensity(source(), { interval: { start: -10, stop: 1000 } });
    expect(found.segments).toEqual({ total: 1009, kept: 27, invalid: 0, notCovered: 982 });
  });

  it("counts the segments that a gap breaks", async () => {
    const times = Float64Array.from([...evenTimes(0, 1250, 12_500), ...evenTimes(10.5, 1250, 12_500)]);
    const found = await readLfpDensity(source({ times }), { interval: { start: 1, stop: 19 } });
    expect(found.segments).toEqual({ total: 17, kept: 14, invalid: 0, notCovered: 3 });
  });

  it("gives null for a channel without one whole segment, and the others unharmed", async () => {
    const clean = await readLfpDensity(source(), { interval });
    const evaluate = sinusoids([{ frequency: Number.NaN }, TONES[1] ?? { frequency: 0 }]);
    const found = await readLfpDensity(source({ evaluate }), { interval });
    expect(found.densities[0]).toBeNull();
    const power = [clean, found].map(({ frequencies, densities }) =>
      bandPower(frequencies, densities[1] ?? [], { name: "gamma", from: 30, to: 60 }),
    );
    expect((power[1] ?? 0) / (power[0] ?? 0)).toBeCloseTo(1, 9);
  });
});
