import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CohortDifference, cohortRows, parseCohort } from "@crossprobe/catalogue";
import { afterAll, describe, expect, it } from "vitest";
import { carriedBy, DATASETS, identity, PROBE_KEYS } from "../rosetta/truth.js";
import { expectFailure, removeFolders, run, runJson, SAMPLE, temporaryFolder } from "./run.js";

/** Cohorts of the sample cohort as files. What rows they must have follows from the truth behind the samples. */

afterAll(removeFolders);

const CA1 = ["units", "--region", "CA1", "--quality", "default"];

const goodInCa1 = DATASETS.flatMap((dataset) =>
  PROBE_KEYS.flatMap((key) => carriedBy.units(dataset, key))
    .filter((unit) => carriedBy.unitLabel(dataset, unit) === "CA1" && carriedBy.isPassing(dataset, unit))
    .map((unit) => identity.unit(dataset, unit)),
);

async function save(name: string, ...args: readonly string[]): Promise<string> {
  const path = join(temporaryFolder(), name);
  const { code, err } = await run(["cohort", "save", path, ...args]);
  expect(code, err).toBe(0);
  return path;
}

const refsIn = async (path: string) =>
  [...cohortRows(await parseCohort(readFileSync(path, "utf8")))].map(({ ref }) => ref);

describe("cohort save", () => {
  it("writes the units of both datasets that are in and pass", async () => {
    const path = await save("ca1.json", ...CA1);
    expect((await refsIn(path)).sort()).toEqual(goodInCa1.sort());
  });

  it("writes the same bytes from sources in another order, from a saved catalogue, and by a question in a file", async () => {
    const { ibl, allen } = SAMPLE;
    const text = readFileSync(await save("ca1.json", ...CA1), "utf8");
    const folder = temporaryFolder();
    const catalogue = join(folder, "all.parquet");
    expect(await run(["catalogue", "build", "--out", catalogue])).toMatchObject({ code: 0 });
    const question = join(folder, "question.json");
    writeFileSync(question, (await run(["query", ...CA1, "--print-question"])).out);
    const sources = ["--allen", allen, "--ibl", ibl];
    for (const args of [
      [...CA1, ...sources],
      [...CA1, "--catalogue", catalogue],
      ["--question", question],
    ]) {
      expect(readFileSync(await save("again.json", ...args), "utf8"), args.join(" ")).toBe(text);
    }
  });

  it("says what it saved, within 80 columns", async () => {
    const path = join(temporaryFolder(), "ca1.json");
    const { out } = await run(["cohort", "save", "ca1.json", ...CA1], { cwd: join(path, "..") });
    expect(out).toMatch(new RegExp(`^Saved ${goodInCa1.length} units to ca1\\.json$`, "m"));
    expect(out).toContain(`sha256 ${JSON.parse(readFileSync(path, "utf8")).sha256}\n`);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const document = await runJson(["cohort", "save", path, ...CA1]);
    expect(document).toMatchObject({ path, rowCount: goodInCa1.length, question: { kind: "units" } });
  });

  it("refuses what is no question, what has no rows, and where it cannot write", async () => {
    const path = join(temporaryFolder(), "x.json");
    expect(await run(["cohort", "save", path])).toMatchObject({ code: 2, err: expect.stringContaining("sessions") });
    expect(await run(["cohort", "save", path, "units", "--limit", "3"])).toMatchObject({ code: 2 });
    expectFailure(await run(["cohort", "save", path, "units", "--region", "CA9"]), /CA9/);
    expectFailure(await run(["cohort", "save", temporaryFolder(), "units"]), /cannot write/);
    const list = join(temporaryFolder(), "list.csv");
    writeFileSync(list, ",pid,eid,probe_name,session_number,date,subject,lab\n");
    expectFailure(await run(["cohort", "save", path, "units", "--ibl", list]), /there are no units/);
  });
});

/** A release table with these insertions of a session each. */
function listOf(...names: readonly string[]): string {
  const path = join(temporaryFolder(), "release.csv");
  const id = (name: string, end: string) => `${name.repeat(8)}-0000-4000-8000-00000000000${end}`;
  const lines = names.map((name, i) => `${i},${id(name, "1")},${id(name, "2")},probe00,1,2020-01-01,animal,lab`);
  writeFileSync(path, [",pid,eid,probe_name,session_number,date,subject,lab", ...lines, ""].join("\n"));
  return path;
}

describe("cohort verify and diff", () => {
  it("find no difference in what has not changed", async () => {
    const path = await save("ca1.json", ...CA1);
    const { code, out } = await run(["cohort", "verify", path]);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^The same 21 units\.\n/) });
    expect(await runJson(["cohort", "diff", path, path])).toMatchObject({ isSame: true, reasons: [] });
  });

  it("tell what a later list has, and exit with 1 where the rows of a cohort are not the same", async () => {
    const [before, after] = [listOf("a", "b", "c"), listOf("b", "c", "d", "e")];
    const earlier = await save("before.json", "probes", "--ibl", before);
    const later = await save("after.json", "probes", "--ibl", after);
    const { isSame, datasets } = await runJson<CohortDifference>(["cohort", "diff", earlier, later]);
    expect(isSame).toBe(false);
    expect(datasets[0]).toMatchObject({
      rows: { before: 3, after: 4, added: 2, removed: 1 },
      sessions: { before: 3, after: 4, added: 2, removed: 1 },
    });
    const { code, out } = await run(["cohort", "verify", earlier, "--ibl", after]);
    expect(code).toBe(1);
    expect(out).toMatch(/^The rows are not the same\.\n/);
    expect(out).toMatch(/^ibl +probes +3 +4 +2 +1 +0$/m);
    expect(out).toContain("ibl: 1 left and are no longer there");
    expect(out).toMatch(/^ibl:probe:aaaaaaaa-\S+ +0 +1 +0$/m);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const asked = await run(["cohort", "verify", earlier, "--ibl", after, "--json"]);
    expect(asked.code).toBe(1);
    expect(JSON.parse(asked.out)).toMatchObject({ isSame: false, left: [{ because: "gone" }] });
  });

  it("refuse what is no cohort, or was changed", async () => {
    const path = await save("ca1.json", ...CA1);
    const text = readFileSync(path, "utf8");
    expectFailure(await run(["cohort", "diff", path, join(temporaryFolder(), "no.json")]), /no cohort can be read/);
    for (const [damaged, says] of [
      ["{", /no JSON/],
      [text.replace('"rowCount": 14', '"rowCount": "14"'), /datasets\[0\]\.rowCount should be/],
      [text.replace('"manifest', '"Manifest').replace("published 2026", "published 2025"), /not what was saved/],
    ] as const) {
      writeFileSync(path, damaged);
      expectFailure(await run(["cohort", "verify", path]), says, path);
    }
    expect(await run(["cohort", "verify", path, "--catalogue", "x", "--ibl", "y"])).toMatchObject({ code: 2 });
  });
});
