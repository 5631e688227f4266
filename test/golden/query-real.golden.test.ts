import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { expectFailure, removeFolders, run, runJson, temporaryFolder } from "../cli/run.js";
import { SHARED } from "./shared.js";

/** Questions over the real session, probe and insertion lists of both datasets, which hold no channels and no units. */

afterAll(removeFolders);

const REAL = SHARED === undefined ? "" : join(SHARED, "data/real");
const ALLEN = ["--allen", join(REAL, "allen-cache")];
const release = (name: string) => ["--ibl", join(REAL, `ibl-bwm/${name}_bwm_release.csv`)];
const ALL = [...ALLEN, ...release("2023_12")];

interface Document {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly counts: Readonly<Record<string, number>>;
  readonly rowCount: number;
  readonly excluded: number;
  readonly unmeasured: number;
  readonly byDataset: Readonly<Record<string, { readonly rowCount: number; readonly unmeasured: number }>>;
  readonly notices: readonly { readonly code: string; readonly count: number }[];
}

const query = (...args: readonly string[]) => runJson<Document>(["query", ...args]);

async function grouped(by: string, ...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await query(...args, "--group-by", by);
  return Object.fromEntries(rows.map((row) => [String(row[by]), row.count]));
}

// Expected: what the references state of the releases, and Python's csv module counts in the same files.
describe.skipIf(!existsSync(REAL))("questions over real tables (runs where ../shared/data/real is)", () => {
  it("the Allen release by subject, type and probe", async () => {
    expect(await grouped("sex", "sessions", ...ALLEN)).toEqual({ M: 45, F: 13 });
    expect(await grouped("sessionType", "sessions", ...ALLEN)).toEqual({
      ...{ "brain_observatory_1.1": 32, functional_connectivity: 26 },
    });
    const driver = (name: string) => `${name}-IRES-Cre/wt;Ai32(RCL-ChR2(H134R)_EYFP)/wt`;
    expect(await grouped("genotype", "sessions", ...ALLEN)).toEqual({
      ...{ "wt/wt": 30, [driver("Sst")]: 12, [driver("Pvalb")]: 8, [driver("Vip")]: 8 },
    });
    const names = { probeA: 56, probeB: 56, probeC: 56, probeD: 55, probeE: 58, probeF: 51 };
    expect(await grouped("label", "probes", ...ALLEN)).toEqual(names);
    expect((await query("probes", ...ALLEN)).rowCount).toBe(332);
    expect((await query("probes", ...ALLEN, "--has", "lfp")).rowCount).toBe(325);
    expect((await query("probes", ...ALLEN, "--has", "lfp")).excluded).toBe(7);
    for (const [count, sessions] of [
      [6, 44],
      [5, 12],
      [4, 2],
    ])
      expect((await query("sessions", ...ALLEN, "--where", `probeCount=${count}`)).rowCount).toBe(sessions);
  });

  it("by age, genotype and sex together", async () => {
    expect((await query("sessions", ...ALLEN, "--age", "91:142")).rowCount).toBe(58);
    expect((await query("sessions", ...ALLEN, "--age", ":90")).rowCount).toBe(0);
    expect((await query("sessions", ...ALLEN, "--genotype", "sst")).rowCount).toBe(12);
    expect((await query("sessions", ...ALLEN, "--genotype", "sst", "--genotype", "vip")).rowCount).toBe(20);
    expect((await query("probes", ...ALLEN, "--sex", "F", "--type", "functional_connectivity")).rows).toHaveLength(
      Number(
        (await query("sessions", ...ALLEN, "--sex", "F", "--type", "functional_connectivity")).rows.reduce(
          (sum, { probeCount }) => sum + Number(probeCount),
          0,
        ),
      ),
    );
    const [summary] = (await query("sessions", ...ALLEN, "--summary", "min(ageDays),max(ageDays)")).rows;
    expect(summary).toEqual({ count: 58, "min(ageDays)": 91, "max(ageDays)": 142, "n(ageDays)": 58 });
  });

  it.each([
    { name: "2023_12", probes: 699, sessions: 459, subjects: 139, labs: 12 },
    { name: "2022_10", probes: 547, sessions: 354, subjects: 115, labs: 12 },
  ])("the IBL freeze $name has $probes insertions", async ({ name, probes, sessions, subjects, labs }) => {
    expect((await query("probes", ...release(name))).rowCount).toBe(probes);
    expect((await query("sessions", ...release(name))).rowCount).toBe(sessions);
    expect(Object.keys(await grouped("subject", "sessions", ...release(name)))).toHaveLength(subjects);
    expect(Object.keys(await grouped("lab", "sessions", ...release(name)))).toHaveLength(labs);
  });

  it("240 IBL sessions have two probes and 219 have one", async () => {
    const own = release("2023_12");
    expect((await query("sessions", ...own, "--where", "probeCount=2")).rowCount).toBe(240);
    expect((await query("sessions", ...own, "--where", "probeCount=1")).rowCount).toBe(219);
  });

  it("asks both at once, and counts what one of them does not say", async () => {
    const { byDataset, rowCount } = await query("sessions", ...ALL, "--sex", "M");
    expect(rowCount).toBe(45);
    expect(byDataset.ibl).toMatchObject({ rowCount: 0, unmeasured: 459 });
    expect((await query("probes", ...ALL)).rowCount).toBe(699 + 332);
    expect((await query("probes", ...ALL, "--lab", "angelakilab", "--lab", "danlab")).rowCount).toBe(73 + 70);
  });

  it("nothing is known of the place of a probe without channels: none is out", async () => {
    const { counts, notices } = await query("probes", ...ALL, "--region", "CA1");
    expect(counts).toEqual({ in: 0, out: 0, indeterminate: 0, unregistered: 699 + 332 });
    const missing = notices.filter(({ code }) => code === "probes-without-channels");
    expect(missing.map(({ count }) => count).sort()).toEqual([332, 699]);
    expectFailure(await run(["query", "units", ...ALL, "--region", "CA1"]), /there are no units/, /add a source/);
  });

  it("a catalogue of them answers alike", async () => {
    const path = join(temporaryFolder(), "real.parquet");
    expect((await run(["catalogue", "build", ...ALL, "--out", path])).code).toBe(0);
    for (const args of [
      ["probes", "--region", "CA1"],
      ["sessions", "--group-by", "dataset,sex,genotype"],
    ]) {
      // Asked for sessions, the sources are not asked for channels, and so nothing is said of those that they lack.
      const { notices: _saved, ...saved } = await query(...args, "--catalogue", path);
      const { notices: _asked, ...asked } = await query(...args, ...ALL);
      expect(saved).toEqual(asked);
    }
  });
});
