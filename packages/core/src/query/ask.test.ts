import { describe, expect, it } from "vitest";
import { ask, asking } from "./ask.js";
import { parseQuestion } from "./question.js";

describe("ask", () => {
  it("builds the question as data", () => {
    const { question } = ask("units")
      .inRegion("CA1")
      .inRegion(385, "beryl")
      .inRegion({ not: { region: "CA3" } })
      .inHemisphere("left")
      .inBox({ ap: [1, 2] })
      .near({ ap: 1, dv: 2, ml: 3 }, 500)
      .passing()
      .passing("ibl-good@2023")
      .withMetric("allen.snr", { min: 1 })
      .with("lab", "a")
      .with("lab", ["a", "b"])
      .with("firingRate", { min: 0, max: 5 })
      .having("lfp", "pupil")
      .where({ column: "genotype", contains: "Sst" })
      .mappedTo("cosmos")
      .policy("possible")
      .groupBy("dataset")
      .groupBy("region")
      .summarise({ of: "firingRate", statistic: "median" })
      .sortBy("count", "descending")
      .sortBy("region")
      .limit(5)
      .select("ref")
      .select("region");
    expect(question).toStrictEqual({
      kind: "units",
      where: [
        { inRegion: { region: "CA1" } },
        { inRegion: { region: "VISp", mapping: "beryl" } },
        { inRegion: { not: { region: "CA3" } } },
        { hemisphere: "left" },
        { inBox: { ap: [1, 2] } },
        { near: { ap: 1, dv: 2, ml: 3, withinUm: 500 } },
        { rule: "default" },
        { rule: "ibl-good@2023" },
        { metric: "allen.snr", min: 1 },
        { column: "lab", oneOf: ["a"] },
        { column: "lab", oneOf: ["a", "b"] },
        { column: "firingRate", min: 0, max: 5 },
        { has: "lfp" },
        { has: "pupil" },
        { column: "genotype", contains: "Sst" },
      ],
      policy: "possible",
      mapping: "cosmos",
      groupBy: ["dataset", "region"],
      summaries: [{ of: "firingRate", statistic: "median" }],
      sort: [
        { by: "count", descending: true },
        { by: "region", descending: false },
      ],
      limit: 5,
      columns: ["ref", "region"],
    });
    expect(parseQuestion(JSON.parse(JSON.stringify(question)))).toStrictEqual(question);
    expect(asking(question).question).toStrictEqual(question);
  });

  it("gives a new question each time, and freezes nothing of the caller's", () => {
    const labs = ["a", "b"];
    const all = ask("units");
    const some = all.with("lab", labs);
    labs.push("c");
    expect(all.question.where).toEqual([]);
    expect(some.question.where).toEqual([{ column: "lab", oneOf: ["a", "b"] }]);
    expect(() => Object.assign(some.question, { kind: "probes" })).toThrow(TypeError);
    expect(Object.isFrozen(some.question.where[0])).toBe(true);
  });

  it("leaves out bounds that say nothing, as JSON has no infinity", () => {
    const { question } = ask("units")
      .withMetric("snr", { min: -Infinity, max: 3 })
      .with("firingRate", { max: Infinity });
    expect(question.where).toStrictEqual([{ metric: "snr", max: 3 }, { column: "firingRate" }]);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["a structure that there is not", () => ask("units").inRegion("CA9"), /no region is called "CA9"/],
    [
      "one inside a set",
      () => ask("units").inRegion({ not: { region: "CA9" } }),
      /^where\[0\]\.inRegion\.not: .*"CA9"/,
    ],
    [
      "bounds the wrong way round",
      () => ask("units").withMetric("snr", { min: 3, max: 1 }),
      /^where\[0\] asks for values from 3 to 1/,
    ],
    [
      "bounds that are no numbers",
      () => ask("units").with("x", { min: Number.NaN }),
      /^where\[0\]\.min should be a number, not NaN/,
    ],
    ["a box the wrong way round", () => ask("units").inBox({ ml: [2, 1] }), /^where\[0\]\.inBox\.ml asks for/],
    [
      "a distance of nothing",
      () => ask("units").near({ ap: 1, dv: 1, ml: 1 }, 0),
      /^where\[0\]\.near\.withinUm should be more/,
    ],
    ["no texts", () => ask("units").with("lab", []), /^where\[0\]\.oneOf is empty/],
    ["half a row", () => ask("units").limit(0.5), /^limit should be a whole number/],
    [
      "a quantile above one",
      () => ask("units").summarise({ of: "x", statistic: { quantile: 50 } }),
      /quantile should be at most 1, not 50/,
    ],
  ])("refuses %s", (_, make, says) => {
    expect(make).toThrow(expect.objectContaining({ code: "query", message: expect.stringMatching(says) }));
  });
});
