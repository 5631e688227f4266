import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ancestors, descendants, isWithin } from "./hierarchy.js";
import { findRegionById, ROOT_ID, regionByAcronym, regionById, regions } from "./region.js";

interface Golden {
  readonly trees: readonly {
    readonly ids: number | readonly number[];
    readonly ancestor_ids: { readonly returns: readonly number[] };
    readonly descendants_count?: { readonly returns?: number };
    readonly descendant_ids_first_60?: { readonly returns?: readonly number[] };
  }[];
  readonly subtrees: readonly { readonly id: number; readonly returns: readonly number[] }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/atlas/regions.json", import.meta.url), "utf8"),
);
const ids = (list: readonly { readonly id: number }[]) => list.map((region) => region.id);

describe("against iblatlas", () => {
  it("has the ancestors and descendants of each region", () => {
    let compared = 0;
    for (const tree of golden.trees) {
      const region = typeof tree.ids === "number" ? findRegionById(tree.ids) : undefined;
      if (!region) continue;
      expect([...ids(ancestors(region))].reverse().concat(region.id)).toEqual(tree.ancestor_ids.returns);
      expect(descendants(region).length + 1).toBe(tree.descendants_count?.returns);
      const shown = tree.descendant_ids_first_60?.returns ?? [];
      expect([region.id, ...ids(descendants(region))]).toEqual(expect.arrayContaining([...shown]));
      compared++;
    }
    expect(compared).toBeGreaterThan(5);
  });

  it("has the subtrees", () => {
    const rightHalf = golden.subtrees.filter(({ id }) => id > 0);
    expect(rightHalf).toHaveLength(3);
    for (const { id, returns } of rightHalf) {
      const region = regionById(id);
      const subtree = [...ids(ancestors(region))].reverse().concat(id, ids(descendants(region)));
      expect([...subtree].sort((a, b) => a - b)).toEqual([...returns].sort((a, b) => a - b));
    }
  });
});

describe("the hierarchy", () => {
  it("agrees with the parent links for every region", () => {
    const children = new Map<number, number[]>();
    for (const region of regions()) {
      if (region.parentId !== null)
        children.set(region.parentId, [...(children.get(region.parentId) ?? []), region.id]);
    }
    const walk = (id: number): number[] => (children.get(id) ?? []).flatMap((child) => [child, ...walk(child)]);
    for (const region of regions()) expect(ids(descendants(region))).toEqual(walk(region.id));
  });

  it("gives ancestors nearest first, without the region itself", () => {
    expect(ancestors(regionByAcronym("VISp5")).map((region) => region.acronym)).toEqual([
      "VISp",
      "VIS",
      "Isocortex",
      "CTXpl",
      "CTX",
      "CH",
      "grey",
      "root",
    ]);
    expect(ancestors(regionById(ROOT_ID))).toEqual([]);
    expect(descendants(regionByAcronym("VISp5"))).toEqual([]);
  });

  it("counts a region within itself, and not its neighbours", () => {
    const within = (a: string, b: string) => isWithin(regionByAcronym(a), regionByAcronym(b));
    expect(within("VISp", "VISp")).toBe(true);
    expect(within("VISp5", "VIS")).toBe(true);
    expect(within("VIS", "VISp5")).toBe(false);
    expect(within("VISmma", "VIS")).toBe(false);
    expect(within("VISmma", "RSPagl")).toBe(true);
    expect(within("VL", "TH")).toBe(false);
    expect(within("retina", "root")).toBe(true);
  });

  it("answers isWithin as the ancestors do, for every pair with VIS, TH and RSPagl", () => {
    for (const ancestor of ["VIS", "TH", "RSPagl", "fiber tracts"].map(regionByAcronym)) {
      for (const region of regions()) {
        expect(isWithin(region, ancestor)).toBe(region === ancestor || ancestors(region).includes(ancestor));
      }
    }
  });
});
