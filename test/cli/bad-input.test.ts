import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { carriedBy, identity } from "../rosetta/truth.js";
import { copySample, expectFailure, removeFolders, run, runJson, SAMPLE, temporaryFolder } from "./run.js";

/** Sources that are absent, cut off, or not what they say: one line that names file and place and the next step, and no answer. */

afterAll(removeFolders);

const SESSION_NWB = "session_910000101/session_910000101.nwb";
const SESSION_FOLDER = "examplelab/Subjects/XP_001/2026-01-15/001";
const SORTING_B = join(SESSION_FOLDER, "alf/probe01/pykilosort");

/** Rewrites a text file of a copy. */
function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

/** Takes a column out of a CSV without quoted cells. */
function withoutColumn(name: string): (text: string) => string {
  return (text) => {
    const lines = text.split(/\r?\n/);
    const index = lines[0]?.split(",").indexOf(name) ?? -1;
    return lines
      .map((line) =>
        line
          .split(",")
          .filter((_, i) => i !== index)
          .join(","),
      )
      .join("\n");
  };
}

describe("no such place", () => {
  it.each([
    ["sessions", "--ibl", "nowhere"],
    ["units", "--allen", "nowhere"],
    ["inspect", "nowhere"],
    ["compare", "--allen", SAMPLE.allen, "--ibl", "nowhere.h5"],
  ])("%s %s %s", async (...args) => {
    expectFailure(await run(args, { cwd: temporaryFolder() }), /no file or folder at .*nowhere/, /check the path/);
  });

  it("an empty folder is no source of either kind", async () => {
    const folder = temporaryFolder();
    expectFailure(await run(["sessions", "--ibl", folder]), folder, /no ONE cache/, /give the folder/);
    expectFailure(await run(["sessions", "--allen", folder]), folder, /no project cache/, /give the folder/);
  });

  it("a file of another kind is no source, and inspect is named", async () => {
    const nwb = join(SAMPLE.allen, SESSION_NWB);
    expectFailure(await run(["units", "--allen", nwb]), nwb, /folder of an EcephysProjectCache/, /crossprobe inspect/);
    expectFailure(await run(["units", "--ibl", nwb]), nwb, /ONE folder, an LFPack/, /crossprobe inspect/);
  });

  it("an HDF5 file that is no LFPack archive", async () => {
    const path = join(temporaryFolder(), "renamed.h5");
    cpSync(join(SAMPLE.allen, SESSION_NWB), path);
    expectFailure(await run(["probes", "--ibl", path]), /renamed\.h5/, /no LFPack/, /crossprobe inspect/);
  });

  it("a session, a probe, a unit and a region that are not there", async () => {
    expectFailure(await run(["probes", "--session", "allen:session:1"]), /no session allen:session:1/, /crossprobe/);
    expectFailure(await run(["units", "--probe", "allen:probe:1"]), /probe 1/, /list the probes/);
    expectFailure(await run(["spikes", "ibl:unit:x/1"]), /ibl:unit:x\/1/, /crossprobe units/);
    expectFailure(await run(["events", "ibl:session:x"]), /ibl:session:x/, /crossprobe sessions/);
    expectFailure(await run(["spikes", "elsewhere:unit:1"]), /"elsewhere"/, /ibl, allen/);
    expectFailure(await run(["units", "--region", "visp"]), /"visp"/, /did you mean .*VISp/);
    expectFailure(await run(["regions", "VISpp"]), /"VISpp"/, /did you mean .*VISp/);
    expectFailure(
      await run(["channels", "--region", "qqqqqqqq"]),
      /"qqqqqqqq"; acronyms are case-sensitive|"qqqqqqqq" in/,
    );
  });
});

