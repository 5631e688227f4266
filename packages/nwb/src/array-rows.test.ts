import { isDataError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { array, group, MemoryHdf5File } from "../test/memory-file.js";
import { readRows, requireArray } from "./array-rows.js";
import { openElectricalSeries } from "./electrical-series.js";

describe("requests above one read", () => {
  it("are put together from parts", async () => {
    const [rows, width] = [3, 1_500_000];
    const values = Float64Array.from({ length: rows * width }, (_, i) => i);
    const file = new MemoryHdf5File(group({ a: array(values, {}, [rows, width]) }));
    const { values: read, shape } = await readRows(file, await requireArray(file, "/a"));
    expect(shape).toEqual([rows, width]);
    expect(read).toBeInstanceOf(Float64Array);
    expect(values.findIndex((value, i) => value !== (read as Float64Array)[i])).toBe(-1);
  });

  it("of samples come out in order", async () => {
    const values = Int32Array.from({ length: 4_200_000 }, (_, i) => i);
    const members = {
      data: array(values, { unit: "volts" }),
      starting_time: array(Float64Array.of(0), { rate: 1 }, []),
    };
    const series = await openElectricalSeries(new MemoryHdf5File(group({ s: group(members) })), "/s");
    const volts = (await series?.read())?.data ?? new Float32Array();
    expect(volts.length).toBe(values.length);
    expect(volts.findIndex((value, i) => value !== i)).toBe(-1);
  });

  it("above 1 GiB are refused before anything is read", async () => {
    const huge = { ...array(new Float64Array(1)), shape: [200_000_000] };
    const file = new MemoryHdf5File(group({ a: huge as ReturnType<typeof array> }));
    await expect(readRows(file, await requireArray(file, "/a"))).rejects.toSatisfy((error) =>
      isDataError(error, "query"),
    );
    expect(file.valuesRead.size).toBe(0);
  });
});
