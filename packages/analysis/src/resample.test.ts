import { NotFoundError, UnsupportedError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { evenTimes, type MemoryLfp, memoryLfp, plainChannel, sinusoids } from "../test-support/memory-lfp.js";
import { random } from "../test-support/random.js";
import { type GridBlock, gridOf, readOnGrid } from "./resample.js";

const TONES = [{ frequency: 3 }, { frequency: 40, amplitude: 0.2 }];
const CHANNELS = [plainChannel(0), plainChannel(1)];
const tones = (lfp: Partial<MemoryLfp> & Pick<MemoryLfp, "times">) =>
  memoryLfp({ evaluate: sinusoids(TONES), channels: CHANNELS, ...lfp });

async function collect(blocks: AsyncIterable<GridBlock>) {
  const [points, data, whole]: [number[], number[], number[]] = [[], [], []];
  for await (const block of blocks) {
    for (let i = 0; i < block.count; i++) points.push(block.first + i);
    data.push(...block.data);
    whole.push(...block.isWhole);
  }
  return { points, data, whole };
}

describe("a grid", () => {
  it("holds the points with start <= t < stop", () => {
    expect(gridOf({ start: 4, stop: 78 }).count).toBe(18_500);
    expect(gridOf({ start: 0.1, stop: 0.3 }).count).toBe(50);
    expect(gridOf({ start: 0, stop: 0.0041 }).count).toBe(2);
    expect(gridOf({ start: 1, stop: 0 }).count).toBe(0);
  });
});

describe("reading on a grid", () => {
  it("does not depend on where blocks begin", async () => {
    const times = evenTimes(10, 1249.9937, 5000);
    const whole = await collect(readOnGrid(tones({ times, blockSamples: 5000 }), { start: 10.5, count: 700 }, [1, 0]));
    const next = random(3);
    for (let trial = 0; trial < 8; trial++) {
      const blockSamples = 1 + Math.floor(next() * 400);
      const parts = await collect(readOnGrid(tones({ times, blockSamples }), { start: 10.5, count: 700 }, [1, 0]));
      expect(parts).toEqual(whole);
    }
    expect(whole.points).toEqual(Array.from({ length: 700 }, (_, k) => k));
  });

  it("follows times that jitter and drift, not a nominal rate", async () => {
    const next = random(5);
    let time = 0;
    // A clock that speeds up by 2 % within the recording.
    const times = Float64Array.from(
      { length: 12_000 },
      (_, i) => (time += (1 + (0.02 * i) / 12_000 + 1e-4 * next()) / 1250),
    );
    const { data, points } = await collect(readOnGrid(tones({ times }), { start: 1, count: 2000 }, [0]));
    const gaps = points.map((k, i) => Math.abs((data[i] ?? Number.NaN) - Math.sin(2 * Math.PI * 3 * (1 + k / 250))));
    expect(Math.max(...gaps)).toBeLessThan(1e-3);
  });

  it("starts and ends half a filter inside the file", async () => {
    const times = evenTimes(0, 1250, 2501); // 0 to 2.0 s
    const { points, whole } = await collect(readOnGrid(tones({ times }), { start: 0, count: 1000 }, [0]));
    const found = points.filter((_, i) => whole[i] === 1);
    expect([found[0], found.at(-1)]).toEqual([15, 485]); // 0.06 s and 1.94 s
    expect(points.at(-1)).toBe(485);
  });

  it("says which points a gap spoils, and no others", async () => {
    const times = Float64Array.from([...evenTimes(0, 1250, 1251), ...evenTimes(1.3, 1250, 1251)]);
    for (const blockSamples of [100, 1251, 5000]) {
      const source = tones({ times, blockSamples });
      const { points, whole } = await collect(readOnGrid(source, { start: 0.2, count: 450 }, [0]));
      const broken = points.filter((_, i) => whole[i] === 0).map((k) => 0.2 + k / 250);
      expect(broken[0]).toBeGreaterThan(0.94 - 1e-9);
      expect(broken[0]).toBeLessThanOrEqual(0.944 + 1e-9);
      expect(broken.at(-1)).toBeLessThan(1.36 + 1e-9);
      expect(broken.at(-1)).toBeGreaterThanOrEqual(1.356 - 1e-9);
      expect(broken).toHaveLength(1 + Math.round(((broken.at(-1) ?? 0) - (broken[0] ?? 0)) * 250));
    }
  });

  it("takes one missing sample for a gap", async () => {
    const times = evenTimes(0, 1250, 2501).filter((_, i) => i !== 1250);
    const { whole } = await collect(readOnGrid(tones({ times, blockSamples: 1250 }), { start: 0.2, count: 400 }, [0]));
    // Points within 0.06 s of the step from 0.9992 to 1.0008 s.
    expect(whole.filter((flag) => flag === 0).length).toBe(31);
  });

  it("reads only what it needs, one block at a time", async () => {
    const source = tones({ times: evenTimes(0, 1250, 1_000_000), blockSamples: 1000 });
    await collect(readOnGrid(source, { start: 400, count: 250 }, [0]));
    expect(source.reads.reduce((sum, count) => sum + count, 0)).toBeLessThan(1250 * 1.2);
    expect(Math.max(...source.reads)).toBeLessThanOrEqual(1000);
  });

  it("divides sums by their sites", async () => {
    const times = evenTimes(0, 250, 500);
    const plain = await collect(readOnGrid(tones({ times }), { start: 0.5, count: 50 }, [0]));
    const traits = { spatial: "sum", sitesPerChannel: 4 } as const;
    const summed = await collect(readOnGrid(tones({ times, traits }), { start: 0.5, count: 50 }, [0]));
    expect(summed.data).toEqual(plain.data.map((value) => value / 4));
  });

  it.each([
    ["an unsynced clock", { quality: "unsynced" } as const],
    ["sums over an unknown number", { traits: { spatial: "sum" } } as const],
    ["samples further apart than the grid", { times: evenTimes(0, 200, 500) }],
  ])("refuses %s", async (_, part) => {
    const source = tones({ times: evenTimes(0, 250, 500), ...part });
    await expect(collect(readOnGrid(source, { start: 0.5, count: 50 }, [0]))).rejects.toThrow(UnsupportedError);
  });

  it("finds nothing where the file has nothing", async () => {
    const source = tones({ times: evenTimes(0, 250, 500) });
    await expect(collect(readOnGrid(source, { start: 90, count: 50 }, [0]))).rejects.toThrow(NotFoundError);
  });

  it("stops with the caller's own reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const source = tones({ times: evenTimes(0, 250, 50_000), blockSamples: 100 });
    const reading = (async () => {
      for await (const _ of readOnGrid(source, { start: 1, count: 40_000 }, [0], { signal: controller.signal })) {
        controller.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
  });
});
