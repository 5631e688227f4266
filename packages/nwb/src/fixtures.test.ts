import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFixture } from "../test/fixture-file.js";
import { openElectricalSeries } from "./electrical-series.js";
import { readElectrodes } from "./electrodes.js";
import { openNwb } from "./nwb-file.js";
import { openRagged } from "./ragged-reader.js";
import { listTimeIntervals, readTimeIntervals } from "./time-intervals.js";
import { openTimeSeries } from "./time-series.js";
import { readUnits } from "./units.js";

/** Cells of a column as pynwb 4.2.0 gives them. */
function pynwbCells(name: string, table: string, column: string): readonly unknown[] {
  const path = fileURLToPath(new URL(`../../../test/fixtures/nwb/${name}.json`, import.meta.url));
  return JSON.parse(readFileSync(path, "utf8")).pynwb_4_2_0.value.objects[table].columns[column].cells;
}

describe("units written by pynwb", () => {
  let file: Hdf5File;
  beforeAll(async () => {
    file = await openFixture("pynwb-4.2/units.nwb");
  });
  afterAll(() => file.close());

  it("keep plain columns in memory and ragged ones open", async () => {
    const units = await readUnits(file);
    expect([...(units?.table.ids ?? [])]).toEqual([1000, 1007, 1014]);
    expect([...(units?.table.columns.keys() ?? [])]).toEqual(["quality", "isi_violations", "electrode_group"]);
    expect(units?.notices).toEqual([]);
  });

  it("have spikes by row, an empty row among them", async () => {
    const cells = pynwbCells("pynwb-4.2/units", "root/units", "spike_times") as readonly (readonly number[])[];
    const units = await readUnits(file, { open: ["spike_times"] });
    const last = await units?.spikeTimes?.read([2]);
    expect([...(last?.values ?? [])]).toEqual(cells[2]);
    const swapped = await units?.spikeTimes?.read([2, 1, 0]);
    expect([...(swapped?.values ?? [])]).toEqual([...(cells[2] ?? []), ...(cells[0] ?? [])]);
    expect([...(swapped?.offsets ?? [])]).toEqual([0, 12, 12, 17]);
    expect(units?.waveformMean).toBeUndefined();
  });

  it("have observation intervals as pairs, electrodes as rows, waveforms with their rate", async () => {
    const units = await readUnits(file);
    const intervals = await units?.obsIntervals?.read([0, 1]);
    expect(intervals).toMatchObject({ cellShape: [2], offsets: Uint32Array.of(0, 2, 3) });
    expect([...(intervals?.values ?? [])]).toEqual([0, 10, 20, 30, 0, 10]);
    const electrodes = await units?.electrodes?.read([2, 0]);
    expect([...(electrodes?.values ?? [])]).toEqual([3, 4, 5, 0, 1]);
    expect(units?.electrodes?.regionTable).toBe("/general/extracellular_ephys/electrodes");
    expect(units?.waveformMean).toMatchObject({ unit: "volts", samplingRate: 30_000 });
    const waveform = await units?.waveformMean?.reader.read([1]);
    expect([...(waveform?.values ?? [])]).toEqual(pynwbCells("pynwb-4.2/units", "root/units", "waveform_mean")[1]);
  });

  it("belong to electrodes with groups and devices", async () => {
    const electrodes = await readElectrodes(file);
    expect(electrodes?.x).toEqual(Float64Array.of(100, 101, 102, 103, 104, 105));
    expect(electrodes?.locations).toEqual(["CA1", "DG", "unknown", "CA1", "DG", "unknown"]);
    const path = "/general/extracellular_ephys/shank0";
    expect(electrodes?.groupPaths).toEqual(new Array(6).fill(path));
    expect(electrodes?.groups.get(path)).toMatchObject({ name: "shank0", device: { name: "probe00" } });
  });
});

