import { describe, expect, it } from "vitest";
import { interpolatePlaces } from "./aligned-places.js";

/** Out of order, two channels at one depth, of which the first counts. */
const ALIGNED = {
  depthsUm: [20, 20, 100, 40],
  mlapdvUm: [-2000, -3000, -4000, -1, -1, -1, -2300, -3100, -3200, -2100, -3000, -3900],
  ids: [382, 5, -385, 10],
};

describe("interpolatePlaces", () => {
  it("gives what channel_locations_interpolation of ibllib 4.1 gives", () => {
    const { mlapdvUm, ids, outsideCount } = interpolatePlaces(ALIGNED, [20, 30, 70, 100, 31, 30]);
    const rows = Array.from({ length: 6 }, (_, row) => [...mlapdvUm.slice(3 * row, 3 * row + 3)]);
    expect(rows).toEqual([
      [-2000, -3000, -4000],
      [-2050, -3000, -3950],
      [-2200, -3050, -3550],
      [-2300, -3100, -3200],
      [-2055, -3000, -3945],
      [-2050, -3000, -3950],
    ]);
    expect([...ids]).toEqual([382, 382, 10, -385, 10, 382]);
    expect(outsideCount).toBe(0);
  });

  it("knows no place beyond the known channels, nor of a depth that is not a number", () => {
    const { mlapdvUm, ids, outsideCount } = interpolatePlaces(ALIGNED, [10, 101, Number.NaN, 20]);
    expect([...ids]).toEqual([Number.NaN, Number.NaN, Number.NaN, 382]);
    expect([...mlapdvUm.slice(0, 9)]).toEqual(new Array(9).fill(Number.NaN));
    expect(outsideCount).toBe(3);
  });

  it("refuses arrays that do not belong together", () => {
    expect(() => interpolatePlaces({ ...ALIGNED, ids: [1] }, [20])).toThrow("4 depths, 4 places and 1 structures");
    expect(() => interpolatePlaces({ depthsUm: [], mlapdvUm: [], ids: [] }, [20])).toThrow("no aligned channels");
  });
});
