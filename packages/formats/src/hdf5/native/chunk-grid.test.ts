import { describe, expect, it } from "vitest";
import { type ChunkRange, comparePlaces, countOf, firstFrom, isInRange, placesOf } from "./chunk-grid.js";

const RANGE: ChunkRange = { first: [1, 0, 2], last: [2, 1, 3] };

describe("a range of chunks", () => {
  const places = [...placesOf(RANGE)];

  it("has its places in C order", () => {
    expect(places.length).toBe(8);
    expect(countOf(RANGE)).toBe(8);
    expect(places.toSorted(comparePlaces)).toEqual(places);
    expect(places[0]).toEqual([1, 0, 2]);
    expect(places.at(-1)).toEqual([2, 1, 3]);
    expect(places.every((place) => isInRange(place, RANGE))).toBe(true);
  });

  it("finds the first place from any other on", () => {
    for (const bound of placesOf({ first: [0, 0, 0], last: [4, 3, 5] })) {
      const expected = places.find((place) => comparePlaces(place, bound) >= 0);
      expect(firstFrom(RANGE, bound), bound.join()).toEqual(expected);
    }
  });
});
