import { describe, expect, it } from "vitest";
import { regions } from "./region.js";
import { editDistance, nearestAcronyms, nearestIds } from "./spelling.js";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["ab", "ba", 1],
    ["VISp", "VISpl", 1],
    ["same", "same", 0],
  ])("%j to %j is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe("nearestAcronyms", () => {
  it("puts other cases first, both where there are two", () => {
    expect(nearestAcronyms("Cm", regions()).slice(0, 2)).toEqual(["CM", "cm"]);
    expect(nearestAcronyms("Ipf", regions()).slice(0, 2)).toEqual(["ipf", "IPF"]);
    expect(nearestAcronyms("VISP", regions())[0]).toBe("VISp");
  });

  it("understands a full name, with or without Allen's commas", () => {
    expect(nearestAcronyms("Primary visual area", regions())[0]).toBe("VISp");
    expect(nearestAcronyms("primary visual area, layer 5", regions())[0]).toBe("VISp5");
  });

  it("forgives a slip, names at most five, and nothing for nonsense", () => {
    expect(nearestAcronyms("VSIp", regions())).toContain("VISp");
    expect(nearestAcronyms("VISp7", regions()).length).toBeLessThanOrEqual(5);
    expect(nearestAcronyms("not a region at all", regions())).toEqual([]);
    expect(nearestAcronyms("", regions())).toEqual([]);
  });
});

describe("nearestIds", () => {
  it("takes the distance over digits", () => {
    expect(nearestIds(312782575, regions())[0]).toBe("312782574");
    expect(nearestIds(-7783, regions())).toContain("778");
  });
});
