import { readFileSync } from "node:fs";
import {
  buildCatalogue,
  type Cohort,
  createCohort,
  diffCohorts,
  formatCohort,
  verifyCohort,
} from "@crossprobe/catalogue";
import { ask, createHub } from "@crossprobe/core";
import { ibl } from "@crossprobe/ibl-adapter";
import { createStores, toFileUrl } from "@crossprobe/storage/node";
import { beforeAll, describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

/** Cohorts of the insertions of two freezes, against the two lists taken apart here. */

const fileOf = (freeze: string) => `${SHARED}/data/real/ibl-bwm/${freeze}_bwm_release.csv`;

const catalogueOf = async (freeze: string) => {
  const hub = createHub({ stores: createStores(), adapters: [ibl({ sources: [toFileUrl(fileOf(freeze))] })] });
  try {
    return await buildCatalogue(hub);
  } finally {
    hub.dispose();
  }
};

/** Session of each insertion, straight from the lines of a list: `,pid,eid,probe_name,…`. */
const listOf = (freeze: string): ReadonlyMap<string, string> => {
  const [, ...lines] = readFileSync(fileOf(freeze), "utf8").trimEnd().split("\n");
  return new Map(lines.map((line) => [line.split(",")[1] ?? "", line.split(",")[2] ?? ""]));
};

const missing = (from: Iterable<string>, others: { has(key: string): boolean }) =>
  [...new Set(from)].filter((key) => !others.has(key)).sort();

describe.skipIf(!SHARED)("cohorts of two freezes (run where ../shared lies beside the checkout)", () => {
  let before: Cohort;
  let after: Cohort;
  const { question } = ask("probes");
  beforeAll(async () => {
    before = await createCohort(await catalogueOf("2022_10"), question);
    after = await createCohort(await catalogueOf("2023_12"), question);
  });

  it("hold 547 and 699 insertions", () => {
    expect([before.rowCount, after.rowCount]).toEqual([547, 699]);
    expect([listOf("2022_10").size, listOf("2023_12").size]).toEqual([547, 699]);
  });

  it("differ in the insertions and sessions that the lists differ in, because of the release", () => {
    const [old, now] = [listOf("2022_10"), listOf("2023_12")];
    const [oldSessions, nowSessions] = [new Set(old.values()), new Set(now.values())];
    const { isSame, datasets, reasons } = diffCohorts(before, after);
    expect(isSame).toBe(false);
    const turnover = (from: ReadonlySet<string> | ReadonlyMap<string, string>, to: typeof from) => ({
      ...{ before: from.size, after: to.size },
      ...{ added: missing(to.keys(), from).length, removed: missing(from.keys(), to).length },
    });
    const [{ changes, ...counts } = { changes: [] }] = datasets;
    expect(counts).toEqual({
      ...{ id: "ibl", rows: turnover(old, now), probes: turnover(old, now), moved: 0 },
      sessions: turnover(oldSessions, nowSessions),
    });
    expect([turnover(old, now), turnover(oldSessions, nowSessions)]).toEqual([
      { before: 547, after: 699, added: 152, removed: 0 },
      { before: 354, after: 459, added: 105, removed: 0 },
    ]);
    expect(changes.flatMap(({ added }) => added).sort()).toEqual(
      missing(now.keys(), old).map((id) => `ibl:probe:${id}`),
    );
    const places = changes.map(({ session, probe }) => [probe, session]);
    expect(new Map(places as [string, string][])).toEqual(
      new Map(missing(now.keys(), old).map((id) => [`ibl:probe:${id}`, `ibl:session:${now.get(id)}`])),
    );
    expect(reasons).toEqual([
      { about: "release", dataset: "ibl", message: "2022_10_bwm_release → 2023_12_bwm_release" },
      { about: "coverage", dataset: "ibl", message: "in 547 → 699" },
    ]);
  });

  it("say of the later list asked for the earlier cohort what is gone the other way round", async () => {
    const { isSame, left } = await verifyCohort(after, await catalogueOf("2022_10"));
    expect(isSame).toBe(false);
    expect(left.map(({ because, refs }) => [because, refs.length])).toEqual([["gone", 152]]);
  });

  it("are the same text when the list is read again", async () => {
    expect(formatCohort(await createCohort(await catalogueOf("2022_10"), question))).toBe(formatCohort(before));
    expect((await verifyCohort(before, await catalogueOf("2022_10"))).isSame).toBe(true);
  });
});
