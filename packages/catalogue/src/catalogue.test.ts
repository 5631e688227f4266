import { ask, createHub, type Question } from "@crossprobe/core";
import { memoryPlugin, memoryStores } from "@crossprobe/core/conformance";
import { beforeAll, describe, expect, it } from "vitest";
import { buildCatalogue } from "./build.js";
import type { Catalogue } from "./catalogue.js";

/**
 * The dataset of formulas: twelve sites, tip first, VISp5 (4), CA1 (4), cm, TH, one that is not registered, fi; units at sites 1, 5, 6, 9
 * and 10, the even ones of which pass. Its second session has no probe, its second probe no tables.
 */
const MADE = () => createHub({ stores: memoryStores(), adapters: [memoryPlugin()] });

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await buildCatalogue(MADE());
});

async function rowsOf(question: Question, column: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const row of (await catalogue.answer(question)).rows()) found.push(row[column]);
  return found;
}

describe("a catalogue of a small dataset", () => {
  it("counts its rows, and the probe that has none", () => {
    expect((["sessions", "probes", "channels", "units"] as const).map((kind) => catalogue.rowCount(kind))).toEqual([
      2, 2, 12, 5,
    ]);
    const [entry] = catalogue.datasets();
    expect(entry?.notices.map(({ code, count }) => [code, count])).toEqual([
      ["probes-without-channels", 1],
      ["probes-without-units", 1],
    ]);
  });

  it.each([
    ["CA1", { in: 4, out: 7, indeterminate: 0, unregistered: 1 }],
    ["LP", { in: 0, out: 10, indeterminate: 1, unregistered: 1 }],
    ["TH", { in: 1, out: 10, indeterminate: 0, unregistered: 1 }],
  ])("places its channels about %s", async (region, counts) => {
    expect((await catalogue.answer(ask("channels").inRegion(region).question)).coverage).toEqual({
      ...{ counts, excluded: 0, unmeasured: 0 },
    });
  });

  it("keeps units that may be where they are asked for under the policy possible, each saying so", async () => {
    const { question } = ask("units").inRegion("LP").policy("possible").select("unit", "membership");
    expect(await rowsOf(question, "membership")).toEqual(["indeterminate"]);
    expect(await rowsOf(question, "unit")).toEqual(["memory:unit:s1/p1/3"]);
    expect(await rowsOf(ask("units").inRegion("LP").question, "unit")).toEqual([]);
  });

  it("keeps out units that fail, and says how many", async () => {
    const answer = await catalogue.answer(ask("units").inRegion("CA1").passing().question);
    expect(answer.coverage).toEqual({
      ...{ counts: { in: 1, out: 1, indeterminate: 0, unregistered: 1 }, excluded: 2, unmeasured: 0 },
    });
  });

  it("groups units by verdict, the same as counting them", async () => {
    const { question } = ask("units")
      .groupBy("quality.memory-good@2026")
      .summarise({ of: "memory.snr", statistic: "median" })
      .sortBy("median(memory.snr)", "descending");
    const groups = await (await catalogue.answer(question)).groups();
    expect(groups.map(({ key, count, summaries }) => [Object.values(key)[0], count, summaries[0]?.value])).toEqual([
      [true, 3, 2.5],
      [false, 2, 2.5],
    ]);
  });

  it("finds sessions and probes by their channels; those without any are unregistered", async () => {
    expect(await rowsOf(ask("probes").inRegion("CA1").question, "probe")).toEqual(["memory:probe:s1/p1"]);
    expect(await rowsOf(ask("sessions").inRegion("CA1").question, "session")).toEqual(["memory:session:s1"]);
    const answer = await catalogue.answer(ask("sessions").inRegion("CA1").question);
    expect(answer.coverage.counts).toEqual({ in: 1, out: 0, indeterminate: 0, unregistered: 1 });
  });
});

describe("what a catalogue does not have is refused, naming what there is", () => {
  it.each<[string, Question, RegExp]>([
    ["a column", ask("units").with("deph", "x").question, /units have no column "deph"/],
    ["a metric", ask("units").withMetric("memory.snr2", {}).question, /no unit of the catalogue has the metric/],
    ["metrics of channels", ask("channels").withMetric("memory.snr", {}).question, /channels have no metrics/],
    ["a rule", ask("units").passing("none@2020").question, /there is no rule "none@2020"/],
    ["a rule for probes", ask("probes").passing().question, /rules are for units/],
    ["a dataset", ask("units").with("dataset", "ibm").question, /no dataset "ibm"/],
    ["texts of a number", ask("units").with("firingRate", "high").question, /firingRate is a number/],
    ["numbers of a text", ask("units").with("lab", { min: 1 }).question, /lab is a text/],
    ["a region as a column", ask("units").with("region", "CA1").question, /region is no condition/],
    ["a verdict as a column", ask("units").with("quality.memory-good@2026", "true").question, /is no condition/],
    [
      "a verdict as a number",
      ask("units").summarise({ of: "quality.memory-good@2026", statistic: "mean" }).question,
      /is no number/,
    ],
    ["groups by numbers", ask("units").groupBy("firingRate").question, /firingRate is a number/],
    [
      "an order by what is not summarised",
      ask("units").groupBy("lab").summarise({ of: "firingRate", statistic: "median" }).sortBy("mean(firingRate)")
        .question,
      /groups cannot be sorted by mean\(firingRate\)/,
    ],
  ])("%s", async (_, question, says) => {
    await expect(catalogue.answer(question)).rejects.toMatchObject({
      ...{ code: "query", message: expect.stringMatching(says), hint: expect.any(String) },
    });
  });

  it("and anything of a catalogue of nothing", async () => {
    const nothing = await buildCatalogue(createHub({ stores: memoryStores(), adapters: [] }));
    await expect(nothing.answer(ask("units").question)).rejects.toMatchObject({ code: "query" });
  });
});
