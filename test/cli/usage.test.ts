import { afterAll, describe, expect, it } from "vitest";
import { identity } from "../rosetta/truth.js";
import { removeFolders, run, SAMPLE, temporaryFolder } from "./run.js";

/** What is wrong usage, what help says, what goes to which stream. */

afterAll(removeFolders);

const COMMANDS = "demo compare sessions probes channels units regions metrics rules spikes events lfp inspect".split(
  " ",
);
const PROBE = identity.probe("allen", "A");

describe("help", () => {
  it.each(["", ...COMMANDS, "lfp read"])("of crossprobe %s", async (words) => {
    const path = words === "" ? [] : words.split(" ");
    const { code, out, err } = await run([...path, "--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/\nExample:\n {2}crossprobe \w/);
    expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(await run(["help", ...path.slice(0, 1)])).toMatchObject({ code: 0 });
  });

  it("lists every command, and its examples name commands that there are", async () => {
    const { out } = await run(["--help"]);
    for (const name of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${name} `, "m"));
    expect(out).toContain("0 fine, 1 failed, 2 wrong usage");
    for (const name of COMMANDS) {
      const example = /Example:\n {2}crossprobe (\w+)/.exec((await run([name, "--help"])).out)?.[1];
      expect(example).toBe(name);
    }
  });

  it.each(["channels", "units", "regions", "metrics", "rules", "spikes", "events", "lfp"])(
    "the example of %s works",
    async (name) => {
      const line = /Example:\n {2}crossprobe (.+)/.exec((await run([name, "--help"])).out)?.[1] ?? "";
      expect(await run(line.split(" "), { cwd: temporaryFolder() })).toMatchObject({ code: 0 });
    },
  );

  it("comes on standard error, as wrong usage, without a command", async () => {
    expect(await run([])).toMatchObject({ code: 2, out: "", err: expect.stringContaining("Usage: crossprobe") });
    expect(await run(["lfp"])).toMatchObject({ code: 2, out: "", err: expect.stringContaining("read") });
  });
});

describe("wrong usage: exit code 2, one line that names it, and where to look", () => {
  it.each<[string, string[], RegExp]>([
    ["an unknown command", ["unit"], /unknown command 'unit'.*units/],
    ["an unknown option", ["sessions", "--speed"], /--speed/],
    ["an option without its value", ["sessions", "--ibl"], /--ibl/],
    ["a missing argument", ["spikes"], /missing required argument 'ref'/],
    ["an argument too many", ["events", identity.session("allen"), "more"], /too many arguments/],
    ["what is no reference", ["spikes", "12"], /<dataset>:<kind>:<id>/],
    ["an unknown kind of reference", ["spikes", "allen:shank:1"], /<dataset>:<kind>:<id>/],
    ["a reference of another kind", ["spikes", identity.session("allen")], /it is a session.*unit or probe/],
    ["an interval without a stop", ["compare", "--interval", "5"], /<start>:<stop>/],
    ["an interval that runs backwards", ["compare", "--interval", "5:5"], /start before stop/],
    ["an LFP interval that is none", ["compare", "--lfp-interval", "a:b"], /<start>:<stop>/],
    ["a mapping that is not there", ["compare", "--mapping", "brodmann"], /allen, beryl, cosmos/],
    ["units that are not there", ["compare", "--units", "good"], /passing, all/],
    ["a band without its edge", ["compare", "--bands", "theta:6"], /theta:6-10/],
    ["seconds that are none", ["spikes", PROBE, "--from", "soon"], /number/],
    ["a count below zero", ["units", "--limit", "-1"], /whole number/],
    ["a count that is none", ["channels", "--limit", "many"], /whole number/],
    ["a time span that is empty", ["events", identity.session("allen"), "--from", "5", "--to", "5"], /not before/],
    ["a read without its end", ["lfp", "read", PROBE, "--from", "1"], /--to/],
    ["a read that runs backwards", ["lfp", "read", PROBE, "--from", "2", "--to", "1"], /not before/],
    ["columns that are empty", ["lfp", "read", PROBE, "--from", "1", "--to", "2", "--channels", "4:4"], /empty/],
    ["a format that is not written", ["events", identity.session("allen"), "--out", "x.xlsx"], /\.csv or \.parquet/],
    ["spikes as nothing", ["spikes", PROBE, "--out", "spikes"], /No extension/],
    ["many units in one array", ["spikes", PROBE, "--out", "x.npy"], /one unit/],
    ["an event type that is not there", ["events", identity.session("allen"), "--type", "lick"], /stimulus\.visual/],
  ])("%s", async (_, args, says) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(says);
    expect(err).toMatch(/^crossprobe: .*; see crossprobe( \w+)* --help\n$/);
  });
});

describe("a slip is answered once", () => {
  it("another case of an acronym is the one suggestion", async () => {
    const { code, err } = await run(["units", "--region", "ca1"]);
    expect(code).toBe(1);
    expect(err).toMatch(/did you mean CA1\? /);
  });

  it("what is no reference is quoted once", async () => {
    const { code, err } = await run(["spikes", "bogus"]);
    expect(code).toBe(2);
    expect(err).toMatch(/is no <ref>: write <dataset>:<kind>:<id>/);
    expect(err.match(/bogus/g)).toHaveLength(1);
  });

  it.each(["e9930bb9-2950-34c9-847e-46a5d438b5c6", "715093703"])(
    "a bare id (%s) is no target of download",
    async (id) => {
      const { code, err } = await run(["download", id, "--to", "."]);
      expect(code).toBe(2);
      expect(err).toMatch(new RegExp(`^crossprobe: '${id}' is no <ref\\|url>: write <dataset>:<kind>:<id>`));
    },
  );
});

describe("--version", () => {
  it("is a version and nothing else", async () => {
    const { code, out, err } = await run(["--version"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });
});

describe("--debug", () => {
  it("adds the stack to the one line", async () => {
    const args = ["units", "--region", "visp", "--allen", SAMPLE.allen];
    expect((await run(args)).err.trimEnd().split("\n")).toHaveLength(1);
    expect((await run([...args, "--debug"])).err).toMatch(/QueryError[\s\S]*\n\s+at [\s\S]*caused by: UnknownRegion/);
  });
});
