import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { readCsv } from "@crossprobe/formats/csv";
import { readParquet } from "@crossprobe/formats/parquet";
import { createStores } from "@crossprobe/storage/node";
import { afterAll, describe, expect, it } from "vitest";
import {
  carriedBy,
  channels,
  DATASETS,
  type Dataset,
  expected,
  identity,
  PROBE_KEYS,
  units,
} from "../rosetta/truth.js";
import { expectFailure, removeFolders, run, runJson, temporaryFolder } from "./run.js";

/** Questions over the sample cohort. What is expected follows from the truth behind it, or from its reference analysis. */

afterAll(removeFolders);

interface Counts {
  readonly in: number;
  readonly out: number;
  readonly indeterminate: number;
  readonly unregistered: number;
}
interface Document {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly counts: Counts;
  readonly rowCount: number;
  readonly excluded: number;
  readonly unmeasured: number;
  readonly unmapped: number;
  readonly byDataset: Readonly<
    Record<Dataset, { counts: Counts; rowCount: number; excluded: number; unmeasured: number }>
  >;
  readonly releases: Readonly<Record<Dataset, string>>;
  readonly question: unknown;
}

const query = (...args: readonly string[]) => runJson<Document>(["query", ...args]);

const trueUnits = (dataset: Dataset) => PROBE_KEYS.flatMap((key) => carriedBy.units(dataset, key));
const labelOf = carriedBy.unitLabel;

