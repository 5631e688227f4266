import { describe, expect, it } from "vitest";
import { evenTimes, memoryLfp, plainChannel, sinusoids } from "../test-support/memory-lfp.js";
import { readOnGrid } from "./resample.js";

const PASSED = [0.1, 1, 2, 8, 20, 45, 60, 75, 88, 95, 99, 99.9, 100];
const STOPPED = [150, 151, 163, 187, 200, 249.7, 250, 301, 350.3, 400, 499, 550, 600];

/** Values on the grid for one channel a frequency, from a source of the given rate; 8 s of grid. */
async function onGrid(samplingRate: number, frequencies: readonly number[]) {
  const source = memoryLfp({
    times: evenTimes(1.237, samplingRate, Math.ceil(9 * samplingRate)),
    evaluate: sinusoids(frequencies.map((frequency) => ({ frequency, phase: 0.3 }))),
    channels: frequencies.map((_, index) => plainChannel(index)),
  });
  const values: number[][] = frequencies.map(() => []);
  for await (const block of readOnGrid(source, { start: 1.5, count: 2000 }, Array.from(frequencies.keys()))) {
    expect(block.isWhole.every((whole) => whole === 1)).toBe(true);
    for (let i = 0; i < block.data.length; i++) values[i % frequencies.length]?.push(block.data[i] ?? Number.NaN);
  }
  return values;
}

describe.each([
  ["LFPack", 250.00249835598095],
  ["a slow LFPack", 249.99875121908062],
  ["an NWB file", 1250.0124917799048],
  ["raw LFP", 2500],
])("the filter on %s at %f Hz", (_, samplingRate) => {
  it("is flat within 0.1 % up to 100 Hz, at the right time", async () => {
    const values = await onGrid(samplingRate, PASSED);
    for (const [channel, frequency] of PASSED.entries()) {
      const gaps = (values[channel] ?? []).map((value, k) =>
        Math.abs(value - Math.sin(2 * Math.PI * frequency * (1.5 + k / 250) + 0.3)),
      );
      expect(gaps).toHaveLength(2000);
      expect(Math.max(...gaps), `${frequency} Hz`).toBeLessThan(1e-3);
    }
  });

  it("takes 150 Hz and above down by 80 dB", async () => {
    const heard = STOPPED.filter((frequency) => frequency < samplingRate / 2);
    for (const [channel, row] of (await onGrid(samplingRate, heard)).entries()) {
      expect(Math.max(...row.map(Math.abs)), `${heard[channel]} Hz`).toBeLessThan(1e-4);
    }
  });

  it("keeps a constant to the last digits", async () => {
    const source = memoryLfp({
      times: evenTimes(0, samplingRate, Math.ceil(2 * samplingRate)),
      evaluate: (times) => new Float32Array(times.length).fill(0.25),
      channels: [plainChannel(0)],
    });
    for await (const { data } of readOnGrid(source, { start: 0.5, count: 250 }, [0])) {
      for (const value of data) expect(value).toBeCloseTo(0.25, 14);
    }
  });
});