describe("tables written by pynwb", () => {
  it("give inner lists of a doubly ragged column one after the other", async () => {
    const file = await openFixture("pynwb-2.8.3/tables.nwb");
    const deep = await openRagged(file, "/processing/tables/ragged", "deep");
    const rows = await deep?.read();
    expect([...(rows?.values ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(rows?.offsets ?? [])]).toEqual([0, 3, 3, 6]);
    await file.close();
  });
});

describe("recordings written by pynwb", () => {
  let file: Hdf5File;
  beforeAll(async () => {
    file = await openFixture("pynwb-2.8.3/electrical.nwb");
  });
  afterAll(() => file.close());

  it("agree between the whole, parts, and channels in any order", async () => {
    const series = await openElectricalSeries(file, "/acquisition/rate_int16");
    const whole = await series?.read();
    expect(whole?.shape).toEqual([1003, 3]);
    const at = (sample: number, channel: number) => whole?.data[sample * 3 + channel];
    for (const channels of [[0], [1], [2], [2, 1], [1, 2], [2, 0], [1, 1]]) {
      for (const samples of [
        [0, 1],
        [255, 258],
        [1002, 1003],
      ] as const) {
        const part = await series?.read({ samples, channels });
        const expected: (number | undefined)[] = [];
        for (let sample: number = samples[0]; sample < samples[1]; sample++) {
          for (const channel of channels) expected.push(at(sample, channel));
        }
        expect([...(part?.data ?? [])]).toEqual(expected);
      }
    }
    expect((await series?.read({ samples: [7, 7] }))?.shape).toEqual([0, 3]);
    expect((await series?.read({ channels: [] }))?.shape).toEqual([1003, 0]);
  });

  it("share the data of another series with its unit, and its timestamps", async () => {
    const sharedData = await openTimeSeries(file, "/acquisition/shares_data");
    expect(sharedData).toMatchObject({
      unit: "volts",
      conversion: 1.95e-7,
      data: { path: "/acquisition/rate_int16/data" },
    });
    const sharedTimes = await openTimeSeries(file, "/acquisition/shares_timestamps");
    expect([...((await sharedTimes?.clock.times(0, 3)) ?? [])]).toEqual([10, 10.004, 10.008]);
  });

  it("may be of length zero", async () => {
    const empty = await openTimeSeries(file, "/acquisition/uint8_empty");
    expect((await empty?.read())?.shape).toEqual([0, 4]);
    expect(await empty?.clock.toSampleRange({ start: 0, stop: 9 })).toEqual([0, 0]);
  });

  it("end a read with the caller's own reason", async () => {
    const series = await openElectricalSeries(file, "/acquisition/rate_int16");
    const reason = new Error("enough");
    await expect(series?.read({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("intervals written by pynwb", () => {
  it("have tags, and no time series unless they are asked for", async () => {
    const file = await openFixture("pynwb-2.8.3/intervals.nwb");
    expect(await listTimeIntervals(file)).toContain("/intervals/trials");
    const trials = await readTimeIntervals(file, "/intervals/trials");
    expect([...(trials?.startTimes ?? [])]).toEqual([0, 1.5, 4]);
    expect([...(trials?.stopTimes ?? [])]).toEqual([1.5, 4, 4]);
    expect(trials?.tags).toEqual([["a", "b"], [], ["a"]]);
    expect(trials?.table.columns.has("timeseries")).toBe(false);
    const asked = await readTimeIntervals(file, "/intervals/trials", { columns: ["timeseries"] });
    expect(asked?.table.columns.get("timeseries")?.values.kind).toBe("ragged");
    expect(await readTimeIntervals(file, "/intervals/none")).toBeUndefined();
    await file.close();
  });
});

describe("damaged files", () => {
  it.each([
    ["index_decreases.nwb", "from 9 to 5 at row 1"],
    ["index_past_data.nwb", "ends at 22, beyond the 17 values"],
    ["index_overflow.h5", "from 45000 to 4464 at row 2"],
  ])("%s: spikes are refused", async (name, message) => {
    const file = await openFixture(`malformed/${name}`);
    await expect(readUnits(file)).rejects.toThrow(message);
    await file.close();
  });

  it("no_nwb_version.nwb is no NWB file", async () => {
    const file = await openFixture("malformed/no_nwb_version.nwb");
    await expect(openNwb(file)).rejects.toMatchObject({ code: "format" });
    await file.close();
  });

  it("running_2xn.h5: two rows of timestamps are starts and ends", async () => {
    const file = await openFixture("malformed/running_2xn.h5");
    const series = await openTimeSeries(file, "/processing/running/running_speed");
    expect(series?.clock.kind).toBe("intervals");
    expect([...((await series?.clock.times(0, 2)) ?? [])]).toEqual([20, 20.2]);
    expect([...((await series?.clock.stopTimes(0, 2)) ?? [])]).toEqual([20.1998, 20.3998]);
    expect(series?.notices).toEqual([]);
    await file.close();
  });
});