describe("query units", () => {
  it("finds those of a structure in both datasets, and counts what it cannot tell", async () => {
    const { rows, counts, byDataset, rowCount, excluded } = await query("units", "--region", "CA1");
    const inCa1 = DATASETS.flatMap((dataset) =>
      trueUnits(dataset).flatMap((unit) => (labelOf(dataset, unit) === "CA1" ? [identity.unit(dataset, unit)] : [])),
    );
    expect(rows.map(({ unit }) => unit).sort()).toEqual(inCa1.sort());
    const { ibl, allen } = expected.unitCounts;
    expect(byDataset.ibl.counts.in).toBe(ibl.allen?.regions.CA1?.total);
    expect(byDataset.allen.counts).toEqual({
      in: allen.allen?.regions.CA1?.total,
      // What is labelled grey may be in CA1; the thalamus is elsewhere.
      indeterminate: allen.allen?.regions.grey?.total,
      unregistered: allen.allen?.unregistered.total,
      out: 106 - 15 - 3 - 4,
    });
    expect(Object.keys(counts)).toEqual(["in", "out", "indeterminate", "unregistered"]);
    expect([rowCount, excluded]).toEqual([34, 0]);
  });

  it("passes rules, and counts what they keep out", async () => {
    const { byDataset, ...document } = await query(
      "units",
      "--region",
      "HPF",
      "--mapping",
      "cosmos",
      "--quality",
      "default",
    );
    for (const dataset of DATASETS) {
      const all = trueUnits(dataset);
      const passing = all.filter((unit) => carriedBy.isPassing(dataset, unit));
      expect(byDataset[dataset].excluded + byDataset[dataset].unmeasured).toBe(all.length - passing.length);
    }
    expect(byDataset.ibl.rowCount).toBe(expected.unitCounts.ibl.cosmos?.regions.HPF?.isGoodByIbl);
    expect(byDataset.allen.rowCount).toBe(28);
    expect(document).toMatchObject({ rules: { ibl: "ibl-good@2023", allen: "allen-default@2019" } });
    expect(document.rows.every(({ region }) => region === "HPF")).toBe(true);
  });

  it.each(["allen", "beryl", "cosmos"])("counts the regions of %s as the reference analysis does", async (mapping) => {
    const { rows, unmapped } = await query("units", "--mapping", mapping, "--group-by", "dataset,region");
    for (const dataset of DATASETS) {
      const { regions, indeterminate, unregistered } = expected.unitCounts[dataset][mapping] ?? {};
      const own = rows.filter((row) => row.dataset === dataset);
      const found = own.flatMap(({ region, count }) => (region === null ? [] : [[region, count]]));
      const wanted = Object.entries(regions ?? {}).map(([region, { total }]) => [region, total]);
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
      const absent = (is: (reason: unknown) => boolean) =>
        own.reduce((sum, row) => sum + (row.region === null && is(row.regionAbsent) ? Number(row.count) : 0), 0);
      expect(absent((reason) => reason === "unmapped")).toBe(indeterminate?.total);
      expect(absent((reason) => reason !== "unmapped")).toBe(unregistered?.total);
    }
    const all = DATASETS.map((dataset) => expected.unitCounts[dataset][mapping]?.indeterminate.total ?? 0);
    expect(unmapped).toBe(all.reduce((sum, count) => sum + count, 0));
  });

  it("summarises rates to the last digit", async () => {
    const summaries = ["--summary", "q25(firingRate),median(firingRate),q75(firingRate)"];
    const { rows } = await query(
      "units",
      "--dataset",
      "ibl",
      "--region",
      "VISp",
      "--group-by",
      "dataset",
      ...summaries,
    );
    // The source's rates are counts over the time between first and last spike of the probe; here they are compared with its own table.
    const rates = (await query("units", "--dataset", "ibl", "--region", "VISp")).rows.map((row) =>
      Number(row.firingRate),
    );
    expect(rates).toHaveLength(22);
    expect(rows).toEqual([
      {
        ...{ dataset: "ibl", count: 22, "n(firingRate)": 22 },
        "q25(firingRate)": expect.closeTo(quantile(rates, 0.25), 12),
        "median(firingRate)": expect.closeTo(quantile(rates, 0.5), 12),
        "q75(firingRate)": expect.closeTo(quantile(rates, 0.75), 12),
      },
    ]);
  });

  it("takes what may be in by policy, and says which", async () => {
    const { rows, counts } = await query("units", "--region", "LP", "--policy", "possible");
    const coarse = trueUnits("allen").filter((unit) => ["TH", "grey"].includes(labelOf("allen", unit) ?? ""));
    const may = rows.filter(({ membership }) => membership === "indeterminate");
    expect(may.map(({ unit }) => unit).sort()).toEqual(coarse.map((unit) => identity.unit("allen", unit)).sort());
    expect(counts.indeterminate).toBe(11);
    expect(rows).toHaveLength(counts.in + counts.indeterminate);
  });

  it("joins, intersects and complements structures", async () => {
    const count = async (...regions: readonly string[]) =>
      (await query("units", "--dataset", "ibl", ...regions.flatMap((region) => ["--region", region]))).counts.in;
    expect(await count("CA1", "CA3")).toBe(27);
    expect(await count("CA1, CA3")).toBe(27);
    expect(await count("HPF & !CA1")).toBe(37 - 19);
    expect(await count("382")).toBe(19);
    expect(await count('"Primary visual area"')).toBe(22);
  });

  it("asks by position", async () => {
    const [unit] = (await query("units", "--region", "CA1", "--limit", "1")).rows;
    const [ap, dv, ml] = [Number(unit?.ap), Number(unit?.dv), Number(unit?.ml)];
    const { rows } = await query("units", "--dataset", "ibl", "--near", `${ap},${dv},${ml},100`);
    const all = (await query("units", "--dataset", "ibl")).rows;
    const near = all.filter((row) => Math.hypot(Number(row.ap) - ap, Number(row.dv) - dv, Number(row.ml) - ml) <= 100);
    expect(rows.map((row) => row.unit).sort()).toEqual(near.map((row) => row.unit).sort());
    expect(near.length).toBeGreaterThan(1);
    const box = `ap:${ap - 50}:${ap + 50},dv:${dv}:${dv + 200}`;
    const boxed = all.filter(
      (row) => Math.abs(Number(row.ap) - ap) <= 50 && Number(row.dv) >= dv && Number(row.dv) <= dv + 200,
    );
    expect((await query("units", "--dataset", "ibl", "--box", box)).rowCount).toBe(boxed.length);
    expect((await query("units", "--hemisphere", "left")).counts.out).toBe(0);
  });

  it("bounds metrics and columns", async () => {
    const cutoff = (bound: number) =>
      trueUnits("allen").filter((unit) => metric(unit, "amplitude_cutoff") < bound).length;
    const { byDataset } = await query("units", "--metric", "allen.amplitude_cutoff<0.1");
    expect(byDataset.allen.rowCount).toBe(cutoff(0.1));
    // IBL has no such metric: none is taken to pass, and none to fail.
    expect(byDataset.ibl).toMatchObject({ rowCount: 0, excluded: 0, unmeasured: 108 });
    const many = units.filter(({ spikeCount }) => spikeCount > 700).length;
    expect((await query("units", "--dataset", "ibl", "--where", "spikeCount>700")).rowCount).toBe(many);
    const equal = units[0]?.spikeCount;
    expect((await query("units", "--dataset", "ibl", "--where", `spikeCount=${equal}`)).rows.length).toBeGreaterThan(0);
    const labs = await query("units", "--where", "lab=examplelab|otherlab");
    expect(labs.byDataset).toMatchObject({ ibl: { rowCount: 108 }, allen: { rowCount: 0 } });
    expect((await query("units", "--where", "subject~xp_")).byDataset.ibl.rowCount).toBe(108);
  });

  it("sorts, limits and chooses columns", async () => {
    const { rows, rowCount } = await query(
      ...["units", "--region", "CA1", "--sort", "firingRate:desc", "--limit", "3", "--columns", "unit,firingRate"],
    );
    expect(rows).toHaveLength(3);
    expect(rowCount).toBe(34);
    expect(Object.keys(rows[0] ?? {})).toEqual(["unit", "firingRate"]);
    const rates = (await query("units", "--region", "CA1")).rows.map((row) => Number(row.firingRate));
    expect(rows.map(({ firingRate }) => firingRate)).toEqual(rates.sort((a, b) => b - a).slice(0, 3));
  });

  it("applies a rule of one's own", async () => {
    const path = join(temporaryFolder(), "mine.json");
    const rule = {
      ...{ id: "mine@2026", title: "mine", definition: "cut-off below 0.05", source: "here", missing: "fails" },
      criteria: [{ metric: "allen.amplitude_cutoff", op: "<", bound: 0.05 }],
    };
    writeFileSync(path, JSON.stringify(rule));
    const { byDataset } = await query("units", "--quality", "mine@2026", "--rules", path);
    expect(byDataset.allen.rowCount).toBe(
      trueUnits("allen").filter((unit) => metric(unit, "amplitude_cutoff") < 0.05).length,
    );
    expect(byDataset.ibl).toMatchObject({ rowCount: 0, unmeasured: 108 });
  });
});

