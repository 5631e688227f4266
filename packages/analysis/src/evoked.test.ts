import { type InvalidInterval, NotFoundError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { evenTimes, type MemoryLfp, memoryLfp, plainChannel } from "../test-support/memory-lfp.js";
import { readEvokedPotential } from "./evoked.js";

const ONSETS = [3.0013, 5.2, 7.7777];
/** A bump of 100 uV, 80 ms after each onset, on an offset that differs between channels. */
const evaluate: MemoryLfp["evaluate"] = (times, channels) => {
  const data = new Float32Array(times.length * channels.length);
  times.forEach((time, row) => {
    const bump = ONSETS.reduce((sum, onset) => sum + 1e-4 * Math.exp(-(((time - onset - 0.08) / 0.02) ** 2)), 0);
    channels.forEach((channel, column) => {
      data[row * channels.length + column] = bump * (channel + 1) + 5e-4 * (channel + 1);
    });
  });
  return data;
};
const source = (part: Partial<MemoryLfp> = {}) =>
  memoryLfp({ times: evenTimes(1, 1250.01, 12_500), evaluate, channels: [plainChannel(0), plainChannel(1)], ...part });

describe("evoked potential", () => {
  it("is the mean around the onsets less the baseline, in volts at 4 ms steps from the onset", async () => {
    const found = await readEvokedPotential(source(), ONSETS);
    expect(found.times[0]).toBe(-0.1);
    expect(found.times.at(-1)).toBe(0.4);
    expect(found.mean.shape).toEqual([126, 2]);
    expect(found.used).toEqual(ONSETS);
    const baseline =
      found.times.filter((time) => time < 0).reduce((sum, t) => sum + Math.exp(-(((t - 0.08) / 0.02) ** 2)), 0) / 25;
    for (const [row, time] of found.times.entries()) {
      const bump = 1e-4 * (Math.exp(-(((time - 0.08) / 0.02) ** 2)) - baseline);
      expect(Math.abs((found.mean.data[2 * row] ?? Number.NaN) - bump)).toBeLessThan(1e-7);
      expect(Math.abs((found.mean.data[2 * row + 1] ?? Number.NaN) - 2 * bump)).toBeLessThan(2e-7);
    }
  });

  it("leaves out and names onsets whose window is invalid or not covered", async () => {
    const invalid: InvalidInterval[] = [{ start: 5.67, stop: 5.68, kind: "saturated", probe: null, tags: [] }];
    const found = await readEvokedPotential(source({ invalid }), [1.05, ...ONSETS, 10.9], { channels: [1] });
    expect(found).toMatchObject({ used: [3.0013, 7.7777], invalid: [5.2], notCovered: [1.05, 10.9], channels: [1] });
  });

  it("is not found without one whole window", async () => {
    await expect(readEvokedPotential(source(), [0, 50])).rejects.toThrow(NotFoundError);
  });
});
