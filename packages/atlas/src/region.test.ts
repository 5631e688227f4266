import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  findRegion,
  findRegionById,
  type Region,
  ROOT_ID,
  readLateralisedId,
  regionByAcronym,
  regionById,
  regions,
  VOID_ID,
} from "./region.js";
import { UnknownRegionError } from "./unknown-region-error.js";

const FIXTURES = new URL("../../../test/fixtures/atlas/", import.meta.url);
const labels: Record<string, number> = JSON.parse(readFileSync(new URL("allen-labels.json", FIXTURES), "utf8"));

function failure(read: () => unknown): UnknownRegionError {
  try {
    read();
  } catch (error) {
    if (error instanceof UnknownRegionError) return error;
    throw error;
  }
  throw new Error("expected an UnknownRegionError");
}

describe("the tree", () => {
  it("has the counts of the data file's README", () => {
    const all = regions();
    const parents = new Set(all.map((region) => region.parentId));
    expect(all).toHaveLength(1327);
    expect(all.filter((region) => !parents.has(region.id))).toHaveLength(1038);
    expect(Math.max(...all.map((region) => region.depth))).toBe(10);
    expect(all.filter((region) => region.parentId === null).map((region) => region.id)).toEqual([ROOT_ID]);
    expect(all.every((region) => /^[0-9A-F]{6}$/.test(region.color))).toBe(true);
  });

  it("is indexed by order, and reads back by id and by acronym", () => {
    for (const [i, region] of regions().entries()) {
      expect(region.order).toBe(i);
      expect(regionById(region.id)).toBe(region);
      expect(regionByAcronym(region.acronym)).toBe(region);
    }
  });

  it("holds VISp as Allen publishes it, leading zero of the colour included", () => {
    expect(regionById(385)).toEqual({
      id: 385,
      parentId: 669,
      acronym: "VISp",
      name: "Primary visual area",
      depth: 7,
      order: 185,
      color: "08858C",
    } satisfies Region);
  });

  it("cannot be changed by a caller", () => {
    expect(Object.isFrozen(regions())).toBe(true);
    expect(Object.isFrozen(regionById(385))).toBe(true);
  });
});

describe("lookup by acronym", () => {
  it("keeps CM and cm, IPF and ipf apart", () => {
    const found = ["CM", "cm", "IPF", "ipf"].map(regionByAcronym);
    expect(found.map((region) => [region.id, region.name])).toEqual([
      [599, "Central medial nucleus of the thalamus"],
      [967, "cranial nerves"],
      [624, "Interpeduncular fossa"],
      [49, "intraparafloccular fissure"],
    ]);
  });

  it("knows every label of Visual Coding Neuropixels by its id", () => {
    expect(Object.keys(labels)).toHaveLength(61);
    for (const [acronym, id] of Object.entries(labels)) expect(regionByAcronym(acronym).id).toBe(id);
  });

  it("reads VL as the lateral ventricle, and VAL as the thalamic nucleus", () => {
    expect(regionByAcronym("VL").name).toBe("lateral ventricle");
    expect(regionByAcronym("VAL").name).toBe("Ventral anterior-lateral complex of the thalamus");
  });

  it("answers undefined or an error, never root, for another case", () => {
    expect(findRegion("visp")).toBeUndefined();
    const error = failure(() => regionByAcronym("visp"));
    expect(error.query).toBe("visp");
    expect(error.nearest[0]).toBe("VISp");
    expect(error.message).toMatch(/^No region has the acronym "visp"\. Nearest: VISp, /);
    expect(error.name).toBe("UnknownRegionError");
  });

  it("is not fooled by names of object members", () => {
    for (const name of ["constructor", "__proto__", "toString"]) expect(findRegion(name)).toBeUndefined();
  });
});

describe("lookup by id", () => {
  it("does not know void, negative ids, fractions and NaN", () => {
    for (const id of [VOID_ID, -385, 385.5, Number.NaN, 13, 2147483647]) expect(findRegionById(id)).toBeUndefined();
  });

  it("explains a negative id and void", () => {
    const negative = failure(() => regionById(-385));
    expect(negative.nearest).toEqual(["385"]);
    expect(negative.message).toContain("left hemisphere");
    expect(failure(() => regionById(VOID_ID)).message).toContain("void");
  });

  it("names ids that are one slip away", () => {
    const error = failure(() => regionById(312782575));
    expect(error.query).toBe(312782575);
    expect(error.nearest[0]).toBe("312782574");
    expect(error.message).toContain("No region has the id 312782575. Nearest: 312782574");
  });
});

describe("readLateralisedId", () => {
  it("keeps the sign apart from the region", () => {
    expect(readLateralisedId(-385)).toEqual({ region: regionById(385), hemisphere: "left" });
    expect(readLateralisedId(385)).toEqual({ region: regionById(385), hemisphere: "right" });
    expect(readLateralisedId(-997).region.acronym).toBe("root");
  });

  it("refuses void and unknown ids", () => {
    expect(() => readLateralisedId(0)).toThrow(UnknownRegionError);
    expect(() => readLateralisedId(-13)).toThrow(UnknownRegionError);
  });
});