describe("query sessions, probes, channels", () => {
  it("finds channels by their labels", async () => {
    const { byDataset } = await query("channels", "--region", "CA1");
    for (const dataset of DATASETS) {
      const labels = PROBE_KEYS.flatMap((key) =>
        carriedBy.channels(dataset, key).map((one) => carriedBy.label(dataset, one)),
      );
      expect(byDataset[dataset].counts.in).toBe(labels.filter((label) => label === "CA1").length);
      const { in: inside, out, indeterminate, unregistered } = byDataset[dataset].counts;
      expect(inside + out + indeterminate + unregistered).toBe(labels.length);
    }
    expect(channels.A.length).toBe(384);
  });

  it("a probe is in where one of its channels is, a session where one of its probes is", async () => {
    const has = (key: "A" | "B", region: string) => channels[key].some((one) => one.inBrain && one.region === region);
    for (const region of ["LGd-co", "CA3", "VPM"]) {
      const inside = PROBE_KEYS.filter((key) => has(key, region)).map((key) => identity.probe("ibl", key));
      const { rows } = await query("probes", "--dataset", "ibl", "--region", region);
      expect(rows.map(({ probe }) => probe)).toEqual(inside);
      expect((await query("sessions", "--dataset", "ibl", "--region", region)).rowCount).toBe(
        Math.min(1, inside.length),
      );
    }
  });

  it("asks sessions by subject and by what can be read", async () => {
    const all = await query("sessions");
    expect(all.rows.map(({ session }) => session).sort()).toEqual(DATASETS.map(identity.session).sort());
    expect((await query("sessions", "--sex", "F", "--sex", "M")).rowCount).toBe(
      all.rows.filter(({ sex }) => sex !== null).length,
    );
    expect((await query("probes", "--has", "lfp")).rowCount).toBe(4);
    expect((await query("units", "--probe", identity.probe("ibl", "A"))).rowCount).toBe(
      carriedBy.units("ibl", "A").length,
    );
    expect((await query("units", "--session", identity.session("allen"))).rowCount).toBe(106);
  });
});

