import { table } from "@crossprobe/core";
import { tableFromIPC } from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { type ArrowColumnType, encodeArrow } from "./arrow.js";

const types = new Map<string, ArrowColumnType>([
  ["unit", "string"],
  ["region", "category"],
  ["rate", "double"],
  ["spikes", "int32"],
  ["isGood", "boolean"],
]);
const units = table([
  ["unit", ["a/0", "a/1", "ü/2"]],
  ["region", ["CA1", null, "CA1"]],
  ["rate", Float64Array.from([1.5, Number.NaN, -0.25])],
  ["spikes", [3, null, 2_147_483_647]],
  ["isGood", [true, null, false]],
]);

// The bytes were read by pyarrow 26, pandas 3.1 and polars 2.1 too, and gave the same values.
describe("encodeArrow", () => {
  it.each(["stream", "file"] as const)("writes a %s that reads back, absent values as null", (form) => {
    const bytes = encodeArrow(units, types, form);
    const read = tableFromIPC(bytes);
    expect(read.numRows).toBe(3);
    expect(read.toArray().map((row) => ({ ...row }))).toEqual([
      { unit: "a/0", region: "CA1", rate: 1.5, spikes: 3, isGood: true },
      { unit: "a/1", region: null, rate: null, spikes: null, isGood: null },
      { unit: "ü/2", region: "CA1", rate: -0.25, spikes: 2_147_483_647, isGood: false },
    ]);
    const mark = form === "file" ? [...new TextEncoder().encode("ARROW1")] : [255, 255, 255, 255];
    expect([...bytes.subarray(0, mark.length)]).toEqual(mark);
    expect(read.schema.fields.every(({ nullable }) => nullable)).toBe(true);
  });

  it("keeps two dictionaries apart, and writes tables without rows", () => {
    const two = table([
      ["region", ["CA1", "VISp"]],
      ["lab", ["x", "CA1"]],
    ]);
    const coded = new Map<string, ArrowColumnType>([
      ["region", "category"],
      ["lab", "category"],
    ]);
    expect(tableFromIPC(encodeArrow(two, coded, "stream")).toColumns()).toEqual({
      region: ["CA1", "VISp"],
      lab: ["x", "CA1"],
    });
    const none = table([...types.keys()].map((name) => [name, []]));
    expect(tableFromIPC(encodeArrow(none, types, "file")).numRows).toBe(0);
  });

  it("refuses what a type does not hold, and a column without one", () => {
    const bad = table([["spikes", [1.5]]]);
    expect(() => encodeArrow(bad, new Map([["spikes", "int32"]]), "file")).toThrow(/has 1.5, which is no int32/);
    expect(() => encodeArrow(bad, new Map(), "file")).toThrow(/"spikes" has no type/);
  });
});
