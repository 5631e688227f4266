import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseCsv } from "@crossprobe/formats/csv";
import { parseNpy } from "@crossprobe/formats/npy";
import { readParquet, readParquetSchema } from "@crossprobe/formats/parquet";
import { LocalStore } from "@crossprobe/storage/node";
import { afterAll, describe, expect, it } from "vitest";
import { carriedBy, channels, DATASETS, events, identity, info, trueLfp, trueSpikes } from "../rosetta/truth.js";
import { expectFailure, removeFolders, run, runJson, temporaryFolder } from "./run.js";

/** What `spikes`, `events` and `lfp read` print and write, read back and held to the ground truth. */

afterAll(removeFolders);

const csvColumns = (path: string) => {
  const { columns, rowCount } = parseCsv(readFileSync(path, "utf8"), path, {});
  return { rowCount, of: (name: string) => columns.get(name) ?? expect.fail(`no column ${name}`) };
};
const parquetColumn = async (folder: string, name: string, column: string) => {
  const found = await readParquet(new LocalStore(folder), name, {});
  return Array.from(found?.columns.get(column) ?? expect.fail(`no column ${column}`));
};
const npy = (path: string) => {
  const { data, shape, dtype } = parseNpy(readFileSync(path), path);
  return { data: Array.from(data as Float64Array), shape, dtype };
};

describe.each(DATASETS)("spikes of %s", (dataset) => {
  const unit = carriedBy.units(dataset, "B")[7] ?? expect.fail("too few units");
  const ref = identity.unit(dataset, unit);
  const { times, amplitudes } = trueSpikes(unit);
  const [from, to] = [times[5] ?? Number.NaN, times[20] ?? Number.NaN];
  const cut = ["--from", String(from), "--to", String(to)];

  it("--json: every time bit-exact, amplitudes as float32", async () => {
    const { rows, counts } = await runJson(["spikes", ref]);
    expect(counts).toEqual({ units: 1, spikes: unit.spikeCount });
    expect(rows).toEqual([{ ref, count: times.length, times, amplitudesV: amplitudes }]);
  });

  it("--from takes its own instant, --to leaves it out", async () => {
    const { rows } = await runJson(["spikes", ref, ...cut]);
    expect(rows[0]?.times).toEqual(times.slice(5, 20));
    expect(rows[0]?.amplitudesV).toEqual(amplitudes.slice(5, 20));
    expect((await runJson(["spikes", ref, "--from", "1e6"])).rows[0]?.times).toEqual([]);
  });

  it("--out: npy, CSV and Parquet hold the same, exactly", async () => {
    const folder = temporaryFolder();
    for (const name of ["s.npy", "s.csv", "s.parquet"]) {
      const { code, err } = await run(["spikes", ref, ...cut, "--out", join("deep/er", name)], { cwd: folder });
      expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining(`15 spikes written to`) });
    }
    const place = join(folder, "deep/er");
    expect(readdirSync(place).sort()).toEqual(["s.csv", "s.npy", "s.parquet"]);
    expect(npy(join(place, "s.npy"))).toEqual({ data: times.slice(5, 20), shape: [15], dtype: "<f8" });
    const csv = csvColumns(join(place, "s.csv"));
    expect(csv.of("time").map(Number)).toEqual(times.slice(5, 20));
    expect(csv.of("amplitudeV").map((text) => Math.fround(Number(text)))).toEqual(amplitudes.slice(5, 20));
    expect(new Set(csv.of("unit"))).toEqual(new Set([ref]));
    expect(await parquetColumn(place, "s.parquet", "time")).toEqual(times.slice(5, 20));
    expect(await parquetColumn(place, "s.parquet", "unit")).toEqual(Array.from({ length: 15 }, () => ref));
  });

  it("of a whole probe as a table: all units, and JSON leaves the numbers to the file", async () => {
    const folder = temporaryFolder();
    const args = ["spikes", identity.probe(dataset, "A"), "--to", "20", "--out", "all.csv"];
    const { counts, rows } = await runJson(args, { cwd: folder });
    const wanted = carriedBy.units(dataset, "A");
    const early = wanted.map((one) => trueSpikes(one).times.filter((time) => time < 20).length);
    expect(counts).toEqual({ units: wanted.length, spikes: early.reduce((sum, count) => sum + count, 0) });
    expect(Object.keys(rows[0] ?? {})).toEqual(["ref", "count"]);
    expect(csvColumns(join(folder, "all.csv")).rowCount).toBe(counts.spikes);
  });
});

