import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildCatalogue, type Catalogue } from "@crossprobe/catalogue";
import { saveCatalogue } from "@crossprobe/catalogue/node";
import { ask, type RowKind } from "@crossprobe/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SmallDataset, smallSource } from "../../../test/helpers/small-source.js";
import { loadLibrary } from "./library.js";
import { openSqlCatalogue, type SqlCatalogue } from "./sql-catalogue.js";

/** A catalogue of a few units whose answers can be told by looking. */

const ONE: SmallDataset = {
  ...{ id: "one", release: "2020" },
  sessions: {
    s1: {
      p1: [
        { id: "/0", region: "CA1", spikeCount: 10, metrics: { "one.snr": 3 } },
        { id: "/1", region: "CA1", spikeCount: 20, metrics: { "one.snr": null } },
        { id: "/2", region: "HPF", spikeCount: 30 },
        { id: "/3", region: "VISp", firingRate: null },
        { id: "/4", region: null },
        { id: "/5", region: null, regionAbsent: "outsideBrain" },
      ],
    },
    s2: { p2: [{ id: "/0", region: "CA3", spikeCount: 40 }] },
  },
};
const TWO: SmallDataset = { id: "two", sessions: { t1: { q1: [{ id: "77", region: "CA1", spikeCount: 50 }] } } };

const isInstalled = await loadLibrary().then(
  () => true,
  () => false,
);

