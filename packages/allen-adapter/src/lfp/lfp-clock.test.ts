import { isDataError, type LfpSource, ndArray, ref } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import type { ElectricalSeries } from "@crossprobe/nwb";
import { describe, expect, it } from "vitest";
import { findGaps, readLfpClock } from "./lfp-clock.js";
import { NwbLfpSource } from "./lfp-source.js";

const URL_ = "memory://cache/probe_7_lfp.nwb";
const RATE = 1250.002;

/** A series of one channel whose samples have these times. */
function seriesAt(times: Float64Array): ElectricalSeries {
  const between = async (start: number, stop: number) => times.slice(start, stop);
  const clock = {
    kind: "timestamps",
    sampleCount: times.length,
    times: between,
  } as unknown as ElectricalSeries["clock"];
  return {
    path: "/acquisition/lfp",
    series: {} as ElectricalSeries["series"],
    sampleCount: times.length,
    channelCount: 1,
    clock,
    notices: [],
    read: async () => ndArray(new Float32Array(0), [0, 1], "V"),
    times: between,
    toSampleRange: async () => [0, 0],
  };
}

/** `count` samples at the drifted rate, with a pause of `gap` seconds before each of the samples named. */
function drifted(count: number, gapsBefore: readonly number[] = [], gap = 0): Float64Array {
  return Float64Array.from(
    { length: count },
    (_, i) => 3.5 + i / RATE + gapsBefore.filter((sample) => sample <= i).length * gap,
  );
}

describe("readLfpClock", () => {
  it("has the rate of the whole recording, not the nominal one, and ends a step after the last sample", async () => {
    const { clock, notices } = await readLfpClock(seriesAt(drifted(5000)), URL_);
    expect(clock.samplingRate).toBeCloseTo(RATE, 6);
    expect(clock.coverage.start).toBe(3.5);
    expect(clock.coverage.stop).toBeCloseTo(3.5 + 5000 / RATE, 9);
    expect(notices).toEqual([]);
  });

  it("is not slowed down by gaps, and says that there are some", async () => {
    const { clock, notices } = await readLfpClock(seriesAt(drifted(5000, [2000], 1)), URL_);
    expect(clock.samplingRate).toBeCloseTo(RATE, 3);
    expect(notices).toMatchObject([{ code: "lfp-gaps", where: `${URL_}#/acquisition/lfp/timestamps` }]);
  });

  it("refuses times that do not run forward", async () => {
    for (const times of [
      new Float64Array(0),
      Float64Array.of(1),
      Float64Array.of(2, 1),
      Float64Array.of(1, Number.NaN),
    ]) {
      const error = await readLfpClock(seriesAt(times), URL_).catch((reason: unknown) => reason);
      expect(isDataError(error, "format"), String(times)).toBe(true);
    }
  });
});

describe("gaps", () => {
  const times = drifted(5000, [2000, 4000], 1);
  const expected = [2000, 4000].map((sample) => ({
    start: (times[sample - 1] ?? 0) + 1 / RATE,
    stop: times[sample] ?? 0,
  }));

  it("reach from where the next sample should be to where it is", async () => {
    const series = seriesAt(times);
    const gaps = await findGaps(series, (await readLfpClock(series, URL_)).clock);
    expect(gaps).toHaveLength(2);
    gaps.forEach((gap, i) => {
      expect(gap.start).toBeCloseTo(expected[i]?.start ?? 0, 6);
      expect(gap.stop).toBe(expected[i]?.stop);
    });
  });

  it("are invalid intervals of the probe's LFP, beside the tagged ones and in time order", async () => {
    const series = seriesAt(times);
    const probe = ref("allen", "probe", "7");
    const tagged = { start: 5.5, stop: 6, kind: "invalidTag", probe: null, tags: ["all_probes"] } as const;
    const source: LfpSource = new NwbLfpSource({
      probe,
      file: { url: URL_ } as Hdf5File,
      series,
      channels: [],
      clock: (await readLfpClock(series, URL_)).clock,
      provenance: [],
      notices: [],
      taggedIntervals: async () => [tagged],
      onClose: () => undefined,
    });
    expect((await source.invalidIntervals()).map(({ kind, probe: of }) => [kind, of])).toEqual([
      ["gap", probe],
      ["invalidTag", null],
      ["gap", probe],
    ]);
  });
});