describe.each(DATASETS)("events of %s", (dataset) => {
  const visual = ["events", identity.session(dataset), "--type", "stimulus.visual.onset"];

  it("--json and files: onsets bit-exact, with contrast and side", async () => {
    const folder = temporaryFolder();
    const { rows, counts } = await runJson(visual);
    expect(counts).toEqual({ events: events.length });
    expect(rows.map(({ time, contrast, side }) => ({ time, contrast, side }))).toEqual(
      events.map(({ onsetTime, contrast, side }) => ({ time: onsetTime, contrast, side })),
    );
    for (const name of ["e.csv", "e.pqt"])
      expect((await run([...visual, "--out", name], { cwd: folder })).code).toBe(0);
    const csv = csvColumns(join(folder, "e.csv"));
    expect(csv.of("time").map(Number)).toEqual(events.map(({ onsetTime }) => onsetTime));
    expect(csv.of("contrast").map(Number)).toEqual(events.map(({ contrast }) => contrast));
    expect(csv.of("side")).toEqual(events.map(({ side }) => side));
    expect(await parquetColumn(folder, "e.pqt", "time")).toEqual(events.map(({ onsetTime }) => onsetTime));
  });

  it("--from and --to are half-open", async () => {
    const [from, to] = [events[3]?.onsetTime, events[9]?.onsetTime];
    const { rows } = await runJson([...visual, "--from", String(from), "--to", String(to)]);
    expect(rows.map(({ time }) => time)).toEqual(events.slice(3, 9).map(({ onsetTime }) => onsetTime));
  });
});