describe.skipIf(!isInstalled)("openSqlCatalogue (where DuckDB is made for this platform)", () => {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-sql-"));
  // Marks that stand for others in patterns of files, and a quote: all part of the name.
  const path = join(folder, "it's [a] *.parquet".replace("*", process.platform === "win32" ? "x" : "*"));
  let catalogue: Catalogue;
  let sql: SqlCatalogue;
  beforeAll(async () => {
    catalogue = await buildCatalogue(smallSource(ONE, TWO));
    await saveCatalogue(catalogue, path);
    sql = await openSqlCatalogue(path);
  });
  afterAll(() => {
    sql.close();
    rmSync(folder, { recursive: true });
  });

  const rowsOf = async (question: string, signal?: AbortSignal) => {
    const { rows } = await sql.query(question, { signal });
    const found: unknown[] = [];
    for await (const row of rows()) found.push(row);
    return found;
  };

  it("has a table of each kind, with references and NULL for what is absent", async () => {
    expect(await rowsOf("SELECT session, subject FROM sessions ORDER BY ALL")).toEqual([
      ["one:session:s1", "s1"],
      ["one:session:s2", "s2"],
      ["two:session:t1", "t1"],
    ]);
    expect(await rowsOf("SELECT probe, session, hasLfp, hasWaveforms FROM probes WHERE dataset = 'two'")).toEqual([
      ["two:probe:q1", "two:session:t1", true, null],
    ]);
    expect(await rowsOf("SELECT count(*) FROM channels")).toEqual([[0]]);
    const units = 'SELECT unit, probe, region, spikeCount, firingRate, "one.snr" FROM units ORDER BY unit';
    expect(await rowsOf(units)).toEqual([
      ["one:unit:p1/0", "one:probe:p1", "CA1", 10, 1, 3],
      ["one:unit:p1/1", "one:probe:p1", "CA1", 20, 1, null],
      ["one:unit:p1/2", "one:probe:p1", "HPF", 30, 1, null],
      ["one:unit:p1/3", "one:probe:p1", "VISp", null, null, null],
      ["one:unit:p1/4", "one:probe:p1", null, null, 1, null],
      ["one:unit:p1/5", "one:probe:p1", null, null, 1, null],
      ["one:unit:p2/0", "one:probe:p2", "CA3", 40, 1, null],
      ["two:unit:77", "two:probe:q1", "CA1", 50, 1, null],
    ]);
  });

  it("has the columns of each kind and no others", async () => {
    for (const kind of ["sessions", "probes", "units"] satisfies RowKind[]) {
      const answer = await catalogue.answer(ask(kind).question);
      const [, ...named] = (await rowsOf(`DESCRIBE ${kind}`)).map((row) => (row as string[])[0] ?? "");
      const known = answer.columnNames().filter((name) => !["labelRegion", "peakChannel"].includes(name));
      const ids = [...named].filter((name) => name.endsWith("_id") || name === "regionOrder");
      expect(named.filter((name) => !ids.includes(name)).sort()).toEqual(
        known.filter((name) => name !== kind.slice(0, -1)).sort(),
      );
    }
  });

  it("counts those in a structure and below it by one condition, or by a join", async () => {
    const joined = "FROM units JOIN regions ON units.regionOrder BETWEEN regions.regionOrder AND subtreeEnd";
    for (const [acronym, expected] of [
      ["CA1", ["one 2 30", "two 1 50"]],
      ["HPF", ["one 4 100", "two 1 50"]],
      ["VISp", ["one 1 null"]],
      ["root", ["one 5 100", "two 1 50"]],
    ] as const) {
      const numbers = "SELECT dataset, count(*), sum(spikeCount)";
      const ways = [
        `${numbers} FROM units WHERE in_region(regionOrder, '${acronym}') GROUP BY ALL ORDER BY ALL`,
        `${numbers} ${joined} WHERE acronym = '${acronym}' GROUP BY ALL ORDER BY ALL`,
      ];
      for (const way of ways) {
        expect((await rowsOf(way)).map((row) => (row as unknown[]).map(String).join(" "))).toEqual(expected);
      }
    }
  });

  it("tells the membership of labels as answers do", async () => {
    // The last structure within HPF ends where HPF does.
    const [[last] = []] = (await rowsOf(
      "SELECT acronym FROM regions WHERE regionOrder = (SELECT subtreeEnd FROM regions WHERE acronym = 'HPF')",
    )) as [string][];
    for (const acronym of ["CA1", "HPF", "CA", "VISp", "VISp1", "root", "grey", "TH", String(last)]) {
      const { counts } = (await catalogue.answer(ask("units").inRegion(acronym).question)).coverage;
      const rows = await rowsOf(
        `SELECT region_membership(regionOrder, regionAbsent, '${acronym}'), count(*) FROM units GROUP BY ALL`,
      );
      const none = { in: 0, out: 0, indeterminate: 0, unregistered: 0 };
      expect({ ...none, ...Object.fromEntries(rows as [string, number][]) }, acronym).toEqual(counts);
    }
    await expect(rowsOf("SELECT count(*) FROM units WHERE in_region(regionOrder, 'ca1')")).rejects.toThrow(
      /no structure has the acronym ca1/,
    );
  });

  it("knows the structures with their parents and mappings", async () => {
    expect(await rowsOf("SELECT id, parent, beryl, cosmos, swanson FROM regions WHERE acronym = 'CA1'")).toEqual([
      [382, "CA", "CA1", "HPF", "CA1"],
    ]);
    // Beryl has no region for the thalamus as a whole.
    expect(await rowsOf("SELECT parent, beryl, cosmos FROM regions WHERE acronym = 'TH'")).toEqual([
      ["IB", null, "TH"],
    ]);
    expect(await rowsOf("SELECT count(*), min(regionOrder), max(subtreeEnd) FROM regions")).toEqual([[1327, 0, 1326]]);
  });

  it("gives numbers where they hold every digit, else texts; lists and structures as they are", async () => {
    const [row] =
      await rowsOf(`SELECT 9007199254740991, 9007199254740993, 170141183460469231731687303715884105727::HUGEINT,
      0.1, 12345678901234567.89, [1, NULL], {'a': {'b': 'c'}}, MAP {'k': 2}, DATE '2020-02-03', 'é', true, NULL, 1.5::FLOAT,
      'ab'::BLOB, UUID '00000000-0000-4000-8000-000000000001', TIMESTAMP '2020-01-02 03:04:05.25'`);
    expect(row).toEqual([
      ...[9007199254740991, "9007199254740993", "170141183460469231731687303715884105727"],
      ...[0.1, "12345678901234567.89", [1, null], { a: { b: "c" } }, [{ key: "k", value: 2 }], "2020-02-03", "é", true],
      ...[null, 1.5, "ab", "00000000-0000-4000-8000-000000000001", "2020-01-02 03:04:05.25"],
    ]);
    const { columns } = await sql.query("SELECT 1 AS a, 2::BIGINT AS a, [1.5] AS b");
    expect(columns).toEqual([
      { name: "a", type: "INTEGER" },
      { name: "a:1", type: "BIGINT" },
      { name: "b", type: "DECIMAL(2,1)[]" },
    ]);
  });

  it("runs nothing but questions, and changes no file", async () => {
    const digest = () => createHash("sha256").update(readFileSync(path)).digest("hex");
    const [before, files] = [digest(), readdirSync(folder)];
    const quoted = path.replaceAll("'", "''");
    const other = join(folder, "other.csv");
    for (const [statement, says] of [
      [`COPY (SELECT 1) TO '${quoted}'`, /answers questions/],
      [`EXPLAIN ANALYZE COPY (SELECT 1) TO '${quoted}'`, /answers questions/],
      [`EXPORT DATABASE '${folder}/x'`, /^permission error in DuckDB: Cannot access/],
      [`ATTACH '${folder}/y.db'`, /answers questions/],
      ["CREATE TABLE x AS SELECT 1", /answers questions/],
      ["INSERT INTO regions SELECT * FROM regions", /answers questions/],
      ["DROP VIEW units", /answers questions/],
      ["SET enable_external_access = true", /answers questions/],
      ["RESET enable_external_access", /answers questions/],
      ["LOAD httpfs", /answers questions/],
      ["CALL pragma_version()", /answers questions/],
      ["SELECT 1; DROP VIEW units", /is 2 statements/],
      ["", /is 0 statements/],
      ["-- nothing", /is 0 statements/],
      ["SELECT ?", /parameters/],
      [`SELECT * FROM read_csv('${other}')`, /^permission error in DuckDB: Cannot access/],
      [`SELECT * FROM '${other}'`, /error in DuckDB/],
      [`SELECT * FROM glob('${folder}/*')`, /^permission error in DuckDB: Cannot access/],
      [`SELECT * FROM read_text('${other}')`, /^permission error in DuckDB: Cannot access/],
      ["SELECT * FROM read_parquet('https://example.org/x.parquet')", /error in DuckDB/],
      ["SELECT nope FROM units", /^binder error in DuckDB: .*"nope" not found/],
      ["SELEC 1", /^parser error in DuckDB: syntax error at or near "SELEC"/],
    ] as const) {
      await expect(rowsOf(statement), statement).rejects.toMatchObject({
        ...{ name: "QueryError", message: expect.stringMatching(says) },
      });
    }
    expect([digest(), readdirSync(folder)]).toEqual([before, files]);
    expect(await rowsOf("SELECT count(*) FROM units")).toEqual([[8]]);
  });

  it("says of an error that comes with the rows what DuckDB says", async () => {
    await expect(rowsOf("SELECT CAST(region AS INTEGER) FROM units")).rejects.toMatchObject({
      ...{ name: "QueryError", message: expect.stringMatching(/^conversion error in DuckDB: .*'(CA1|HPF|VISp|CA3)'/) },
    });
  });

  it("ends when its signal does, and answers afterwards", async () => {
    const reason = new Error("stop");
    await expect(rowsOf("SELECT 1", AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const endless = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range * 3 = b.range";
    const asked = rowsOf(endless, controller.signal);
    setTimeout(() => controller.abort(reason), 30);
    await expect(asked).rejects.toBe(reason);
    const { rows } = await sql.query("SELECT * FROM range(100000)");
    for await (const _ of rows()) break;
    expect(await rowsOf("SELECT 1")).toEqual([[1]]);
  });

  it("refuses what is no catalogue", async () => {
    await expect(openSqlCatalogue(join(folder, "no.parquet"))).rejects.toMatchObject({ code: "not-found" });
    const damaged = join(folder, "damaged.parquet");
    writeFileSync(damaged, "PAR1 and nothing else PAR1");
    await expect(openSqlCatalogue(damaged)).rejects.toMatchObject({ code: "format" });
  });
});
