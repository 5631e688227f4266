import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { findRegion, MAPPINGS, type Mapping, mapRegion, regionByAcronym, regions } from "@crossprobe/atlas";
import { describe, expect, it } from "vitest";
import { MEMBERSHIPS, TRUTH } from "./membership.js";
import { checkRegionSet, inStructure, membershipOfLabels, membershipOfRow, type RegionSet } from "./region-set.js";

/** Written by another program, from the table of structures: see its README. */
const golden: {
  readonly structures: Record<Mapping, { in: (number | string)[]; indeterminate: (number | string)[]; sha256: string }>;
  readonly sets: readonly { set: RegionSet; counts: Record<string, number>; sha256: string }[];
} = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/region-query/membership.json", import.meta.url), "utf8"),
);

const LETTERS = "oi?";
const letters = (truths: Uint8Array) => [...truths].map((truth) => LETTERS[truth] ?? "x").join("");
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const count = (text: string, letter: string) => text.split(letter).length - 1;

function answerOf(acronym: string, mapping: Mapping): string {
  try {
    return letters(membershipOfLabels(inStructure(acronym, mapping)));
  } catch (error) {
    return String(error).includes("is finer than the mapping") ? "finer" : "none";
  }
}

const labelled = (set: RegionSet, label: string) => MEMBERSHIPS[indexOf(set, label)];
function indexOf(set: RegionSet, label: string): number {
  const truth = membershipOfLabels(set)[regionByAcronym(label).order];
  return truth === TRUTH.in ? 0 : truth === TRUTH.out ? 1 : 2;
}

describe("against an independent walk of the tree", () => {
  it.each(MAPPINGS)("each label and each structure, in the mapping %s", (mapping) => {
    const expected = golden.structures[mapping];
    const answers = regions().map(({ acronym }) => answerOf(acronym, mapping));
    const countOf = (letter: string) =>
      answers.map((answer) => (answer === "finer" || answer === "none" ? answer : count(answer, letter)));
    expect(countOf("i")).toEqual(expected.in);
    expect(countOf("?")).toEqual(expected.indeterminate);
    expect(sha256(answers.join("\n"))).toBe(expected.sha256);
  });

  it.each(golden.sets.map((one, i) => [i, one] as const))("random set %i", (_, { set, counts, sha256: digest }) => {
    const answer = letters(membershipOfLabels(set));
    expect({ in: count(answer, "i"), out: count(answer, "o"), indeterminate: count(answer, "?") }).toEqual(counts);
    expect(sha256(answer)).toBe(digest);
  });
});

describe("every label and every structure", () => {
  const all = regions();
  const answers = all.map(({ acronym }) => membershipOfLabels({ region: acronym }));

  it("has exactly one membership; only what lies above is indeterminate", () => {
    for (const [asked, answer] of answers.entries()) {
      expect(answer).toHaveLength(all.length);
      const above = new Set<number>();
      for (let up = all[asked]?.parentId ?? null; up !== null; up = all.find(({ id }) => id === up)?.parentId ?? null)
        above.add(up);
      const wrong = [...answer].filter((truth, label) => {
        const isAbove = above.has(all[label]?.id ?? 0);
        return isAbove ? truth !== TRUTH.indeterminate : truth !== TRUTH.in && truth !== TRUTH.out;
      });
      expect(wrong).toEqual([]);
    }
  });

  it("is monotone: in a part is in the whole, out of the whole is out of its parts", () => {
    const orderOf = new Map(all.map(({ id, order }) => [id, order]));
    for (const child of all.filter(({ parentId }) => parentId !== null)) {
      const part = answers[child.order] ?? [];
      const whole = answers[orderOf.get(child.parentId ?? 0) ?? 0] ?? [];
      const isMonotone = [...part].every(
        (truth, label) =>
          (truth !== TRUTH.in || whole[label] === TRUTH.in) && (whole[label] !== TRUTH.out || truth === TRUTH.out),
      );
      expect(isMonotone, child.acronym).toBe(true);
    }
  });

  it("is the other way round in the complement, which leaves open what was open", () => {
    for (const { acronym, order } of all) {
      const turned = membershipOfLabels({ not: { region: acronym } });
      const expected = letters(answers[order] ?? new Uint8Array()).replace(/[io]/g, (letter) =>
        letter === "i" ? "o" : "i",
      );
      expect(letters(turned)).toBe(expected);
    }
  });

  it("follows De Morgan; unions only add, intersections only take away", () => {
    const sets = golden.sets.map(({ set }) => set);
    for (const [i, a] of sets.entries()) {
      const b = sets[(i + 1) % sets.length] ?? a;
      const [of, union, both] = [a, { anyOf: [a, b] }, { allOf: [a, b] }].map(membershipOfLabels) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      expect(union).toEqual(membershipOfLabels({ not: { allOf: [{ not: a }, { not: b }] } }));
      expect(both).toEqual(membershipOfLabels({ not: { anyOf: [{ not: a }, { not: b }] } }));
      for (const label of all.keys()) {
        if (of[label] === TRUTH.in) expect(union[label]).toBe(TRUTH.in);
        if (union[label] === TRUTH.out) expect(of[label]).toBe(TRUTH.out);
        if (of[label] === TRUTH.out) expect(both[label]).toBe(TRUTH.out);
        if (both[label] === TRUTH.in) expect(of[label]).toBe(TRUTH.in);
      }
    }
  });
});