describe("tables of one command have one schema", () => {
  const schemaOf = async (folder: string, name: string) =>
    (await readParquetSchema(new LocalStore(folder), name))?.columns ?? expect.fail(`no ${name}`);

  it("events: of both datasets, and of whatever types", async () => {
    const folder = temporaryFolder();
    const lines = DATASETS.flatMap((dataset) => [
      ["events", identity.session(dataset)],
      ["events", identity.session(dataset), "--type", "stimulus.visual.onset"],
      ["events", identity.session(dataset), "--from", "1e6"],
    ]);
    const schemas = [];
    for (const [i, line] of lines.entries()) {
      expect((await run([...line, "--out", `${i}.parquet`], { cwd: folder })).code).toBe(0);
      schemas.push(await schemaOf(folder, `${i}.parquet`));
    }
    const [first] = schemas;
    for (const schema of schemas) expect(schema).toEqual(first);
    const types = Object.fromEntries((first ?? []).map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({ time: "double", contrast: "double", azimuthDeg: "double", polarity: "double" });
    expect(types).toMatchObject({ type: "string", stimulus: "string", side: "string", choice: "string" });
    expect(types).toMatchObject({ isCorrect: "bool", nativeRow: "int32" });
  });

  const location = {
    ...{ regionAcronym: "string", regionId: "int32", regionGranularity: "string", regionAbsent: "string" },
    ...{ apUm: "double", dvUm: "double", mlUm: "double", hemisphere: "string", distanceFromTipUm: "double" },
  };
  const unitTypes = {
    ...{ ref: "string", probe: "string", session: "string", uuid: "string", peakChannel: "string", ...location },
    ...{ spikeCount: "int32", firingRate: "double", firingRateSource: "string" },
    ...{ qualityRule: "string", qualityPasses: "bool", metrics: "string" },
  };
  const channelTypes = {
    ...{ ref: "string", probe: "string", ...location, siteIndex: "int32", lateralUm: "double", quality: "string" },
  };

  it.each([
    ["units", unitTypes],
    ["channels", channelTypes],
  ])("%s: of either dataset, of both, and of none", async (command, types) => {
    const folder = temporaryFolder();
    for (const scope of [["--dataset", "ibl"], ["--dataset", "allen"], [], ["--region", "MOp"]]) {
      const { code, out, err } = await run([command, ...scope, "--out", "t.parquet"], { cwd: folder });
      expect({ code, out }).toEqual({ code: 0, out: "" });
      expect(err).toMatch(/ written to .*t\.parquet\n$/);
      const found = Object.fromEntries((await schemaOf(folder, "t.parquet")).map(({ name, type }) => [name, type]));
      expect(found).toEqual(types);
      expect(Object.keys(found)).toEqual(Object.keys(types));
    }
  });

  it.each(["units", "channels"])("%s: CSV and Parquet hold what the document holds", async (command) => {
    type Row = {
      ref: string;
      region: { acronym: string } | null;
      regionAbsent: string | null;
      ccf: { ap: number } | null;
    };
    const folder = temporaryFolder();
    const { rows } = await runJson<{ rows: (Row & { quality: Record<string, boolean> })[] }>([command]);
    for (const name of ["t.csv", "t.parquet"])
      expect((await run([command, "--out", name], { cwd: folder })).code).toBe(0);
    const csv = csvColumns(join(folder, "t.csv"));
    expect(csv.of("ref")).toEqual(rows.map(({ ref }) => ref));
    expect(csv.of("regionAcronym")).toEqual(rows.map(({ region }) => region?.acronym ?? ""));
    const column = (name: string) => parquetColumn(folder, "t.parquet", name);
    expect(await column("regionAcronym")).toEqual(rows.map(({ region }) => region?.acronym ?? null));
    expect(await column("regionAbsent")).toEqual(rows.map(({ regionAbsent }) => regionAbsent));
    const ap = (await column("apUm")).map((value) => (Number.isNaN(value) ? null : value));
    expect(ap).toEqual(rows.map(({ ccf }) => ccf?.ap ?? null));
    if (command === "channels") return;
    expect(await column("qualityPasses")).toEqual(rows.map(({ quality }) => Object.values(quality)[0] ?? null));
    expect(await column("qualityRule")).toEqual(rows.map(({ quality }) => Object.keys(quality)[0] ?? null));
  });

  it("regions: a row a region and dataset, with what is in no region", async () => {
    const folder = temporaryFolder();
    const { rows, unmapped } = await runJson<{
      rows: { region: string; datasets: Record<string, { channels: number }> }[];
      unmapped: Record<string, { channels: number; units: { total: number } }>;
    }>(["regions"]);
    const { out, err } = await run(["regions", "--out", "r.parquet"], { cwd: folder });
    expect(out).toBe("");
    expect(err).toMatch(/^\d+ regions of the beryl mapping written to .*\n$/);
    const types = (await schemaOf(folder, "r.parquet")).map(({ name, type }) => `${name} ${type}`);
    expect(types).toEqual([
      ...["mapping string", "kind string", "regionAcronym string", "regionId int32", "regionName string"],
      ...["dataset string", "channels int32", "unitsTotal int32", "unitsPassing int32"],
    ]);
    const column = (name: string) => parquetColumn(folder, "r.parquet", name);
    const [acronyms, datasets, counts, kinds, units] = await Promise.all(
      ["regionAcronym", "dataset", "channels", "kind", "unitsTotal"].map(column),
    );
    expect(acronyms).toHaveLength(2 * (rows.length + 2));
    for (const [i, acronym] of (acronyms ?? []).entries()) {
      const dataset = String(datasets?.[i]);
      if (kinds?.[i] === "region")
        expect(counts?.[i]).toBe(rows.find(({ region }) => region === acronym)?.datasets[dataset]?.channels ?? 0);
      if (kinds?.[i] === "unmapped") expect(units?.[i]).toBe(unmapped[dataset]?.units.total ?? 0);
    }
    expect((await run(["regions", "CA1", "--out", "r.csv"], { cwd: folder })).code).toBe(2);
  });

  it("spikes: of both datasets, and of none", async () => {
    const folder = temporaryFolder();
    const wanted = [
      { name: "unit", type: "string" },
      { name: "time", type: "double" },
      { name: "amplitudeV", type: "double" },
    ];
    for (const dataset of DATASETS) {
      for (const from of ["290", "1e6"]) {
        const line = ["spikes", identity.probe(dataset, "A"), "--from", from, "--out", "s.parquet"];
        expect((await run(line, { cwd: folder })).code).toBe(0);
        expect(await schemaOf(folder, "s.parquet")).toEqual(wanted);
      }
    }
  });

  it("lfp: a double for time, single-precision volts", async () => {
    const folder = temporaryFolder();
    const line = "--from 10 --to 10.1 --channels 0:2 --out l.parquet".split(" ");
    for (const dataset of DATASETS) {
      expect((await run(["lfp", "read", identity.probe(dataset, "A"), ...line], { cwd: folder })).code).toBe(0);
      expect((await schemaOf(folder, "l.parquet")).map(({ type }) => type)).toEqual(["double", "float", "float"]);
    }
  });
});

describe.each(DATASETS)("lfp read of %s", (dataset) => {
  const truth = trueLfp(dataset, "A");
  const { clock } = info.probes.A;
  const [start, rate] =
    dataset === "ibl" ? [clock.iblLfpStartTime, clock.iblLfpRateHz] : [clock.allenLfpStartTime, clock.allenLfpRateHz];
  const timeOf = (sample: number) => start + sample / rate;
  const [first, last] = [truth.firstSample, truth.firstSample + truth.samples - 1];
  const window = ["--from", String(timeOf(first) - 0.5 / rate), "--to", String(timeOf(last) + 0.5 / rate)];
  const read = ["lfp", "read", identity.probe(dataset, "A")];

  it("--out .npy: volts by time and channel, times beside it", async () => {
    const folder = temporaryFolder();
    expect((await run([...read, ...window, "--out", "lfp.npy"], { cwd: folder })).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(["lfp.npy", "lfp.times.npy"]);
    const [volts, times] = [npy(join(folder, "lfp.npy")), npy(join(folder, "lfp.times.npy"))];
    expect(volts.dtype).toBe("<f4");
    expect(volts.shape).toEqual([truth.samples, truth.width]);
    expect(times.shape).toEqual([truth.samples]);
    for (const [i, time] of times.data.entries()) expect(Math.abs(time - timeOf(first + i))).toBeLessThan(1e-9);
    let [error, power] = [0, 0];
    for (let i = 0; i < truth.samples; i++) {
      for (const [column, site] of carriedBy.lfpSites(dataset, "A").entries()) {
        if (!channels.A[site]?.inBrain) continue;
        const wanted = truth.at(i, column);
        error += ((volts.data[i * truth.width + column] ?? Number.NaN) - wanted) ** 2;
        power += wanted ** 2;
      }
    }
    // Relative rms that each encoding leaves, as truth.json accepts it.
    expect(Math.sqrt(error / power)).toBeLessThan(dataset === "ibl" ? 0.1 : 0.003);
  });

  it("tables, chosen channels and JSON hold the same values", async () => {
    const folder = temporaryFolder();
    const some = [...read, ...window, "--channels", "3,20:22"];
    const document = await runJson<{
      shape: number[];
      times: number[];
      data: number[];
      unit: string;
      channels: { index: number; ref: string }[];
    }>(some);
    expect(document).toMatchObject({ shape: [truth.samples, 3], unit: "V" });
    expect(document.channels.map(({ index }) => index)).toEqual([3, 20, 21]);
    for (const name of ["lfp.csv", "lfp.parquet"])
      expect((await run([...some, "--out", name], { cwd: folder })).code).toBe(0);
    const column = document.data.filter((_, i) => i % 3 === 1);
    const ref = document.channels[1]?.ref ?? "";
    const csv = csvColumns(join(folder, "lfp.csv"));
    expect(csv.of("time").map(Number)).toEqual(document.times);
    expect(csv.of(ref).map((text) => Math.fround(Number(text)))).toEqual(column.map(Math.fround));
    expect(await parquetColumn(folder, "lfp.parquet", "time")).toEqual(document.times);
    expect(await parquetColumn(folder, "lfp.parquet", ref)).toEqual(column);
  });

  it("--from takes a sample at its own time, --to leaves one out", async () => {
    const { times } = await runJson<{ times: number[] }>([...read, ...window, "--channels", "0"]);
    const [from, to] = [String(times[10]), String(times[15])];
    const part = await runJson<{ times: number[]; shape: number[] }>([
      ...[...read, "--from", from, "--to", to, "--channels", "0"],
    ]);
    expect(part.times).toEqual(times.slice(10, 15));
    expect(part.shape).toEqual([5, 1]);
  });
});

describe.each(DATASETS)("what the LFP of %s covers", (dataset) => {
  const { clock } = info.probes.A;
  const ref = identity.probe(dataset, "A");
  const [start, rate] =
    dataset === "ibl" ? [clock.iblLfpStartTime, clock.iblLfpRateHz] : [clock.allenLfpStartTime, clock.allenLfpRateHz];
  const read = (from: number, to: number) => ["lfp", "read", ref, "--from", String(from), "--to", String(to)];

  it("a span outside is a failure that says what there is, and writes nothing", async () => {
    const folder = temporaryFolder();
    for (const [from, to] of [
      [start - 5, start - 1],
      [1e5, 1e5 + 1],
    ] as const) {
      const outcome = await run([...read(from, to), "--out", "lfp.npy"], { cwd: folder });
      expectFailure(
        outcome,
        `covers ${start.toPrecision(7)}`.replace(/\.?0+$/, ""),
        "on the session clock",
        "lfp info",
      );
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it("a span that is partly outside gives what there is, and a note", async () => {
    const args = [...read(start - 5, start + 1), "--channels", "0"];
    const { times } = await runJson<{ times: number[] }>(args);
    expect(Math.abs((times[0] ?? Number.NaN) - start)).toBeLessThan(1e-9);
    expect(Math.abs(times.length - rate)).toBeLessThan(1.5);
    expect((await run(args)).err).toMatch(/note: the LFP covers [\d.]+ to [\d.]+ s on\s+the\s+session clock/);
    expect((await run(read(start + 1, start + 2))).err).not.toMatch(/covers/);
  });

  it("info: coverage, rate, channels, unit, clock and invalid spans", async () => {
    const wanted = await runJson<{ channels: unknown[]; clock: unknown }>([...read(10, 10.1)]);
    const found = await runJson<{
      clock: { samplingRate: number; coverage: { start: number; stop: number } };
      sampleCount: number;
      unit: string;
      invalid: { start: number; stop: number }[];
      channels: unknown[];
    }>(["lfp", "info", ref]);
    expect(found.unit).toBe("V");
    expect(found.clock).toEqual(wanted.clock);
    expect(found.channels).toEqual(wanted.channels);
    expect(Math.abs(found.clock.coverage.start - start)).toBeLessThan(1e-9);
    expect(Math.abs(found.clock.coverage.stop - (start + found.sampleCount / rate))).toBeLessThan(1e-3);
    const { code, out } = await run(["lfp", "info", ref]);
    expect(code).toBe(0);
    for (const text of [ref, "on the session clock", " Hz", "volts", String(found.channels.length)])
      expect(out).toContain(text);
    for (const { start: from } of found.invalid) expect(out).toContain(String(from).slice(0, 4));
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect((await run(["lfp", "info", "--help"])).out).toMatch(/Example:\n {2}crossprobe lfp info allen:probe:/);
  });
});

describe("what the terminal shows", () => {
  const [unit] = carriedBy.units("allen", "A");
  const session = identity.session("ibl");

  it.each([
    ["spikes", identity.unit("allen", unit ?? expect.fail("no unit"))],
    ["events", session],
    ["lfp", "read", identity.probe("allen", "A"), "--from", "10", "--to", "10.1"],
  ])("%s with --out: what was written, and no table", async (...line) => {
    const { code, out, err } = await run([...line, "--out", "x.csv"], { cwd: temporaryFolder() });
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err.match(/ written to /g)).toHaveLength(1);
  });

  it.each([
    ["choice", ({ choice }: Record<string, unknown>) => String(choice ?? "no response")],
    ["outcome", ({ isCorrect }: Record<string, unknown>) => (isCorrect ? "reward" : "error")],
  ])("events of type %s say what it was", async (type, detail) => {
    const line = ["events", session, "--type", type];
    const { rows } = await runJson(line);
    const [head = "", ...body] = (await run(line)).out.trimEnd().split("\n");
    expect(head).toMatch(/ detail$/);
    expect(rows.length).toBeGreaterThan(0);
    expect(body.map((text) => text.split(/ {2,}/).at(-1))).toEqual(rows.map(detail));
  });
});

describe("nothing is written half", () => {
  const unit = ["spikes", identity.unit("allen", carriedBy.units("allen", "A")[0] ?? expect.fail("no unit"))];
  const lfp = ["lfp", "read", identity.probe("allen", "A"), "--from", "10", "--to", "10.1"];

  it("a folder that may not be written to", async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    // An administrator may write anywhere; then this says nothing.
    if (process.getuid?.() !== 0) expectFailure(await run([...unit, "--out", join(folder, "x.csv")]), folder, "--out");
    chmodSync(folder, 0o700);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("a file where a folder is needed", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "taken"), "");
    for (const args of [unit, lfp]) {
      expectFailure(
        await run([...args, "--out", join(folder, "taken/x.csv")]),
        /cannot write .*taken\/x\.csv/,
        "--out",
      );
    }
    expect(readdirSync(folder)).toEqual(["taken"]);
  });

  it("a folder in the place of one file of two", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "x.times.npy"));
    expectFailure(await run([...lfp, "--out", join(folder, "x.npy")]), /x\.times\.npy: there is a folder/);
    expect(existsSync(join(folder, "x.npy"))).toBe(false);
  });

  it("a file that was there stays as it was", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "x.npy"), "before");
    mkdirSync(join(folder, "x.times.npy"));
    expect((await run([...lfp, "--out", join(folder, "x.npy")])).code).toBe(1);
    expect(readFileSync(join(folder, "x.npy"), "utf8")).toBe("before");
    expect(readdirSync(folder).sort()).toEqual(["x.npy", "x.times.npy"]);
  });

  it("an extension that is not written is refused before anything is read", async () => {
    const { code, err } = await run(["spikes", "nobody:unit:1", "--out", "x.mat"]);
    expect(code).toBe(2);
    expect(err).toMatch(/\.mat cannot be written/);
  });
});
