import { describe, expect, it } from "vitest";
import { labelMeaningOf, pitfallsOf } from "./pitfalls.js";
import { findRegion, regionByAcronym, regions } from "./region.js";

const pitfalls = (acronym: string) => pitfallsOf(regionByAcronym(acronym)).join(" ");

describe("pitfallsOf", () => {
  it.each([
    ["CM", /cm is another structure \(cranial nerves\)/],
    ["cm", /CM is another structure \(Central medial nucleus of the thalamus\)/],
    ["ipf", /IPF is another structure \(Interpeduncular fossa\)/],
    ["VL", /ventricle.*VAL/],
    ["VISmma", /RSPagl, not in VIS/],
    ["VISmmp6a", /RSPagl, not in VIS/],
    ["VIS", /VISmma and VISmmp/],
  ])("%s", (acronym, says) => {
    expect(pitfalls(acronym)).toMatch(says);
  });

  it("are few, and name only structures that there are", () => {
    const withSome = regions().filter((region) => pitfallsOf(region).length > 0);
    expect(withSome.length).toBeGreaterThan(10);
    expect(withSome.length).toBeLessThan(40);
    for (const region of withSome) {
      const named =
        pitfallsOf(region)
          .join(" ")
          .match(/\b(VAL|VL|cpd|VISmm[ap]|RSPagl|VIS|CP)\b/g) ?? [];
      for (const acronym of named) expect(findRegion(acronym), acronym).toBeDefined();
    }
    expect(regionByAcronym("VAL").name).toBe("Ventral anterior-lateral complex of the thalamus");
    expect(regionByAcronym("cpd").name).toMatch(/peduncle/);
  });
});

describe("labelMeaningOf", () => {
  it.each([
    ["VISp5", /^finer than VISp, its region in Beryl/],
    ["VISp", /^a region of Beryl: .* 6 parts/],
    ["TH", /^coarse: .* no region in Beryl/],
    ["VL", /no region in Beryl$|^coarse/],
  ])("%s", (acronym, says) => {
    expect(labelMeaningOf(regionByAcronym(acronym))).toMatch(says);
  });
});
