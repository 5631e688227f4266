import { ref } from "@crossprobe/core";
import { expect, it } from "vitest";
import { toJson } from "./json.js";

it("writes references, typed arrays and maps as JSON, two spaces deep", () => {
  const document = { ref: ref("ibl", "unit", "p/1"), times: Float64Array.of(0.1, 2), by: new Map([["a", 1]]), n: 3n };
  expect(JSON.parse(toJson(document))).toEqual({ ref: "ibl:unit:p/1", times: [0.1, 2], by: { a: 1 }, n: "3" });
  expect(toJson({ a: 1 })).toBe('{\n  "a": 1\n}\n');
});

it("an unrecorded sample is null; anywhere else a number that is none is a mistake", () => {
  expect(JSON.parse(toJson(Float32Array.of(1, Number.NaN)))).toEqual([1, null]);
  expect(() => toJson({ rate: Number.NaN })).toThrow(/rate is NaN/);
  expect(() => toJson({ rate: Infinity })).toThrow(/rate is Infinity/);
  expect(() => toJson(Float32Array.of(Infinity))).toThrow(/Infinity/);
});
