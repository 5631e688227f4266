import { describe, expect, it } from "vitest";
import { alignedPlaces, type BregmaXyz, tracedPlaces } from "./probe-track.js";

const DOWN: BregmaXyz[] = [
  [1000, 2000, -500],
  [1000, 2000, -4500],
];

describe("tracedPlaces", () => {
  it("goes up from the deepest pick by the axial distance and the tip, and ends at the highest", () => {
    const places = tracedPlaces(DOWN, [0, 1000, 9000]);
    expect(places.map(([, , z]) => z)).toEqual([
      expect.closeTo(-0.0043, 12),
      expect.closeTo(-0.0033, 12),
      expect.closeTo(-0.0005, 12),
    ]);
    expect(places[0]?.slice(0, 2)).toEqual([0.001, 0.002]);
  });

  it("refuses a single pick", () => {
    expect(() => tracedPlaces(DOWN.slice(0, 1), [0])).toThrow(/1 picks are no track/);
  });
});

describe("alignedPlaces", () => {
  it("is the traced place where the alignment changes nothing, and goes on above the picks", () => {
    const places = alignedPlaces(DOWN, { feature: [0, 1], track: [0, 1] }, [0, 1000, 4000]);
    expect(places.map(([, , z]) => z)).toEqual([
      expect.closeTo(-0.0043, 12),
      expect.closeTo(-0.0033, 12),
      expect.closeTo(-0.0003, 12),
    ]);
  });

  it("stretches in straight lines between and beyond the matched places", () => {
    const places = alignedPlaces(DOWN, { feature: [0, 0.001], track: [0, 0.002] }, [500, 1500]);
    expect(places.map(([, , z]) => z)).toEqual([expect.closeTo(-0.0033, 12), expect.closeTo(-0.0013, 12)]);
  });

  it("refuses places that do not ascend", () => {
    expect(() => alignedPlaces(DOWN, { feature: [0.001, 0], track: [0, 1] }, [0])).toThrow(/is none/);
  });
});
