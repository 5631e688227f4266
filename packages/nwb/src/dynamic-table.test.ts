import { isDataError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { array, group, MemoryHdf5File, type MemoryNode } from "../test/memory-file.js";
import { findColumn, numbersOf, readDynamicTable, requireColumn, textsOf, toTable } from "./dynamic-table.js";

const COLUMN = { neurodata_type: "VectorData" };

function fileWith(members: Record<string, MemoryNode>, colnames: readonly string[]): MemoryHdf5File {
  return new MemoryHdf5File(group({ t: group({ id: array(Float64Array.of(7, 8)), ...members }, { colnames }) }));
}

describe("readDynamicTable", () => {
  it("reads the columns asked for and no other", async () => {
    const file = fileWith({ a: array(Float64Array.of(1, 2), COLUMN), b: array(["x", ""], COLUMN) }, ["a", "b"]);
    const table = await readDynamicTable(file, "/t", { columns: ["b", "c"] });
    expect([...(table?.columns.keys() ?? [])]).toEqual(["b"]);
    expect(table?.colnames).toEqual(["a", "b"]);
    expect(file.valuesRead.has("/t/a")).toBe(false);
    expect(table && textsOf(table, "b")).toEqual(["x", ""]);
  });

  it("takes x_index beside x for a column when it is no VectorIndex", async () => {
    const members = { stimulus: array(["a", "b"], COLUMN), stimulus_index: array(Float64Array.of(4, 2), COLUMN) };
    const table = await readDynamicTable(fileWith(members, ["stimulus", "stimulus_index"]), "/t");
    expect(table && numbersOf(table, "stimulus_index")).toEqual(Float64Array.of(4, 2));
    expect(table && textsOf(table, "stimulus")).toEqual(["a", "b"]);
    expect(table?.notices).toEqual([]);
  });

  it("keeps a damaged column out, and throws its reason where it is wanted", async () => {
    const file = fileWith({ a: array(Float64Array.of(1, 2, 3), COLUMN), b: array(["x", "y"], COLUMN) }, [
      "a",
      "b",
      "c",
    ]);
    const table = await readDynamicTable(file, "/t");
    if (!table) throw new Error("no table");
    expect([...table.columns.keys()]).toEqual(["b"]);
    expect(() => requireColumn(table, "a")).toThrow("Column a has 3 rows and id has 2");
    expect(() => findColumn(table, "c")).toThrow("lists a column c that it does not hold");
    expect(() => requireColumn(table, "d")).toThrow(`/t in ${file.url} has no column d; it has a, b, c`);
    expect(findColumn(table, "d")).toBeUndefined();
    expect(table.notices.map(({ code }) => code)).toEqual(["column-unreadable", "column-unreadable"]);
  });

  it("does not read a column above the limit", async () => {
    const file = fileWith({ a: array(Float64Array.of(1, 2), COLUMN) }, ["a"]);
    const table = await readDynamicTable(file, "/t", { maxColumnBytes: 15 });
    expect(table?.unreadable.get("a")?.hint).toContain("openRagged");
    expect(file.valuesRead.has("/t/a")).toBe(false);
  });

  it("checks the codes of an enumeration", async () => {
    const attributes = { neurodata_type: "EnumData", elements: { path: "/t/a_elements" } };
    const members = { a: array(Uint8Array.of(1, 2), attributes), a_elements: array(["off", "on"], COLUMN) };
    const table = await readDynamicTable(fileWith(members, ["a"]), "/t");
    expect(table?.unreadable.get("a")?.message).toContain("The code 2 is none of the 2");
  });

  it("gives plain columns for a table of ours", async () => {
    const members = { m: array(Float64Array.of(1, 2, 3, 4), COLUMN, [2, 2]), n: array(Float64Array.of(5, 6), COLUMN) };
    const table = await readDynamicTable(fileWith(members, ["m", "n"]), "/t");
    const plain = table && toTable(table);
    expect([...(plain?.columns ?? [])]).toEqual([
      ["id", Float64Array.of(7, 8)],
      [
        "m",
        [
          [1, 2],
          [3, 4],
        ],
      ],
      ["n", Float64Array.of(5, 6)],
    ]);
  });

  it("is undefined where nothing is, and an error where an array is", async () => {
    const file = fileWith({}, []);
    expect(await readDynamicTable(file, "/none")).toBeUndefined();
    await expect(readDynamicTable(file, "/t/id")).rejects.toSatisfy((error) => isDataError(error, "format"));
  });
});