describe("an Allen cache", () => {
  it("without units.csv", async () => {
    const cache = copySample("allen");
    rmSync(join(cache, "units.csv"));
    expectFailure(await run(["units", "--allen", cache]), /units\.csv/, /;/);
    expect((await run(["sessions", "--allen", cache])).code).toBe(0);
  });

  it("whose probes.csv lacks a column", async () => {
    const cache = copySample("allen");
    edit(join(cache, "probes.csv"), withoutColumn("ecephys_session_id"));
    expectFailure(await run(["probes", "--allen", cache]), /probes\.csv/, /ecephys_session_id/, /;/);
  });

  it("whose units.csv lacks a column of its rule", async () => {
    const cache = copySample("allen");
    edit(join(cache, "units.csv"), withoutColumn("ecephys_channel_id"));
    const probe = identity.probe("allen", "A");
    expectFailure(await run(["units", "--allen", cache, "--probe", probe]), /units\.csv/, /ecephys_channel_id/, /;/);
  });

  it("without a metric of its rule passes no unit; one that another bound fails fails, of the others nothing is known", async () => {
    const cache = copySample("allen");
    edit(join(cache, "units.csv"), withoutColumn("isi_violations"));
    const { rows, counts } = await runJson(["units", "--allen", cache]);
    expect(counts).toMatchObject({ passing: 0 });
    expect(rows.length).toBeGreaterThan(50);
    for (const { quality, metrics } of rows) {
      const value = (name: string) => Number(Reflect.get(Object(metrics), `allen.${name}`) ?? Number.NaN);
      const fails = !(value("amplitude_cutoff") <= 0.1) || !(value("presence_ratio") >= 0.95);
      expect(quality).toEqual({ "allen-default@2019": fails ? false : null });
    }
    expect((await run(["units", "--allen", cache])).out).toMatch(/ \?\n/);
    expect((await runJson(["units", "--passing", "--allen", cache])).rows).toEqual([]);
  });

  it("whose manifest is of another version", async () => {
    const cache = copySample("allen");
    edit(join(cache, "manifest.json"), (text) => text.replace("0.3.0", "9.9.0"));
    expectFailure(await run(["sessions", "--allen", cache]), /manifest\.json/, /9\.9\.0/, /0\.3\.0/, /;/);
  });

  it("whose manifest is no JSON", async () => {
    const cache = copySample("allen");
    edit(join(cache, "manifest.json"), (text) => text.slice(0, 40));
    expectFailure(await run(["sessions", "--allen", cache]), /manifest\.json/, /JSON/, /;/);
  });

  it.each([0, 100, 100_000])("whose session file is cut off after %i bytes", async (size) => {
    const cache = copySample("allen");
    truncateSync(join(cache, SESSION_NWB), size);
    const says = size === 0 ? /an empty file/ : /truncated: \d+ of \d+ bytes/;
    for (const args of [
      ["events", identity.session("allen")],
      ["spikes", identity.probe("allen", "A")],
    ])
      expectFailure(await run([...args, "--allen", cache]), /session_910000101\.nwb/, says, /;/);
    expectFailure(await run(["inspect", join(cache, SESSION_NWB)]), /session_910000101\.nwb/, says);
  });

  it("whose LFP file is cut off writes nothing", async () => {
    const [cache, folder] = [copySample("allen"), temporaryFolder()];
    truncateSync(join(cache, "session_910000101/probe_910000201_lfp.nwb"), 200_000);
    const read = ["lfp", "read", identity.probe("allen", "A"), "--from", "1", "--to", "2", "--out"];
    expectFailure(
      await run([...read, join(folder, "x.npy"), "--allen", cache]),
      /probe_910000201_lfp\.nwb/,
      /truncated/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("an IBL source", () => {
  it("whose LFPack archive is cut off", async () => {
    const archive = join(temporaryFolder(), "cut.h5");
    cpSync(join(SAMPLE.ibl, "lf_compressed.h5"), archive);
    truncateSync(archive, 300_000);
    const read = ["lfp", "read", identity.probe("ibl", "A"), "--from", "10", "--to", "11", "--ibl", archive];
    expectFailure(await run(read), /cut\.h5/, /truncated: 300000 of 414699 bytes/, /;/);
    expectFailure(await run(["inspect", archive]), /cut\.h5/, /truncated/, /fetch/);
  });

  it("whose release table lacks a column", async () => {
    const table = join(temporaryFolder(), "bwm.csv");
    cpSync(join(SAMPLE.ibl, "bwm_release.csv"), table);
    edit(table, withoutColumn("pid"));
    expectFailure(await run(["probes", "--ibl", table]), /bwm\.csv/, /"pid"/, /;/);
  });

  it("with an npy file whose header promises more than there is", async () => {
    const source = copySample("ibl");
    const path = join(source, SORTING_B, "spikes.times.npy");
    const bytes = readFileSync(path);
    const shape = /'shape': \((\d+),\)/.exec(bytes.subarray(0, 128).toString("latin1"));
    const [text = "", count = ""] = shape ?? [];
    const lie = text.replace(count, String(Number(count) + 1)).padEnd(text.length);
    bytes.write(lie, bytes.indexOf(text, 0, "latin1"), "latin1");
    writeFileSync(path, bytes);
    const says = [/spikes\.times\.npy/, /;/] as const;
    expectFailure(await run(["spikes", identity.probe("ibl", "B"), "--ibl", source]), ...says);
    expect((await run(["spikes", identity.probe("ibl", "A"), "--ibl", source])).code).toBe(0);
  });

  it("with one probe of two that cannot be read lists the other, and fails", async () => {
    const source = copySample("ibl");
    truncateSync(join(source, SORTING_B, "channels.mlapdv.npy"), 1000);
    const { code, out, err } = await run(["channels", "--ibl", source, "--json"]);
    expect(code).toBe(1);
    const { rows, counts } = JSON.parse(out);
    expect(counts.channels).toBe(carriedBy.channels("ibl", "A").length);
    expect(rows[0].probe).toBe(identity.probe("ibl", "A"));
    expect(err).toMatch(new RegExp(`^crossprobe: ${identity.probe("ibl", "B")}: .*channels\\.mlapdv\\.npy`, "m"));
  });

  it("none of whose probes can be read says so, after the error of each", async () => {
    const source = copySample("ibl");
    const alf = join(source, SESSION_FOLDER, "alf");
    const found = readdirSync(alf, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith("channels.mlapdv.npy"));
    for (const name of found) truncateSync(join(alf, name), 1000);
    for (const command of [["channels"], ["units", "--json"], ["regions"]]) {
      const outcome = await run([...command, "--ibl", source]);
      expectFailure(outcome, /none of 2 probes could be read; see the errors above/);
      for (const key of ["A", "B"] as const)
        expect(outcome.err).toMatch(new RegExp(`^crossprobe: ${identity.probe("ibl", key)}: .*channels\\.mlapdv`, "m"));
    }
  });

  it("with a file that its tables list and that is not there", async () => {
    const source = copySample("ibl");
    rmSync(join(source, SORTING_B, "spikes.times.npy"));
    expectFailure(await run(["spikes", identity.probe("ibl", "B"), "--ibl", source]), /spikes\.times/, /;/);
  });

  it("given as a folder and as an archive, each repeated, is one session", async () => {
    const folder = temporaryFolder();
    cpSync(join(SAMPLE.ibl, "lf_compressed.h5"), join(folder, "lf.h5"));
    const given = ["--ibl", SAMPLE.ibl, "--ibl", join(folder, "lf.h5"), "--ibl", join(SAMPLE.ibl, "bwm_release.csv")];
    expect((await runJson(["probes", ...given])).counts).toMatchObject({ probes: 2, sessions: 1 });
    const archive = ["lfp", "read", identity.probe("ibl", "A"), "--from", "10", "--to", "11"];
    const { channels } = await runJson<{ channels: unknown[] }>([...archive, "--ibl", join(folder, "lf.h5")]);
    expect(channels).toHaveLength(carriedBy.channels("ibl", "A").length);
  });
});

describe("crossprobe.config.json", () => {
  let root: string;
  let deep: string;
  beforeAll(() => {
    root = temporaryFolder();
    deep = join(root, "a/b/c");
    mkdirSync(deep, { recursive: true });
  });
  const write = (content: string, place = root) => writeFileSync(join(place, "crossprobe.config.json"), content);

  it("is found upwards, and its paths are relative to it", async () => {
    cpSync(SAMPLE.allen, join(root, "data/cache"), { recursive: true });
    write(JSON.stringify({ allen: ["data/cache"] }));
    expect((await runJson(["sessions"], { cwd: deep })).rows.map(({ ref }) => ref)).toEqual([
      identity.session("allen"),
    ]);
    expect((await run(["sessions"], { cwd: deep })).err).toContain(join(root, "crossprobe.config.json"));
  });

  it("gives way to the command line, whose paths are relative to where one stands", async () => {
    write("{ broken");
    const { rows } = await runJson(["sessions", "--allen", "../../../data/cache"], { cwd: deep });
    expect(rows).toHaveLength(1);
  });

  it.each([
    ["is no JSON", "{ broken", /is no JSON/],
    ["has a word it does not know", '{ "ibi": ["x"] }', /ibi/],
    ["holds no list", '{ "ibl": "x" }', /ibl/],
    ["is a list", "[]", /document/],
  ])("that %s", async (_, content, says) => {
    write(content);
    expectFailure(
      await run(["sessions"], { cwd: deep }),
      join(dirname(deep), "../../crossprobe.config.json"),
      says,
      /;/,
    );
  });

  it("that names no source, or one that is not there", async () => {
    write('{ "ibl": [] }');
    expectFailure(await run(["sessions"], { cwd: deep }), /no sources?/, /--ibl/);
    write('{ "ibl": ["gone"] }');
    expectFailure(await run(["sessions"], { cwd: deep }), /gone/, /check the path/);
  });
});
