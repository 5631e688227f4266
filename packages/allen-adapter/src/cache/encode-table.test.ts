import { describe, expect, it } from "vitest";
import { encodeProjectTable, pythonFloat } from "./encode-table.js";

describe("pythonFloat", () => {
  // What Python's repr gives for each.
  it.each([
    [0.0, "0.0"],
    [-0.0, "-0.0"],
    [1.0, "1.0"],
    [100.0, "100.0"],
    [0.1, "0.1"],
    [1e-4, "0.0001"],
    [9.999e-5, "9.999e-05"],
    [1e-5, "1e-05"],
    [1.5e-7, "1.5e-07"],
    [123456789012345.6, "123456789012345.6"],
    [1e15, "1000000000000000.0"],
    [9007199254740992, "9007199254740992.0"],
    [1e16, "1e+16"],
    [1.2345e16, "1.2345e+16"],
    [1e21, "1e+21"],
    [Number.MAX_VALUE, "1.7976931348623157e+308"],
    [5e-324, "5e-324"],
    [Number.POSITIVE_INFINITY, "inf"],
    [-2.5e-10, "-2.5e-10"],
    [30000.028133, "30000.028133"],
  ])("%d is %s", (value, text) => {
    expect(pythonFloat(value)).toBe(text);
  });
});

it("writes integers, floats, flags, texts and gaps as pandas does", () => {
  const table = {
    rowCount: 2,
    columns: new Map<string, Float64Array | readonly unknown[]>([
      ["id", Float64Array.of(7, 8)],
      ["rate", Float64Array.of(2, Number.NaN)],
      ["has_lfp_data", [true, null]],
      ["name", ['a "b", c', null]],
    ]),
  };
  const dtypes = new Map([["id", "int64"] as const, ["rate", "float64"] as const, ["has_lfp_data", "object"] as const]);
  expect(encodeProjectTable({ table, dtypes })).toBe('id,rate,has_lfp_data,name\n7,2.0,True,"a ""b"", c"\n8,,,\n');
});
