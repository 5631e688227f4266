import { isDataError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { array, group, link, MemoryHdf5File, type MemoryNode } from "../test/memory-file.js";
import { openSeriesClock, type SeriesClock } from "./series-clock.js";

function clockOf(members: Record<string, MemoryNode>, sampleCount: number) {
  const file = new MemoryHdf5File(group({ s: group(members) }));
  return openSeriesClock(file, "/s", sampleCount).then((clock) => ({ file, clock }));
}

/** Range by definition, from every time. */
async function byDefinition(clock: SeriesClock, start: number, stop: number): Promise<readonly [number, number]> {
  const times = [...(await clock.times(0, clock.sampleCount))];
  const first = times.filter((time) => time < start).length;
  return [first, Math.max(first, times.filter((time) => time < stop).length)];
}

describe("a regular clock", () => {
  const members = { starting_time: array(Float64Array.of(3.774), { rate: 1249.998642 }, []) };

  it("counts from its start", async () => {
    const { clock } = await clockOf(members, 1003);
    expect(clock).toMatchObject({ kind: "regular", startTime: 3.774, samplingRate: 1249.998642 });
    expect(await clock.times(1000, 1002)).toEqual(
      Float64Array.of(3.774 + 1000 / 1249.998642, 3.774 + 1001 / 1249.998642),
    );
  });

  it("includes the first sample at a bound and excludes the last, at every sample", async () => {
    const { clock } = await clockOf(members, 200);
    const times = await clock.times(0, 200);
    for (let i = 0; i < 199; i++) {
      const [start = 0, stop = 0] = [times[i], times[i + 1]];
      expect(await clock.toSampleRange({ start, stop })).toEqual([i, i + 1]);
    }
  });

  it("is cut to what there is", async () => {
    const { clock } = await clockOf(members, 100);
    expect(await clock.toSampleRange({ start: -1e300, stop: 1e300 })).toEqual([0, 100]);
    expect(await clock.toSampleRange({ start: 50, stop: 60 })).toEqual([100, 100]);
    await expect(clock.times(0, 101)).rejects.toSatisfy((error) => isDataError(error, "query"));
  });
});

describe("timestamps", () => {
  it("find ranges over gaps and repeated times as the definition does", async () => {
    const { clock } = await clockOf({ timestamps: array(Float64Array.of(1, 2, 2, 2.5, 7, 8)) }, 6);
    for (const [start, stop] of [
      [0, 9],
      [2, 2.5],
      [2, 2],
      [3, 6],
      [2.5, 7.1],
      [9, 10],
      [-5, 0],
    ] as const) {
      expect(await clock.toSampleRange({ start, stop })).toEqual(await byDefinition(clock, start, stop));
    }
  });

  it("are searched without reading them whole", async () => {
    const times = Float64Array.from({ length: 1_000_000 }, (_, i) => 10 + i / 1250 + (i > 600_000 ? 2 : 0));
    const { file, clock } = await clockOf({ timestamps: array(times) }, times.length);
    const [start, stop] = await clock.toSampleRange({ start: times[599_990] ?? 0, stop: times[600_010] ?? 0 });
    expect([start, stop]).toEqual([599_990, 600_010]);
    expect(file.valuesRead.get("/s/timestamps")).toBeLessThan(20_000);
  });

  it("that decrease are an error of a search, not of reading them", async () => {
    const { clock } = await clockOf({ timestamps: array(Float64Array.of(1, 3, 2)) }, 3);
    expect([...(await clock.times(0, 3))]).toEqual([1, 3, 2]);
    await expect(clock.toSampleRange({ start: 0, stop: 9 })).rejects.toThrow(
      "sample 2 is at 2 s, the one before at 3 s",
    );
  });

  it("of two rows are starts and ends", async () => {
    const { clock } = await clockOf({ timestamps: array(Float64Array.of(1, 2, 3, 1.5, 2.5, 3.5), {}, [2, 3]) }, 3);
    expect(clock.kind).toBe("intervals");
    expect([...(await clock.times(1, 3))]).toEqual([2, 3]);
    expect([...((await clock.stopTimes(1, 3)) ?? [])]).toEqual([2.5, 3.5]);
    expect(await clock.toSampleRange({ start: 2, stop: 3 })).toEqual([1, 2]);
  });

  it("that are a link to nothing leave the samples without times", async () => {
    const { clock } = await clockOf({ timestamps: link("/no/such/place") }, 3);
    expect(clock).toMatchObject({ kind: "none", problem: { code: "format", at: "/s/timestamps" } });
    await expect(clock.times(0, 1)).rejects.toBe(clock.problem);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("are not made up from a rate of %d", async (rate) => {
    const { clock } = await clockOf({ starting_time: array(Float64Array.of(0), { rate }, []) }, 3);
    expect(clock.kind).toBe("none");
  });
});
