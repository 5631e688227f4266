import { readFileSync } from "node:fs";
import { MAPPINGS, type Mapping, regions } from "@crossprobe/atlas";
import { describe, expect, it } from "vitest";
import { inStructure, membershipOfLabels, type RegionSet } from "./region-set.js";
import { formatRegionSet, parseRegionText } from "./region-text.js";

const { sets }: { sets: readonly { set: RegionSet }[] } = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/region-query/membership.json", import.meta.url), "utf8"),
);

const [CA1, CA3, HPF, TH] = ["CA1", "CA3", "HPF", "TH"].map((region) => ({ region })) as [
  RegionSet,
  RegionSet,
  RegionSet,
  RegionSet,
];

describe("parseRegionText", () => {
  it.each<[string, RegionSet]>([
    ["CA1", CA1],
    ["  CA1  ", CA1],
    ["382", CA1],
    ["Field CA1", CA1],
    ['"Field CA1"', CA1],
    ["CA1,CA3", { anyOf: [CA1, CA3] }],
    ["CA1 | CA3 , TH", { anyOf: [CA1, CA3, TH] }],
    ["HPF & !CA1", { allOf: [HPF, { not: CA1 }] }],
    ["HPF & !(CA1, CA3)", { allOf: [HPF, { not: { anyOf: [CA1, CA3] } }] }],
    ["CA1, HPF & TH", { anyOf: [CA1, { allOf: [HPF, TH] }] }],
    ["(CA1, HPF) & TH", { allOf: [{ anyOf: [CA1, HPF] }, TH] }],
    ["!!CA1", { not: { not: CA1 } }],
    ["((CA1))", CA1],
    ["! ( CA1 )", { not: CA1 }],
    ["fiber tracts, CUL4 5mo", { anyOf: [{ region: "fiber tracts" }, { region: "CUL4 5mo" }] }],
    ["VISp2/3 & LGd-sh", { allOf: [{ region: "VISp2/3" }, { region: "LGd-sh" }] }],
    ["or, NOT, In", { anyOf: [{ region: "or" }, { region: "NOT" }, { region: "In" }] }],
    ["cm, CM", { anyOf: [{ region: "cm" }, { region: "CM" }] }],
    ["Primary visual area, layer 5", { region: "VISp5" }],
    ["VISp@beryl, CA1", { anyOf: [{ region: "VISp", mapping: "beryl" }, CA1] }],
    ['"Primary visual area" @ beryl', { region: "VISp", mapping: "beryl" }],
  ])("%s", (text, set) => {
    expect(parseRegionText(text)).toEqual(set);
  });

  it("asks structures that name no mapping in the one given", () => {
    expect(parseRegionText("VISp, CA1@allen", "beryl")).toEqual({ anyOf: [{ region: "VISp", mapping: "beryl" }, CA1] });
  });

  it("reads every structure by acronym, id and name, quoted or not", () => {
    for (const { acronym, id, name } of regions()) {
      for (const text of [acronym, `"${acronym}"`, String(id), name, `"${name}"`, `(${acronym})`])
        expect(parseRegionText(text)).toEqual({ region: acronym });
      expect(parseRegionText(`!"${name}"&${acronym}`)).toEqual({
        allOf: [{ not: { region: acronym } }, { region: acronym }],
      });
    }
  });

  it("is frozen all the way down", () => {
    const set = parseRegionText("HPF & !(CA1, CA3)");
    const isFrozen = (value: unknown): boolean =>
      typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen));
    expect(isFrozen(set)).toBe(true);
  });

  it.each<[string, RegExp, RegExp]>([
    ["", /^a structure is missing, in an empty text$/, /write one as CA1, 382 or/],
    ["   ", /^a structure is missing, in an empty text$/, /./],
    ["CA1,", /^a structure is missing, at column 5 of "CA1,"$/, /./],
    ["CA1,,CA3", /^a structure is missing, at column 5 of/, /./],
    ["CA1 & & CA3", /^a structure is missing, at column 7 of/, /./],
    ["& CA1", /^a structure is missing, at column 1 of/, /./],
    ["!", /^a structure is missing, at column 2 of/, /./],
    ["()", /^a structure is missing, at column 2 of/, /./],
    ["CA1, VISpp", /^no region is called "VISpp" .*, at column 6 of "CA1, VISpp"$/, /did you mean .*VISp/],
    ["CA1, (HPF & ca3)", /^no region is called "ca3" .*, at column 13 of/, /did you mean CA3\?/],
    ["TH, -382", /^no structure has the id -382, at column 5 of/, /left hemisphere's: ask for 382/],
    ["(CA1, CA3", /^a parenthesis is not closed, at column 1 of/, /put "\)"/],
    ["CA1)", /^"\)" has no place, at column 4 of/, /take it away/],
    ["CA1 (CA3)", /^"\(" has no place, at column 5 of/, /join structures/],
    ['CA1, "Field CA3', /^a quote is not closed, at column 6 of/, /./],
    ['""', /^a structure is missing, at column 1 of/, /./],
    ["VISp@brodmann", /^"brodmann" is no mapping, at column 6 of/, /there are allen, beryl/],
    ["VISp5@beryl", /^VISp5 is finer than the mapping beryl, .*, at column 1 of/, /ask for VISp/],
    ["CA1 or CA3", /^no region is called "CA1 or CA3"/, /use signs: "," joins/],
    ["not CA1", /^no region is called "not CA1"/, /use signs/],
    ["HPF without CA1", /^no region is called "HPF without CA1"/, /use signs/],
    [`${"(".repeat(100_000)}CA1`, /^more than 64 signs lie inside each other, at column 65 of/, /flatter/],
    ["!".repeat(100_000), /^more than 64 signs/, /flatter/],
  ])("refuses %.30s", (text, says, hint) => {
    expect(() => parseRegionText(text)).toThrow(
      expect.objectContaining({
        code: "query",
        message: expect.stringMatching(says),
        hint: expect.stringMatching(hint),
      }),
    );
  });
});

describe("formatRegionSet", () => {
  it.each([
    "CA1",
    "CA1, CA3",
    "CA1 & CA3, TH",
    "(CA1, CA3) & TH",
    "HPF & !(CA1, CA3)",
    "!!CA1",
    "fiber tracts & VISp2/3",
    "VISp@beryl",
    "CA1, (CA3, TH)",
    "CA1 & (CA3 & TH)",
  ])("writes %s as it was read", (text) => {
    expect(formatRegionSet(parseRegionText(text))).toBe(text);
  });

  it.each<[Mapping, string]>([
    ["allen", "VISp@beryl & CA1"],
    ["beryl", "VISp & CA1@allen"],
    ["cosmos", "VISp@beryl & CA1@allen"],
  ])("names mappings other than %s", (mapping, text) => {
    const set = { allOf: [inStructure("VISp", "beryl"), inStructure("CA1")] };
    expect(formatRegionSet(set, mapping)).toBe(text);
    expect(parseRegionText(text, mapping)).toEqual(set);
  });

  it.each(MAPPINGS)("is read back with the same meaning (random sets, %s unsaid)", (mapping) => {
    expect(sets.length).toBeGreaterThan(50);
    for (const { set } of sets) {
      const text = formatRegionSet(set, mapping);
      const back = parseRegionText(text, mapping);
      expect(membershipOfLabels(back), text).toEqual(membershipOfLabels(set));
      expect(formatRegionSet(back, mapping)).toBe(text);
    }
  });
});
