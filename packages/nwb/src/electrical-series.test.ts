import { isDataError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { array, group, MemoryHdf5File } from "../test/memory-file.js";
import { openElectricalSeries, planColumns } from "./electrical-series.js";

function recording(attributes: Record<string, string | number>, shape: readonly number[] = [4, 3]): MemoryHdf5File {
  const values = Int16Array.from({ length: 12 }, (_, i) => (i - 5) * 100);
  const electrodes = array(Float64Array.of(2, 0, 1), { table: { path: "/electrodes" } });
  const members = {
    data: array(values, { unit: "volts", ...attributes }, shape),
    channel_conversion: array(Float64Array.of(1, 2, 0.5)),
    starting_time: array(Float64Array.of(0), { rate: 2 }, []),
    electrodes,
  };
  return new MemoryHdf5File(group({ s: group(members), electrodes: group({ id: array(Float64Array.of(0, 1, 2)) }) }));
}

describe("planColumns", () => {
  it("reads small gaps along in contiguous storage", () => {
    expect(planColumns([0, 4, 8, 200], { chunks: null })).toEqual([
      { start: 0, stop: 9, positions: [0, 1, 2] },
      { start: 200, stop: 201, positions: [3] },
    ]);
  });

  it("reads nothing along where every column has chunks of its own", () => {
    expect(planColumns([5, 2, 3], { chunks: [47_208, 1] })).toEqual([
      { start: 2, stop: 4, positions: [1, 2] },
      { start: 5, stop: 6, positions: [0] },
    ]);
  });
});

describe("openElectricalSeries", () => {
  it("gives volts: stored x channel conversion x conversion + offset, rounded once", async () => {
    const series = await openElectricalSeries(recording({ conversion: 1.95e-7, offset: 1e-5 }), "/s");
    const { data, shape, unit } = (await series?.read({ samples: [1, 3], channels: [2, 0] })) ?? {};
    const volts = (stored: number, factor: number) => Math.fround(stored * factor * 1.95e-7 + 1e-5);
    expect(shape).toEqual([2, 2]);
    expect(unit).toBe("V");
    expect([...(data ?? [])]).toEqual([volts(0, 0.5), volts(-200, 1), volts(300, 0.5), volts(100, 1)]);
  });

  it("keeps electrodes as rows in column order", async () => {
    const series = await openElectricalSeries(recording({}), "/s");
    expect(series?.electrodes).toEqual({ table: "/electrodes", rows: [2, 0, 1] });
    expect(series?.notices).toEqual([]);
  });

  it("brings microvolts to volts and says so, and refuses what is no voltage", async () => {
    const inMicrovolts = await openElectricalSeries(recording({ unit: "microvolts" }), "/s");
    expect(inMicrovolts?.notices).toMatchObject([{ code: "unit-not-volts" }]);
    expect((await inMicrovolts?.read({ samples: [0, 1], channels: [0] }))?.data[0]).toBe(Math.fround(-500e-6));
    const inAmperes = await openElectricalSeries(recording({ unit: "amperes" }), "/s");
    await expect(inAmperes?.read()).rejects.toSatisfy((error) => isDataError(error, "unsupported"));
  });

  it("refuses samples and channels outside the recording", async () => {
    const series = await openElectricalSeries(recording({}), "/s");
    await expect(series?.read({ samples: [0, 5] })).rejects.toThrow("Samples [0, 5) are outside the 4 samples");
    await expect(series?.read({ channels: [3] })).rejects.toThrow("Channel 3 is outside the 3 channels");
  });

  it("sees that electrodes do not fit the channels, and channel conversions neither", async () => {
    await expect(openElectricalSeries(recording({}, [3, 4]), "/s")).rejects.toThrow("do not fit the 4 channels");
  });

  it("is undefined where nothing is", async () => {
    expect(await openElectricalSeries(recording({}), "/none")).toBeUndefined();
  });
});