describe("forms of an answer", () => {
  it("prints a table of 80 columns, with everything that is not in it", async () => {
    for (const args of [
      ["units", "--region", "LP"],
      ["units", "--region", "LP", "--policy", "possible", "--mapping", "beryl"],
      ["channels", "--region", "CA1", "--limit", "5"],
      ["probes"],
      ["sessions", "--sex", "M"],
      ["units", "--group-by", "dataset,region", "--mapping", "cosmos", "--summary", "median(firingRate)"],
      ["units", "--quality", "default", "--explain", "--region", "VIS"],
    ]) {
      const { code, out, err } = await run(["query", ...args]);
      expect({ code, err }).toEqual({ code: 0, err: expect.any(String) });
      for (const line of `${out}${err}`.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    }
    const { out } = await run(["query", "units", "--region", "CA1"]);
    expect(out.replace(/\s+/g, " ")).toContain(
      "34 units in CA1; 3 may be (label coarser than the question); 4 have no registration; 173 lie elsewhere.",
    );
    expect(out).toMatch(/^allen +15 +3 +4 +84 +0 +0$/m);
  });

  it("an answer without rows is none of an error", async () => {
    const { code, out } = await run(["query", "units", "--region", "CB"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^0 units in CB; 3 may be/);
    expect((await query("units", "--region", "CB")).rows).toEqual([]);
  });

  it("goes to a question and back", async () => {
    const args = [
      "units",
      "--region",
      "HPF & !CA1",
      "--quality",
      "default",
      "--group-by",
      "dataset",
      "--sort",
      "count:desc",
    ];
    const printed = await run(["query", ...args, "--print-question"]);
    expect(printed).toMatchObject({ code: 0, err: "" });
    const path = join(temporaryFolder(), "question.json");
    writeFileSync(path, printed.out);
    const direct = await query(...args);
    expect(await query("--question", path)).toEqual(direct);
    expect(direct.question).toEqual(JSON.parse(printed.out));
    // The same about other rows, with a condition more.
    expectFailure(await run(["query", "channels", "--question", path]), /rules are for units/);
  });

  it("says in words what is asked, and how it is answered", async () => {
    const { out } = await run(["query", "units", "--region", "CA1", "--explain"]);
    expect(out).toMatch(/the label lies in CA1/);
    expect(out).toMatch(/allen: 15 of 106 units/);
  });

  it("writes CSV to a pipe, and the counts beside it", async () => {
    const { code, out, err } = await run([
      "query",
      "units",
      "--region",
      "CA1",
      "--format",
      "csv",
      "--columns",
      "unit,region",
    ]);
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toBe("unit,region");
    expect(lines).toHaveLength(35);
    expect(err).toContain("34 units in CA1");
  });
});

describe("files", () => {
  const AS = { csv: ".csv", parquet: ".parquet", json: ".json" } as const;

  it.each(Object.entries(AS))("%s holds what JSON does", async (_format, extension) => {
    const path = join(temporaryFolder(), `units${extension}`);
    const args = ["units", "--region", "HPF", "--policy", "possible"];
    const { rows, counts } = await query(...args);
    const { code, out, err } = await run(["query", ...args, "--out", path]);
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toContain(path);
    const columns = await readColumns(path);
    expect([...columns.keys()]).toEqual(Object.keys(rows[0] ?? {}));
    for (const [name, values] of columns) {
      const wanted = rows.map((row) => (extension === ".csv" ? toCell(row[name]) : row[name]));
      expect({ name, values }).toEqual({ name, values: wanted });
    }
    const reported = await runJson<Document & { out: string }>(["query", ...args, "--out", path]);
    expect(reported).toMatchObject({ counts, out: path });
    expect(reported.rows).toBeUndefined();
  });

  it("pipes Parquet and Arrow as bytes", async () => {
    const args = ["query", "units", "--group-by", "dataset,region", "--summary", "median(firingRate)", "--format"];
    const parquet = await run([...args, "parquet"]);
    expect(parquet.out).toBe("");
    expect(Buffer.from(parquet.bytes.subarray(-4)).toString()).toBe("PAR1");
    const arrow = await run([...args, "arrow"]);
    // A stream begins with the mark of an encapsulated message, a file with its own.
    expect([...arrow.bytes.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
    const path = join(temporaryFolder(), "groups.arrow");
    await run([...args.slice(0, -1), "--out", path]);
    expect(readFileSync(path, "latin1").slice(0, 6)).toBe("ARROW1");
  });

  it("leaves nothing behind where it cannot write", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    expectFailure(await run(["query", "units", "--out", join(folder, "file/x.csv")]), /cannot write/);
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

describe("refusals", () => {
  it.each<[string[], ...RegExp[]]>([
    [["units", "--region", "CA11"], /CA11/, /did you mean/],
    [["units", "--region", "CA1", "--mapping", "cosmos"], /finer than the mapping cosmos/],
    [["units", "--metric", "allen.snrr>=2"], /snrr/, /there are/],
    [["units", "--quality", "best"], /no rule "best"/, /allen-default@2019/],
    [["units", "--dataset", "steinmetz"], /no dataset "steinmetz"/, /it has/],
    [["units", "--where", "rate>2"], /no column "rate"/, /firingRate/],
    [["units", "--where", "FIRINGRATE>2"], /did you mean firingRate/],
    [["units", "--where", "genotype>2"], /genotype is a text/],
    [["units", "--where", "ageDays~2"], /ageDays is a number in d/],
    [["units", "--where", "hasLfp=true"], /--has/],
    [["units", "--where", "region=CA1"], /--region/],
    [["units", "--columns", "nothing"], /no column "nothing"/],
    [["units", "--group-by", "firingRate"], /firingRate is a number/],
    [["sessions", "--quality", "default"], /rules are for units/],
    [["units", "--probe", "ibl:probe:none"], /no probe ibl:probe:none/, /query probes/],
    [["units", "--session", "allen:session:1"], /no session allen:session:1/],
    [["units", "--question", "missing.json"], /no question can be read/],
    [["units", "--catalogue", "missing.parquet"], /no catalogue at/, /catalogue build/],
  ])("%j", async (args, ...says) => {
    expectFailure(await run(["query", ...args]), ...says);
  });

  it.each([
    [[], "say what is asked for"],
    [["neurons"], "Allowed choices are sessions, probes, channels, units"],
    [["units", "--box", "x:1:2"], "no span"],
    [["units", "--box", "ap:2:1"], "lower one first"],
    [["units", "--near", "1,2,3"], "<ap>,<dv>,<ml>,<distance>"],
    [["units", "--metric", "allen.snr>=x"], "<metric><sign><number>"],
    [["units", "--where", "lab"], "<column><sign><value>"],
    [["units", "--summary", "mode(firingRate)"], "no summary"],
    [["units", "--age", "old"], "<from>:<to>"],
    [["units", "--format", "xlsx"], "none of"],
    [["units", "--out", "x.xlsx"], "cannot be written"],
    [["units", "--out", "x.csv", "--format", "parquet"], "does not fit"],
    [["units", "--rules", "x.json"], "--quality"],
    [["units", "--has", "spikes"], "lfp, waveforms, pupil"],
    [["units", "--catalogue", "x.parquet", "--ibl", "y"], "in place of sources"],
  ])("wrong usage %j", async (args, says) => {
    const { code, out, err } = await run(["query", ...args]);
    expect({ code, out, err }).toEqual({ code: 2, out: "", err: expect.stringContaining(says) });
  });

  it("does not put binary on a terminal", async () => {
    const outcome = await run(["query", "units", "--format", "parquet"], { isOutTerminal: true });
    expect(outcome).toMatchObject({ code: 2, out: "", err: expect.stringContaining("--out") });
  });
});

function metric(unit: (typeof units)[number], name: string): number {
  const { allenMetrics } = unit as unknown as { allenMetrics: Readonly<Record<string, number | null>> };
  return allenMetrics[name] ?? Number.NaN;
}

/** Linear between the two nearest ranks, as numpy's default. */
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const [low = Number.NaN, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (place - Math.floor(place)) * (high - low);
}

/** Columns of a file as JSON has them. */
async function readColumns(path: string): Promise<ReadonlyMap<string, readonly unknown[]>> {
  if (path.endsWith(".json")) {
    const { rows } = JSON.parse(readFileSync(path, "utf8")) as Document;
    return new Map(Object.keys(rows[0] ?? {}).map((name) => [name, rows.map((row) => row[name])]));
  }
  const store = createStores().open(pathToFileURL(`${dirname(path)}/`).href);
  if (path.endsWith(".parquet")) {
    const table = await readParquet(store, basename(path));
    const known = (value: unknown) => (Number.isNaN(value) ? null : value);
    return new Map(
      [...(table?.columns ?? [])].map(([name, column]) => [name, Array.from(column as Iterable<unknown>, known)]),
    );
  }
  const table = await readCsv(store, basename(path));
  return new Map([...(table?.columns ?? [])].map(([name, column]) => [name, Array.from(column as Iterable<unknown>)]));
}

/** A value as a cell of CSV. */
function toCell(value: unknown): string {
  return value === null ? "" : String(value);
}