describe("in a mapping", () => {
  it.each(["beryl", "cosmos"] as const)(
    "%s: every label that it has a region for answers as that region",
    (mapping) => {
      const asked = new Set(regions().flatMap((region) => mapRegion(region, mapping)?.acronym ?? []));
      for (const acronym of asked) {
        const answer = membershipOfLabels({ region: acronym, mapping });
        for (const label of regions()) {
          const own = mapRegion(label, mapping);
          if (own !== undefined && answer[label.order] !== answer[own.order])
            expect.fail(`${label.acronym} in ${acronym}`);
        }
      }
    },
  );

  it("a label that it cannot place is no unknown one, and is asked as it is", () => {
    expect(mapRegion(regionByAcronym("TH"), "beryl")).toBeUndefined();
    expect(labelled(inStructure("VAL", "beryl"), "TH")).toBe("indeterminate");
    expect(labelled(inStructure("CA1", "beryl"), "TH")).toBe("out");
    expect(labelled(inStructure("TH", "beryl"), "TH")).toBe("in");
    expect(labelled(inStructure("CA1", "beryl"), "VL")).toBe("out");
  });

  it("a region inside another one (Swanson) leaves open only what lies above it", () => {
    // The table: HATA and HPF itself are HPF in Swanson, where CA1, within HPF, is a region of its own.
    expect(labelled(inStructure("CA1", "swanson"), "HPF")).toBe("indeterminate");
    expect(labelled(inStructure("CA1", "swanson"), "HATA")).toBe("out");
    expect(labelled(inStructure("CA1", "swanson"), "CA1so")).toBe("in");
    expect(labelled(inStructure("HPF", "swanson"), "CA1")).toBe("in");
  });

  it("refuses what it cannot tell apart or does not have", () => {
    expect(() => inStructure("VISp5", "beryl")).toThrow(
      /VISp5 is finer than the mapping beryl, where it belongs to VISp/,
    );
    expect(() => inStructure("CA1", "cosmos")).toThrow(/belongs to HPF/);
    expect(() => inStructure("cc", "beryl")).toThrow(/the mapping beryl has no region in cc/);
    expect(() => membershipOfLabels({ region: "VISp5", mapping: "beryl" })).toThrow(/finer/);
  });
});

