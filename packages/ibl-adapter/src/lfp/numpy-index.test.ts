import { describe, expect, it } from "vitest";
import { type AxisIndex, parseIndex, resolveAxis } from "./numpy-index.js";

const query = expect.objectContaining({ code: "query" });

/** Positions that Python gives for `list(range(7))[index]`. */
const SLICES: readonly [string, readonly number[]][] = [
  [":", [0, 1, 2, 3, 4, 5, 6]],
  ["2:5", [2, 3, 4]],
  ["-3:", [4, 5, 6]],
  [":-5", [0, 1]],
  ["-100:2", [0, 1]],
  ["5:100", [5, 6]],
  ["100:", []],
  ["4:2", []],
  ["::3", [0, 3, 6]],
  ["1:6:2", [1, 3, 5]],
  ["::-1", [6, 5, 4, 3, 2, 1, 0]],
  ["5:1:-2", [5, 3]],
  ["-1:-4:-1", [6, 5, 4]],
  ["100::-3", [6, 3, 0]],
  ["2:-100:-1", [2, 1, 0]],
  ["None:2", [0, 1]],
];

describe("resolveAxis", () => {
  it.each(SLICES)("slices as Python: [%s]", (text, expected) => {
    const { positions, keepsAxis } = resolveAxis(parseIndex(text)[0], 7, "samples");
    expect([...positions]).toEqual(expected);
    expect(keepsAxis).toBe(true);
  });

  it("drops the axis for a number, and counts negative ones from the end", () => {
    expect(resolveAxis(-1, 7, "samples")).toEqual({ positions: Int32Array.of(6), keepsAxis: false });
  });

  it("takes lists in their order, and masks where they are true", () => {
    expect([...resolveAxis([5, -7, 5], 7, "samples").positions]).toEqual([5, 0, 5]);
    expect([...resolveAxis([], 7, "samples").positions]).toEqual([]);
    expect([...resolveAxis([true, false, true], 3, "samples").positions]).toEqual([0, 2]);
  });

  it.each<[string, AxisIndex]>([
    ["a number past the end", 7],
    ["a number before the start", -8],
    ["a list that reaches past the end", [0, 7]],
    ["half a sample", 0.5],
    ["a slice from half a sample", { start: 0.5 }],
    ["a step of 0", { step: 0 }],
    ["a mask that is too short", [true]],
    ["NaN", Number.NaN],
  ])("refuses %s", (_, index) => {
    expect(() => resolveAxis(index, 7, "samples")).toThrow(query);
  });
});

describe("parseIndex", () => {
  it.each([
    ["", [undefined, undefined]],
    ["()", [undefined, undefined]],
    ["5", [5, undefined]],
    ["(1, 2)", [1, 2]],
    ["[1, 2]", [[1, 2], undefined]],
    ["[], -1", [[], -1]],
    ["1,", [1, undefined]],
    ["0:10, [5, 1]", [{ start: 0, stop: 10, step: undefined }, [5, 1]]],
  ])("[%s]", (text, expected) => {
    const [rows, columns] = parseIndex(text);
    expect([rows, columns]).toEqual(expected);
  });

  it("lets dots stand for the axes not named", () => {
    const all = { start: undefined, stop: undefined, step: undefined };
    expect([parseIndex("..., 0"), parseIndex("0, ..."), parseIndex("...")]).toEqual([
      [all, 0],
      [0, all],
      [all, all],
    ]);
  });

  it.each(["1, 2, 3", "None", "True", "'a'", "2.0", "0:10.5", "1.0:2", "1:2:3:4", "[1.5]", "[1", "a:b"])(
    "refuses [%s]",
    (text) => {
      expect(() => parseIndex(text)).toThrow(query);
    },
  );
});
