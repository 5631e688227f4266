import { describe, expect, it } from "vitest";
import { regionByAcronym, regions } from "./region.js";
import { findRegionByName, nearestRegions, searchRegions } from "./search.js";

const found = (text: string) => searchRegions(text).map(({ acronym }) => acronym);

describe("searchRegions", () => {
  it("puts a structure first that the text is the id, the acronym or the name of", () => {
    // Every seventh: all of them would be four thousand searches.
    for (const region of regions().filter(({ order }) => order % 7 === 0)) {
      for (const text of [region.acronym, String(region.id), region.name, `  ${region.name.toUpperCase()} `])
        expect(searchRegions(text)[0]).toBe(region);
    }
  });

  it("finds by another case, words in any order, beginnings and parts, best first", () => {
    expect(found("cm").slice(0, 2)).toEqual(["cm", "CM"]);
    expect(found("CM").slice(0, 2)).toEqual(["CM", "cm"]);
    expect(found("visp").slice(0, 3)).toEqual(["VISp", "VISp1", "VISp2/3"]);
    expect(found("layer 5 primary visual")).toEqual(["VISp5"]);
    expect(found("lateral ventricle")[0]).toBe("VL");
    expect(found("dorsal genicul")).toContain("LGd");
    expect(found("-sh")).toContain("LGd-sh");
  });

  it("finds nothing for nothing", () => {
    expect(found("")).toEqual([]);
    expect(found("  ")).toEqual([]);
    expect(found("zebrafish")).toEqual([]);
    expect(found("-382")).toEqual([]);
  });
});

describe("nearestRegions", () => {
  const near = (text: string) => nearestRegions(text).map(({ acronym }) => acronym);

  it("suggests by acronym, id and words of the name", () => {
    expect(near("VISpp")).toContain("VISp");
    expect(near("hipocampal formaton")[0]).toBe("HPF");
    expect(near("hipocampus formaton")[0]).toBe("HPF");
    expect(near("caudoputamem")[0]).toBe("CP");
    expect(nearestRegions("3822").map(({ id }) => id)).toContain(382);
    expect(near("qqqqqqqqqqqq")).toEqual([]);
    expect(near("").length).toBe(0);
  });
});

describe("findRegionByName", () => {
  it("takes names with and without commas and in any case", () => {
    expect(findRegionByName("Primary visual area, layer 5")).toBe(regionByAcronym("VISp5"));
    expect(findRegionByName("FIELD  CA1")).toBe(regionByAcronym("CA1"));
    expect(findRegionByName("Field CA9")).toBeUndefined();
  });
});
