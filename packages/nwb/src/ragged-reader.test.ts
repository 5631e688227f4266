import { isDataError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { array, group, MemoryHdf5File, type MemoryNode } from "../test/memory-file.js";
import { readDynamicTable } from "./dynamic-table.js";
import { openRagged, planRuns } from "./ragged-reader.js";

function tableWith(values: MemoryNode, index: MemoryNode, rows: number): MemoryHdf5File {
  const ids = array(Float64Array.from({ length: rows }, (_, row) => row));
  return new MemoryHdf5File(group({ t: group({ id: ids, c: values, c_index: index }, { colnames: ["c"] }) }));
}

const VECTOR_INDEX = { neurodata_type: "VectorIndex", target: { path: "/t/c" } };

describe("planRuns", () => {
  const offsets = Uint32Array.of(0, 2, 2, 5, 9);

  it("joins rows that follow each other, over empty ones", () => {
    expect(planRuns(offsets, [0, 1, 2, 3])).toEqual([{ start: 0, stop: 9 }]);
  });

  it("keeps the order of the request", () => {
    expect(planRuns(offsets, [3, 0])).toEqual([
      { start: 5, stop: 9 },
      { start: 0, stop: 2 },
    ]);
  });

  it("reads nothing for empty rows", () => {
    expect(planRuns(offsets, [1, 1])).toEqual([]);
  });
});

describe("openRagged", () => {
  it("reads only the rows wanted, in the order wanted", async () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => i);
    const file = tableWith(array(values), array(Uint16Array.of(10, 10, 990, 1000), VECTOR_INDEX), 4);
    const reader = await openRagged(file, "/t", "c");
    expect(file.valuesRead.get("/t/c")).toBeUndefined();
    const rows = await reader?.read([3, 1, 0]);
    expect([...(rows?.values ?? [])]).toEqual([
      990, 991, 992, 993, 994, 995, 996, 997, 998, 999, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    expect([...(rows?.offsets ?? [])]).toEqual([0, 10, 10, 20]);
    expect(file.valuesRead.get("/t/c")).toBe(20);
  });

  it("keeps the shape of cells", async () => {
    const values = array(
      Float32Array.from({ length: 12 }, (_, i) => i),
      {},
      [6, 2],
    );
    const file = tableWith(values, array(Uint8Array.of(1, 4, 6), VECTOR_INDEX), 3);
    const rows = await (await openRagged(file, "/t", "c"))?.read([1]);
    expect(rows?.cellShape).toEqual([2]);
    expect([...(rows?.values ?? [])]).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it("refuses a row outside the table", async () => {
    const file = tableWith(array(new Float64Array(3)), array(Uint8Array.of(3), VECTOR_INDEX), 1);
    const reader = await openRagged(file, "/t", "c");
    await expect(reader?.read([1])).rejects.toSatisfy((error) => isDataError(error, "query"));
  });

  it("passes the caller's reason on", async () => {
    const file = tableWith(array(new Float64Array(3)), array(Uint8Array.of(3), VECTOR_INDEX), 1);
    const reader = await openRagged(file, "/t", "c");
    const reason = new Error("enough");
    await expect(reader?.read([0], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("damaged indices", () => {
  it.each([
    ["decreases", Float64Array.of(5, 3, 10), "from 5 to 3 at row 1"],
    ["is negative", Float64Array.of(-1, 3, 10), "from 0 to -1 at row 0"],
    ["leaves the values", Float64Array.of(5, 8, 11), "ends at 11, beyond the 10 values"],
    ["is fractional", Float64Array.of(5, 8.5, 10), "from 5 to 8.5"],
  ])("names the place when an index %s", async (_, ends, message) => {
    const file = tableWith(array(new Float64Array(10)), array(ends, VECTOR_INDEX), 3);
    await expect(openRagged(file, "/t", "c")).rejects.toThrow(message);
    const table = await readDynamicTable(file, "/t");
    expect(table?.unreadable.get("c")).toMatchObject({ code: "format", at: "/t/c_index" });
    expect(table?.notices.map(({ code }) => code)).toEqual(["column-unreadable"]);
  });

  it("sees an overflow that does not decrease", async () => {
    const file = tableWith(array(new Float64Array(70_000)), array(Uint16Array.of(100, 4464), VECTOR_INDEX), 2);
    await expect(openRagged(file, "/t", "c")).rejects.toMatchObject({ hint: expect.stringContaining("overflow") });
  });

  it("reports values that belong to no row", async () => {
    const file = tableWith(array(new Float64Array(10)), array(Uint16Array.of(4, 8), VECTOR_INDEX), 2);
    const reader = await openRagged(file, "/t", "c");
    expect(reader?.notices).toMatchObject([{ code: "values-without-row", count: 2 }]);
  });
});
