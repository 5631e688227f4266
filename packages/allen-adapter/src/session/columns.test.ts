import { expect, it } from "vitest";
import { evenTable } from "./columns.js";

it("refuses columns that differ in length, and says which", () => {
  const even = evenTable(
    [
      ["a", Float64Array.of(1, 2)],
      ["b", ["x", null]],
    ],
    "memory://file",
  );
  expect([even.rowCount, [...even.columns.keys()]]).toEqual([2, ["a", "b"]]);
  const uneven = [["a", Float64Array.of(1, 2)] as const, ["b", ["x"]] as const];
  expect(() => evenTable(uneven, "memory://file")).toThrow(
    expect.objectContaining({ code: "format", message: expect.stringMatching(/memory:\/\/file: a 2, b 1/) }),
  );
});
