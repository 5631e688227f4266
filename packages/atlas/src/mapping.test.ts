import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ancestors, descendants } from "./hierarchy.js";
import { granularityOf, MAPPINGS, type Mapping, mapRegion, toRegionLabel } from "./mapping.js";
import { findRegion, findRegionById, ROOT_ID, regionByAcronym, regionById, regions, VOID_ID } from "./region.js";

const FIXTURES = new URL("../../../test/fixtures/atlas/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, FIXTURES), "utf8"));
const golden: {
  ids: number[];
  unknown_ids: number[];
  acronyms: string[];
  lookups: { id2id: Record<string, number[][]>; acronym2acronym: Record<string, string[][]> };
  mapping_counts: Record<string, { distinct_ids: number }>;
} = read("regions.json");
const lists: Record<Exclude<Mapping, "allen">, number[]> = read("mapping-ids.json");
const labels: Record<string, number> = read("allen-labels.json");

const upstreamName = { allen: "Allen", beryl: "Beryl", cosmos: "Cosmos", swanson: "Swanson" } as const;
const grouped = (mapping: Mapping) => regions().flatMap((region) => mapRegion(region, mapping) ?? []);
const mapped = (acronym: string, mapping: Mapping) => mapRegion(regionByAcronym(acronym), mapping)?.acronym;

describe("counts of the data file's README", () => {
  it.each([
    ["beryl", 306, 927],
    ["cosmos", 10, 1094],
    ["swanson", 321, 937],
    ["allen", 1326, 1326],
  ] as const)("%s has %i regions over %i structures", (mapping, distinct, rows) => {
    expect(new Set(grouped(mapping)).size).toBe(distinct);
    expect(grouped(mapping)).toHaveLength(rows);
  });

  it("cosmos divides as published", () => {
    const sizes = new Map<string, number>();
    for (const { acronym } of grouped("cosmos")) sizes.set(acronym, (sizes.get(acronym) ?? 0) + 1);
    expect(Object.fromEntries(sizes)).toEqual({
      Isocortex: 374,
      HB: 132,
      HPF: 101,
      HY: 91,
      CB: 87,
      MB: 76,
      OLF: 75,
      TH: 74,
      CNU: 69,
      CTXsp: 15,
    });
  });
});

describe("against iblatlas", () => {
  it.each(MAPPINGS)("%s of each id, where root means no region", (mapping) => {
    const answers = golden.lookups.id2id[upstreamName[mapping]] ?? [];
    for (const [i, id] of golden.ids.entries()) {
      if (id === VOID_ID) continue;
      const [answer] = answers[i] ?? [];
      const region = mapRegion(regionById(Math.abs(id)), mapping);
      expect(region?.id ?? ROOT_ID).toBe(Math.abs(answer ?? Number.NaN));
    }
  });

  it.each(MAPPINGS)("%s of each acronym", (mapping) => {
    const answers = golden.lookups.acronym2acronym[upstreamName[mapping]] ?? [];
    for (const [i, acronym] of golden.acronyms.entries()) {
      const region = findRegion(acronym);
      if (acronym === "void") expect(region).toBeUndefined();
      else expect(region && (mapRegion(region, mapping)?.acronym ?? "root")).toBe(answers[i]?.[0]);
    }
  });

  it.each(MAPPINGS)("%s has two regions fewer than upstream counts: void and root", (mapping) => {
    expect(new Set(grouped(mapping)).size + 2).toBe(golden.mapping_counts[upstreamName[mapping]]?.distinct_ids);
  });

  it("knows none of the ids that upstream does not know", () => {
    for (const id of golden.unknown_ids) expect(findRegionById(id)).toBeUndefined();
  });

  it.each(["beryl", "cosmos", "swanson"] as const)("%s is the nearest listed ancestor, itself included", (mapping) => {
    const listed = new Set(lists[mapping]);
    for (const region of regions()) {
      const expected = [region, ...ancestors(region)].find(({ id }) => listed.has(id));
      expect(mapRegion(region, mapping)).toBe(expected);
    }
  });
});

describe("mapRegion", () => {
  it("collapses layers and subdivisions, and is coarser than Allen's labels in places", () => {
    expect(mapped("VISp5", "beryl")).toBe("VISp");
    expect(mapped("CA1sp", "beryl")).toBe("CA1");
    expect(mapped("DG-mo", "beryl")).toBe("DG");
    expect(mapped("MGv", "beryl")).toBe("MG");
    expect(mapped("SCop", "beryl")).toBe("SCs");
    expect(mapped("VISmma", "beryl")).toBe("RSPagl");
    expect(mapped("LGd-co", "cosmos")).toBe("TH");
  });

  it("has no region where the label is too coarse or outside, and never root", () => {
    expect(mapped("TH", "beryl")).toBeUndefined();
    expect(mapped("TH", "cosmos")).toBe("TH");
    expect(mapped("grey", "cosmos")).toBeUndefined();
    expect(mapped("fiber tracts", "beryl")).toBeUndefined();
    expect(mapped("VL", "cosmos")).toBeUndefined();
    expect(mapped("SCs", "swanson")).toBeUndefined();
    expect(mapped("SCop", "swanson")).toBe("SCop");
    for (const mapping of MAPPINGS) {
      expect(mapRegion(regionById(ROOT_ID), mapping)).toBeUndefined();
      expect(grouped(mapping).some(({ id }) => id === ROOT_ID || id === VOID_ID)).toBe(false);
    }
  });

  it("leaves the ambiguous labels of Visual Coding as they are in `allen`", () => {
    for (const acronym of ["grey", "TH", "VL"]) expect(mapped(acronym, "allen")).toBe(acronym);
  });

  it("is idempotent, and beryl refines cosmos", () => {
    for (const region of regions()) {
      for (const mapping of MAPPINGS) {
        const group = mapRegion(region, mapping);
        if (group) expect(mapRegion(group, mapping)).toBe(group);
      }
      const beryl = mapRegion(region, "beryl");
      if (beryl) expect(mapRegion(region, "cosmos")).toBe(mapRegion(beryl, "cosmos"));
    }
  });

  it("has no Beryl region for seven of Allen's 61 labels, and another one for twelve", () => {
    const all = Object.keys(labels).map(regionByAcronym);
    const none = all.filter((region) => !mapRegion(region, "beryl"));
    const other = all.filter((region) => (mapRegion(region, "beryl") ?? region) !== region);
    expect(none.map(({ acronym }) => acronym).sort()).toEqual(["HPF", "MB", "OLF", "TH", "VIS", "VL", "grey"]);
    expect(other.map(({ acronym }) => acronym).sort()).toEqual(
      "BMAa COApm MGd MGm MGv SCig SCiw SCop SCsg SCzo VISmma VISmmp".split(" "),
    );
  });
});

describe("granularityOf", () => {
  it.each([
    ["VISp", "area"],
    ["LP", "area"],
    ["VISp5", "layer"],
    ["MGv", "layer"],
    ["DG-mo", "layer"],
    ["TH", "parent"],
    ["grey", "parent"],
    ["root", "parent"],
    ["VIS", "parent"],
    ["fiber tracts", "parent"],
    ["aco", "area"],
    ["V3", "area"],
  ] as const)("%s is %s", (acronym, granularity) => {
    expect(granularityOf(regionByAcronym(acronym))).toBe(granularity);
  });

  it("is parent for exactly the branches without a Beryl region, and area for the 306 regions", () => {
    const berylIds = new Set(lists.beryl);
    for (const region of regions()) {
      const below = [region, ...ancestors(region)].findIndex(({ id }) => berylIds.has(id));
      const outside = descendants(region).length === 0 ? "area" : "parent";
      expect(granularityOf(region)).toBe(below === 0 ? "area" : below > 0 ? "layer" : outside);
    }
  });

  it("stands in the label with acronym and id", () => {
    expect(toRegionLabel(regionByAcronym("VISp5"))).toEqual({ acronym: "VISp5", id: 778, granularity: "layer" });
  });
});
