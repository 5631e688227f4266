import { existsSync, readdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expected, identity } from "../rosetta/truth.js";
import { copySample, expectFailure, type Outcome, removeFolders, run, SAMPLE, temporaryFolder } from "./run.js";

/** The comparison as a command: what it prints, what it writes, and what a session does that cannot be read. */

const SESSION_NWB = "session_910000101/session_910000101.nwb";

let broken: string;
beforeAll(() => {
  broken = copySample("allen");
  truncateSync(join(broken, SESSION_NWB), 100_000);
});
afterAll(removeFolders);

describe("over the embedded samples", () => {
  const folder = temporaryFolder();
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await run(["compare", "--json", "--lfp-interval", "4:20", "--out", join(folder, "new/report")]);
  });

  it("--json is one document with the stable names", () => {
    expect(outcome.code).toBe(0);
    const document = JSON.parse(outcome.out);
    expect(document).toMatchObject({ mapping: "beryl", units: "passing", provenance: expect.any(Object) });
    for (const dataset of ["ibl", "allen"] as const) {
      const counts = expected.unitCounts[dataset].beryl;
      expect(document.totals[dataset]).toMatchObject({
        rule: dataset === "ibl" ? "ibl-good@2023" : "allen-default@2019",
        units: { total: counts?.all.total },
        unmapped: { total: counts?.indeterminate.total },
        unregistered: { total: counts?.unregistered.total },
      });
    }
    const region = document.regions.find(({ region }: { region: string }) => region === "VISp");
    for (const dataset of ["ibl", "allen"]) {
      const found = region.datasets[dataset];
      for (const name of ["sessions", "probes", "channels", "lfpChannels"]) expect(found[name]).toBeGreaterThan(0);
      expect(Object.keys(found.firingRate)).toEqual(expect.arrayContaining(["count", "median", "q1", "q3"]));
      for (const name of ["binStart", "mean", "low", "high"]) expect(found.psth[name]).toHaveLength(150);
      expect(found.psth.events).toBe(120);
      for (const power of Object.values(found.lfpPowerUv2))
        expect(Object.keys(power as object)).toEqual(["delta", "theta", "beta", "gamma", "highGamma"]);
      expect(Array.isArray(found.caveats)).toBe(true);
    }
  });

  it("--out holds the three files and nothing else; the JSON is what was printed", () => {
    const place = join(folder, "new/report");
    expect(readdirSync(place).sort()).toEqual(["report.csv", "report.html", "report.json"]);
    expect(readFileSync(join(place, "report.json"), "utf8")).toBe(outcome.out);
    expect(readFileSync(join(place, "report.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*<\/html>\s*$/i);
    expect(outcome.err).toContain(join(place, "report.html"));
  });
});

describe("with a session that cannot be read", () => {
  const sources = () => ["--ibl", SAMPLE.ibl, "--allen", broken, "--lfp-interval", "4:20"];

  it("lists it, leaves it out, reports on the rest, and fails", async () => {
    const folder = temporaryFolder();
    const { code, out, err } = await run(["compare", ...sources(), "--out", folder]);
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`${identity.session("allen")} left out: .*session_910000101\\.nwb.*truncated`));
    expect(out).toMatch(/VISp +ibl/);
    for (const line of out.split("\n")) if (!/\S{70}/.test(line)) expect(line.length, line).toBeLessThanOrEqual(80);
    const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    expect(report.failures).toMatchObject([{ session: identity.session("allen") }]);
    expect(report.totals.ibl.units.total).toBe(expected.unitCounts.ibl.beryl?.all.total);
  });

  it("succeeds all the same with --keep-going", async () => {
    const { code, err } = await run(["compare", ...sources(), "--keep-going"]);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining("left out") });
  });

  it("writes nothing when there is no other", async () => {
    const out = join(temporaryFolder(), "report");
    for (const more of [[], ["--keep-going"]]) {
      expectFailure(await run(["compare", "--allen", broken, "--out", out, ...more]), /no session could be read/);
      expect(existsSync(out)).toBe(false);
    }
  });
});

describe("--stimulus", () => {
  const short = ["--lfp-interval", "4:12"];

  it("restricts onsets to the stimuli named, given again for more", async () => {
    const { out } = await run(["compare", "--json", ...short, "--stimulus", "gabors"]);
    const { regions, totals } = JSON.parse(out);
    const { datasets } = regions.find(({ region }: { region: string }) => region === "VISp");
    expect([datasets.allen.psth.events, datasets.ibl.psth]).toEqual([120, null]);
    expect(totals.ibl.events).toMatchObject({ onsets: 0, notAsked: { task: 120 } });
    const both = await run(["compare", ...short, "--stimulus", "gabors", "--stimulus", "task"]);
    expect(both.out).toContain("ibl: 120 visual onsets (120 task)");
  });

  it("refuses an unknown name with those that are there", async () => {
    expectFailure(await run(["compare", "--stimulus", "gabor"]), /"gabor".*stimuli that are there: gabors, task/);
  });
});

describe("an LFPack file alone", () => {
  it("answers for no unit: a dash, not zero", async () => {
    const folder = temporaryFolder();
    const source = ["--ibl", join(SAMPLE.ibl, "lf_compressed.h5"), "--lfp-interval", "4:12"];
    const { code, out } = await run(["compare", ...source, "--out", folder]);
    expect(code).toBe(0);
    expect(out).toMatch(/^VISp +ibl +– /m);
    expect(out).toMatch(/^ibl +2 +2 +– +– +–$/m);
    expect(out).not.toContain("0/0");
    const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    expect(report.totals.ibl.units).toEqual({ total: null, passing: null });
    expect(readFileSync(join(folder, "report.html"), "utf8")).not.toContain("0 / 0");
  });
});

describe("where there is nothing to compare", () => {
  it("metadata alone is refused with its reason, and nothing is written", async () => {
    const folder = join(temporaryFolder(), "report");
    const outcome = await run(["compare", "--ibl", join(SAMPLE.ibl, "bwm_release.csv"), "--out", folder]);
    expectFailure(outcome, /there is nothing to compare: a release table lists sessions and probes only/);
    expect(existsSync(folder)).toBe(false);
  });

  it("an unwritable folder is refused before anything is read", async () => {
    const outcome = await run(["compare", "--out", join(SAMPLE.ibl, "bwm_release.csv", "report")]);
    expectFailure(outcome, /cannot write .*report\.html/);
  });
});
