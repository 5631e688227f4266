import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { carriedBy, DATASETS, type Dataset, expected, identity, PROBE_KEYS } from "../rosetta/truth.js";
import { expectFailure, removeFolders, run, runJson, temporaryFolder } from "./run.js";

/** SQL over the sample cohort. What is expected follows from the truth behind it, or from its reference analysis. */

const folder = temporaryFolder();
const path = join(folder, "all.parquet");
expect(await run(["catalogue", "build", "--out", path])).toMatchObject({ code: 0 });
const isInstalled = !(await run(["sql", "SELECT 1", "--catalogue", path])).err.includes("DuckDB cannot be loaded");

afterAll(removeFolders);

const sql = (question: string, ...more: readonly string[]) => run(["sql", question, "--catalogue", path, ...more]);
const rowsOf = async (question: string) =>
  (await runJson<{ rows: Record<string, unknown>[] }>(["sql", question, "--catalogue", path])).rows;

const trueUnits = (dataset: Dataset) => PROBE_KEYS.flatMap((key) => carriedBy.units(dataset, key));

describe.skipIf(!isInstalled)("crossprobe sql (where DuckDB is made for this platform)", () => {
  it("finds the units of a structure that pass the rule of their dataset", async () => {
    const rule = 'CASE dataset WHEN \'ibl\' THEN "quality.ibl-good@2023" ELSE "quality.allen-default@2019" END';
    const rows = await rowsOf(`SELECT unit FROM units WHERE in_region(regionOrder, 'CA1') AND ${rule}`);
    const good = DATASETS.flatMap((dataset) =>
      trueUnits(dataset)
        .filter((unit) => carriedBy.unitLabel(dataset, unit) === "CA1" && carriedBy.isPassing(dataset, unit))
        .map((unit) => identity.unit(dataset, unit)),
    );
    expect(rows.map(({ unit }) => unit).sort()).toEqual(good.sort());
  });

  it("counts the regions of Cosmos as the reference analysis does, by a join", async () => {
    const rows = await rowsOf(
      "SELECT dataset, cosmos, count(*) AS n FROM units JOIN regions USING (regionOrder) WHERE cosmos IS NOT NULL GROUP BY ALL",
    );
    for (const dataset of DATASETS) {
      const wanted = Object.entries(expected.unitCounts[dataset].cosmos?.regions ?? {});
      const found = rows.filter((row) => row.dataset === dataset).map(({ cosmos, n }) => [cosmos, n]);
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted.map(([name, { total }]) => [name, total])));
    }
  });

  it("tells what may be in a structure as query does", async () => {
    const rows = await rowsOf(
      "SELECT region_membership(regionOrder, regionAbsent, 'CA1') AS m, count(*) AS n FROM channels GROUP BY ALL",
    );
    const { counts } = await runJson(["query", "channels", "--region", "CA1"]);
    expect(Object.fromEntries(rows.map(({ m, n }) => [m, n]))).toEqual(
      Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
    );
  });

  it("prints a table, records where it would be too wide, CSV and JSON", async () => {
    const regions =
      "SELECT acronym, regionOrder, [1, 2] AS list, NULL AS nothing FROM regions WHERE acronym LIKE 'CA_'";
    const { out, err, code } = await sql(`${regions} ORDER BY ALL`);
    expect({ code, err }).toEqual({ code: 0, err: "3 rows\n" });
    expect(out.split("\n").map((line) => line.replace(/ +/g, " "))).toEqual([
      "acronym regionOrder list nothing",
      expect.stringMatching(/^CA1 \d+ \[1,2\] –$/),
      expect.stringMatching(/^CA2 \d+ \[1,2\] –$/),
      expect.stringMatching(/^CA3 \d+ \[1,2\] –$/),
      "",
    ]);
    const wide = await sql("SELECT * FROM units ORDER BY unit LIMIT 2");
    expect(wide.out).toMatch(/^row 1\n {2}unit +allen:unit:\d+\n {2}probe +allen:probe:/);
    expect((await sql(`${regions} ORDER BY ALL LIMIT 1`, "--format", "csv")).out).toMatch(
      /^acronym,regionOrder,list,nothing\nCA1,\d+,"\[1,2\]",\n$/,
    );
    const document = await runJson(["sql", `${regions} ORDER BY ALL LIMIT 1`, "--catalogue", path]);
    expect(document).toEqual({
      rows: [{ acronym: "CA1", regionOrder: expect.any(Number), list: [1, 2], nothing: null }],
      columns: [
        { name: "acronym", type: "VARCHAR" },
        { name: "regionOrder", type: "INTEGER" },
        { name: "list", type: "INTEGER[]" },
        { name: "nothing", type: expect.any(String) },
      ],
    });
    expect(await sql("SELECT * FROM units WHERE false")).toMatchObject({ code: 0, out: "", err: "0 rows\n" });
  });

  it("says what is wrong in one line", async () => {
    expectFailure(await sql("SELEC 1"), /parser error in DuckDB: syntax error at or near "SELEC"/);
    expectFailure(await sql("DROP VIEW units"), /answers questions/);
    expectFailure(await run(["sql", "SELECT 1", "--catalogue", join(folder, "no.parquet")]), /no catalogue at/);
    expect(await run(["sql", "SELECT 1"])).toMatchObject({ code: 2, err: expect.stringContaining("--catalogue") });
    expect(await sql("SELECT 1", "--json", "--format", "csv")).toMatchObject({ code: 2 });
  });
});
