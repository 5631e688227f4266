import { expect, it } from "vitest";
import { toNumberColumn } from "./table-columns.js";

it("reads numbers of any kind, absent ones as NaN", () => {
  expect(toNumberColumn(Int32Array.of(1, 2))).toEqual(Int32Array.of(1, 2));
  expect(toNumberColumn(BigInt64Array.of(3n))).toEqual(Float64Array.of(3));
  expect(toNumberColumn([1, null, true, "2.5", "", "nan", "False", 4n])).toEqual(
    Float64Array.of(1, Number.NaN, 1, 2.5, Number.NaN, Number.NaN, 0, 4),
  );
});

it("is no number column where an integer is held by no number", () => {
  expect(toNumberColumn(BigInt64Array.of(1n, 2n ** 53n + 1n))).toBeUndefined();
  expect(toNumberColumn([1, 2n ** 60n])).toBeUndefined();
});

it("is no number column with a word in it", () => {
  expect(toNumberColumn(["1", "good"])).toBeUndefined();
  expect(toNumberColumn([{}])).toBeUndefined();
});
