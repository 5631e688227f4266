import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { expectFailure, removeFolders, run, runJson, temporaryFolder } from "../cli/run.js";
import { SHARED } from "./shared.js";

/** The real session, probe and insertion lists of both datasets, as metadata-only sources of the command. */

afterAll(removeFolders);

const REAL = SHARED === undefined ? "" : join(SHARED, "data/real");
const ALLEN = ["--allen", join(REAL, "allen-cache")];
const release = (name: string) => ["--ibl", join(REAL, `ibl-bwm/${name}_bwm_release.csv`)];

interface Listing {
  readonly rows: readonly Record<string, unknown>[];
  readonly counts: Readonly<Record<string, unknown>>;
  readonly unanswered: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

describe.skipIf(!existsSync(REAL))("the command over real tables (runs where ../shared/data/real is)", () => {
  it("the Allen release has 58 sessions and 332 probes", async () => {
    const sessions = await runJson<Listing>(["sessions", ...ALLEN]);
    expect(sessions.rows).toHaveLength(58);
    expect(sessions.counts).toMatchObject({ sessions: 58, byDataset: { allen: 58 } });
    const probes = await runJson<Listing>(["probes", ...ALLEN]);
    expect(probes.counts).toMatchObject({ probes: 332, sessions: 58 });
    expect(new Set(probes.rows.map(({ ref }) => ref)).size).toBe(332);
    const perSession = sessions.rows.reduce((sum, { probeCount }) => sum + Number(probeCount), 0);
    expect(perSession).toBe(332);
  });

  it.each([
    { name: "2023_12", probes: 699, sessions: 459, subjects: 139, labs: 12 },
    { name: "2022_10", probes: 547, sessions: 354, subjects: 115 },
  ])("the IBL freeze $name has $probes probes", async ({ name, ...counts }) => {
    const listing = await runJson<Listing>(["probes", ...release(name)]);
    expect(listing.counts).toMatchObject(counts);
    expect(new Set(listing.rows.map(({ ref }) => ref)).size).toBe(counts.probes);
    expect(listing.rows[0]).toMatchObject({ channelCount: null, unitCount: null });
    expect((await runJson<Listing>(["sessions", ...release(name)])).rows).toHaveLength(counts.sessions);
  });

  it.each([
    ["allen", ALLEN, /channels\.csv/],
    ["ibl", release("2023_12"), /release table/],
  ])("%s says what it cannot answer, and why, in either form", async (dataset, source, reason) => {
    for (const command of ["sessions", "probes"]) {
      const { unanswered } = await runJson<Listing>([command, ...source]);
      for (const modality of ["channels", "units", "spikes", "events", "lfp"])
        expect(unanswered[dataset]?.[modality]?.length).toBeGreaterThan(10);
      const { code, out, err } = await run([command, ...source]);
      expect(code).toBe(0);
      expect(err).toMatch(new RegExp(`${dataset} cannot answer for channels`));
      for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    }
    for (const command of [["channels"], ["units"], ["units", "--spikes"], ["regions"]])
      expectFailure(await run([...command, ...source]), /cannot answer for/, reason, /;/);
  });

  it("spikes, events and LFP of a real probe are refused with the reason, and write nothing", async () => {
    const probe = "allen:probe:810755797";
    const out = ["--out", join(temporaryFolder(), "x.csv"), ...ALLEN];
    expectFailure(await run(["spikes", probe, ...out]), /csv|nwb/, /;/);
    expectFailure(await run(["events", "allen:session:715093703", ...out]), /session_715093703\.nwb|session_<id>/, /;/);
    expectFailure(await run(["lfp", "read", probe, "--from", "1", "--to", "2", ...out]), /nwb|csv/, /;/);
    const insertion = "ibl:probe:56f2a378-78d2-4132-b3c8-8c1ba82be598";
    expectFailure(await run(["spikes", insertion, ...release("2023_12")]), /release table/, /;|:/);
  });
});
