import { describe, expect, it } from "vitest";
import { PiecewiseLinear } from "./piecewise-linear.js";

const map = new PiecewiseLinear(Float64Array.of(0, 10, 20), Float64Array.of(100, 200, 250), "memory:/a.npy");

describe("PiecewiseLinear", () => {
  it.each([
    [0, 100],
    [5, 150],
    [10, 200],
    [12, 210],
    [20, 250],
    [30, 300],
    [-1, 90],
  ])("maps %d to %d and back", (x, y) => {
    expect([map.at(x), map.inverse(y)]).toEqual([y, x]);
  });

  it.each([
    ["one knot", [0], [1]],
    ["unequal lengths", [0, 1], [1]],
    ["a clock that stands still", [0, 1, 1], [1, 2, 3]],
    ["a clock that goes back", [0, 1, 2], [1, 3, 2]],
    ["a knot that is none", [0, Number.NaN, 2], [1, 2, 3]],
    ["a knot without end", [0, 1, Number.POSITIVE_INFINITY], [1, 2, 3]],
  ])("refuses %s", (_, from, to) => {
    const act = () => new PiecewiseLinear(Float64Array.from(from), Float64Array.from(to), "memory:/a.npy");
    expect(act).toThrow(expect.objectContaining({ code: "schema", url: "memory:/a.npy" }));
  });
});