describe("labels that bite", () => {
  // [label, asked, membership], from the tree: TH holds VAL; grey holds all grey matter; VISmma lies in RSPagl; VL is a ventricle.
  it.each([
    ["TH", "VAL", "indeterminate"],
    ["TH", "TH", "in"],
    ["TH", "CA1", "out"],
    ["VIS", "VISp", "indeterminate"],
    ["VISp5", "VIS", "in"],
    ["grey", "CA1", "indeterminate"],
    ["grey", "grey", "in"],
    ["grey", "cc", "out"],
    ["root", "VISp", "indeterminate"],
    ["VISmma", "VIS", "out"],
    ["VISmmp6a", "VIS", "out"],
    ["VISmma", "RSPagl", "in"],
    ["VL", "TH", "out"],
    ["VL", "VS", "in"],
    ["VAL", "VL", "out"],
    ["CM", "cm", "out"],
    ["cm", "CM", "out"],
    ["CM", "TH", "in"],
    ["cm", "fiber tracts", "in"],
    ["IPF", "ipf", "out"],
    ["ipf", "IPF", "out"],
    ["VISp6a", "VISp", "in"],
    ["VISp", "VISp5", "indeterminate"],
    ["VISp6a", "VISp5", "out"],
    ["VISp2/3", "VISp", "in"],
    ["LGd-sh", "LGd", "in"],
    ["LGd", "LGd-sh", "indeterminate"],
    ["LGd-co", "LGd-sh", "out"],
    ["CP", "MB", "out"],
    ["or", "fiber tracts", "in"],
    ["NOT", "MB", "in"],
  ] as const)("%s asked for %s is %s", (label, asked, expected) => {
    expect(findRegion(label)).toBeDefined();
    expect(labelled(inStructure(asked), label)).toBe(expected);
  });

  it("VISmma is RSPagl in Beryl, as is what it is part of", () => {
    expect(labelled(inStructure("RSPagl", "beryl"), "VISmma")).toBe("in");
    expect(labelled(inStructure("VIS", "beryl"), "VISmma")).toBe("out");
    expect(() => inStructure("VISmma", "beryl")).toThrow(/belongs to RSPagl/);
  });
});

describe("rows", () => {
  const ca1 = membershipOfLabels(inStructure("CA1"));
  const elsewhere = membershipOfLabels({ not: inStructure("CA1") });
  const label = (acronym: string) => ({
    region: { acronym, id: regionByAcronym(acronym).id, granularity: "area" as const },
    regionAbsent: null,
  });

  it("answer by their label", () => {
    expect([label("CA1"), label("CA3"), label("HPF")].map((row) => membershipOfRow(ca1, row))).toEqual([
      ...[TRUTH.in, TRUTH.out, TRUTH.indeterminate],
    ]);
  });

  it.each(["notRegistered", "notRecorded", "notReleased", "failedQc", "unknown"] as const)(
    "without one (%s) are unregistered, never out",
    (regionAbsent) => {
      for (const labels of [ca1, elsewhere])
        expect(membershipOfRow(labels, { region: null, regionAbsent })).toBe(TRUTH.unregistered);
    },
  );

  it("outside the brain are in no part of it", () => {
    for (const labels of [ca1, elsewhere])
      expect(membershipOfRow(labels, { region: null, regionAbsent: "outsideBrain" })).toBe(TRUTH.out);
  });

  it("with a label that the atlas does not have are an error", () => {
    const region = { acronym: "Nope", id: 4_000_000, granularity: "area" as const };
    expect(() => membershipOfRow(ca1, { region, regionAbsent: null })).toThrow(/no structure 4000000 \(Nope\)/);
  });
});

describe("structures", () => {
  it("are told by acronym, id and name", () => {
    for (const { acronym, id, name } of regions()) {
      expect(inStructure(acronym)).toEqual({ region: acronym });
      expect(inStructure(id)).toEqual({ region: acronym });
      expect(inStructure(String(id))).toEqual({ region: acronym });
      expect(inStructure(name.toUpperCase()).region).toBe(acronym);
    }
    expect(inStructure(" Primary visual area, layer 5 ")).toEqual({ region: "VISp5" });
  });

  it.each([
    ["ca1", /no region is called "ca1"/, /did you mean CA1\?/],
    ["VISpp", /no region is called "VISpp"/, /did you mean .*VISp/],
    [-382, /no structure has the id -382/, /left hemisphere's: ask for 382/],
    [3820000, /no structure has the id 3820000/, /Ids are those of the Allen CCF 2017/],
    [0, /no structure has the id 0/, /Ids/],
    [Number.NaN, /no region is called "NaN"/, /./],
    ["", /no region is called ""/, /./],
  ])("%s is none", (structure, says, hint) => {
    expect(() => inStructure(structure)).toThrow(
      expect.objectContaining({
        code: "query",
        message: expect.stringMatching(says),
        hint: expect.stringMatching(hint),
      }),
    );
  });

  it("of a set are checked with their place", () => {
    const set = { anyOf: [{ region: "CA1" }, { not: { allOf: [{ region: "CA3" }, { region: "CA9" }] } }] };
    expect(() => checkRegionSet(set, "set")).toThrow(/^set\.anyOf\[1\]\.not\.allOf\[1\]: no region is called "CA9"/);
  });
});
