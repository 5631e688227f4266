import { describe, expect, it } from "vitest";
import { carriedBy, channels, DATASETS, identity, info, PROBE_KEYS, units } from "../rosetta/truth.js";
import { expectFailure, run, runJson } from "./run.js";

/** The listings over the embedded samples, against the ground truth that the samples were made from. */

const RULES = { ibl: "ibl-good@2023", allen: "allen-default@2019" } as const;
const carried = DATASETS.flatMap((dataset) =>
  PROBE_KEYS.map((key) => ({ dataset, key, probe: identity.probe(dataset, key) })),
);
const ABSENT = ["outsideBrain", "notRegistered", "notRecorded", "notReleased", "failedQc", "unknown"];
const GRANULARITIES = ["layer", "area", "parent"];

function expectRegion({ region, regionAbsent }: Record<string, unknown>): string | null {
  if (region === null) {
    expect(ABSENT).toContain(regionAbsent);
    return null;
  }
  const { acronym, id, granularity } = region as { acronym: string; id: number; granularity: string };
  expect(id).toBeGreaterThan(0);
  expect(GRANULARITIES).toContain(granularity);
  return acronym;
}

describe("sessions", () => {
  it("--json", async () => {
    const { rows, counts } = await runJson(["sessions"]);
    expect(counts).toMatchObject({ sessions: 2, byDataset: { ibl: 1, allen: 1 } });
    expect(rows).toMatchObject(
      DATASETS.map((dataset) => ({ ref: identity.session(dataset), dataset, probeCount: PROBE_KEYS.length })),
    );
    expect(rows[0]?.subject).toBe(info.subject.nickname);
    expect((await runJson(["sessions", "--dataset", "allen"])).rows).toHaveLength(1);
  });
});

describe("probes", () => {
  it("--json", async () => {
    const { rows, counts } = await runJson(["probes"]);
    expect(counts).toMatchObject({ probes: 4, sessions: 2, subjects: 2, labs: 1 });
    expect(rows).toMatchObject(
      carried.map(({ dataset, key, probe }) => ({
        ...{ ref: probe, session: identity.session(dataset), label: info.probes[key][dataset].name },
        channelCount: carriedBy.channels(dataset, key).length,
        unitCount: carriedBy.units(dataset, key).length,
      })),
    );
  });
});

describe("channels", () => {
  it("--json", async () => {
    const { rows, counts } = await runJson(["channels"]);
    const wanted = carried.flatMap((which) =>
      carriedBy.channels(which.dataset, which.key).map((site) => ({ ...which, site })),
    );
    expect(counts).toMatchObject({ channels: wanted.length });
    expect(rows.map(({ ref, probe, distanceFromTipUm }) => ({ ref, probe, distanceFromTipUm }))).toEqual(
      wanted.map(({ dataset, key, probe, site }) => ({
        ...{ ref: identity.channel(dataset, key, site), probe, distanceFromTipUm: site.distanceFromTipUm },
      })),
    );
    for (const [i, { dataset, site }] of wanted.entries()) {
      const row = rows[i] ?? {};
      expect(expectRegion(row)).toBe(carriedBy.label(dataset, site));
      const ccf = row.ccf as typeof site.ccf | null;
      expect(ccf === null).toBe(dataset === "allen" && !site.allen.ccfPresent);
      for (const axis of ["ap", "dv", "ml"] as const)
        if (ccf) expect(Math.abs(ccf[axis] - site.ccf[axis])).toBeLessThanOrEqual(1);
    }
  });

  it("of one probe, and of a structure with what is below it", async () => {
    const probe = identity.probe("ibl", "A");
    const { rows } = await runJson(["channels", "--probe", probe, "--region", "VISp"]);
    const wanted = channels.A.filter(({ inBrain, region }) => inBrain && /^VISp\d/.test(region));
    expect(rows.map(({ ref }) => ref)).toEqual(wanted.map((site) => identity.channel("ibl", "A", site)));
    expect(rows.length).toBeGreaterThan(10);
  });

  it("--limit ends within a probe and reads no further one", async () => {
    const { rows: all } = await runJson(["channels"]);
    const first = carriedBy.channels(carried[0]?.dataset ?? "ibl", carried[0]?.key ?? "A").length;
    for (const limit of [0, 3, first + 2]) {
      expect((await runJson(["channels", "--limit", String(limit)])).rows).toEqual(all.slice(0, limit));
    }
  });
});

describe("options that are given twice", () => {
  const refsOf = async (line: string) =>
    (await runJson(line.split(" "))).rows.map(({ ref }) => String(ref)).sort((a, b) => a.localeCompare(b));
  const [first, second] = [identity.probe("ibl", "A"), identity.probe("allen", "B")];

  it.each([
    ["units --region VISp", "units --region CA1"],
    ["channels --region VISp", "channels --region CA1"],
    [`units --probe ${first}`, `units --probe ${second}`],
    [`channels --probe ${first}`, `channels --probe ${second}`],
    [`units --session ${identity.session("ibl")}`, `units --session ${identity.session("allen")}`],
    [`probes --session ${identity.session("ibl")}`, `probes --session ${identity.session("allen")}`],
    ["probes --dataset ibl", "probes --dataset allen"],
    ["sessions --dataset ibl", "sessions --dataset allen"],
  ])("%s and %s: what either gives", async (one, other) => {
    const [left, right] = [await refsOf(one), await refsOf(other)];
    expect(Math.min(left.length, right.length)).toBeGreaterThan(0);
    const [, ...again] = other.split(" ");
    expect(await refsOf([one, ...again].join(" "))).toEqual([...left, ...right].sort((a, b) => a.localeCompare(b)));
  });

  it("a structure, a probe or a session named twice counts once", async () => {
    for (const line of [
      "units --region VISp",
      `units --probe ${first}`,
      `probes --session ${identity.session("ibl")}`,
    ]) {
      const [, ...again] = line.split(" ");
      expect(await refsOf([line, ...again].join(" "))).toEqual(await refsOf(line));
    }
  });

  it("none is lost in silence: one that is not there, and a probe outside the session beside it, are failures", async () => {
    const sessions = ["probes", "--session", identity.session("ibl"), "--session", "allen:session:1"];
    expectFailure(await run(sessions), /no session allen:session:1/);
    const beside = ["units", "--probe", second, "--session", identity.session("ibl")];
    expectFailure(await run(beside), new RegExp(`no probe ${second} in the sessions`), /leave out --session/);
    expect((await run(["units", "--probe", second, "--session", identity.session("allen")])).code).toBe(0);
    expectFailure(await run(["units", "--probe", second, "--dataset", "ibl"]), new RegExp(second));
  });
});

describe("units", () => {
  const wanted = carried.flatMap(({ dataset, key, probe }) =>
    carriedBy.units(dataset, key).map((unit) => ({ dataset, probe, unit, ref: identity.unit(dataset, unit) })),
  );
  const passing = wanted.filter(({ dataset, unit }) => carriedBy.isPassing(dataset, unit));

  it("--json: labels and verdicts", async () => {
    const { rows, counts } = await runJson(["units"]);
    expect(counts).toMatchObject({ units: wanted.length, passing: passing.length });
    const found = new Map(rows.map((row) => [row.ref, row]));
    expect(found.size).toBe(wanted.length);
    for (const { dataset, probe, unit, ref } of wanted) {
      const row = found.get(ref) ?? {};
      expect(row).toMatchObject({ probe, session: identity.session(dataset) });
      expect(row.quality).toEqual({ [RULES[dataset]]: carriedBy.isPassing(dataset, unit) });
      expect(expectRegion(row)).toBe(carriedBy.unitLabel(dataset, unit));
      expect(row).toHaveProperty("ccf");
      expect(row).toHaveProperty("firingRateSource");
      if (dataset === "ibl") expect(row).toMatchObject({ uuid: unit.iblUuid, spikeCount: unit.spikeCount });
    }
  });

  it("--spikes: counted here, and the rate is over the stated interval", async () => {
    const { rows } = await runJson(["units", "--spikes"]);
    const found = new Map(rows.map((row) => [row.ref, row]));
    for (const { unit, ref } of wanted) {
      const { spikeCount, firingRate, firingRateSource } = found.get(ref) ?? {};
      expect(spikeCount, unit.id).toBe(unit.spikeCount);
      const seconds = Number(/over ([\d.]+) s/.exec(String(firingRateSource))?.[1]);
      expect(seconds).toBeGreaterThan(info.sessionDurationSeconds - 10);
      expect(firingRate).toBeCloseTo(unit.spikeCount / seconds, 9);
    }
  });

  it("--passing, --region and --limit", async () => {
    expect((await runJson(["units", "--passing"])).rows.map(({ ref }) => ref).sort()).toEqual(
      passing.map(({ ref }) => ref).sort(),
    );
    const { rows } = await runJson(["units", "--region", "LP", "--dataset", "ibl"]);
    const inLp = units.filter(({ region }) => region === "LP").map((unit) => identity.unit("ibl", unit));
    expect(rows.map(({ ref }) => ref).sort()).toEqual(inLp.sort());
    expect((await runJson(["units", "--limit", "5"])).rows).toHaveLength(5);
    expect((await runJson(["units", "--limit", "0", "--spikes"])).rows).toEqual([]);
  });

  it("--where keeps units whose number meets every bound; one without the number never does", async () => {
    type Row = { ref: string; firingRate: number | null; metrics: Record<string, number | null> };
    const all = (await runJson(["units"])).rows as unknown as readonly Row[];
    const wanted = all.filter(({ metrics, firingRate }) => (metrics["allen.snr"] ?? 0) >= 2 && (firingRate ?? 9) < 3);
    const { rows } = await runJson(["units", "--where", "allen.snr>=2", "--where", "firingRate < 3"]);
    expect([wanted.length > 0, rows.map(({ ref }) => ref)]).toEqual([true, wanted.map(({ ref }) => ref)]);
    const [exact] = wanted;
    const value = exact?.metrics["allen.snr"];
    const same = (await runJson(["units", "--where", `allen.snr=${value}`])).rows.map(({ ref }) => ref);
    expect(same).toContain(exact?.ref);
    const loud = await runJson(["units", "--where", "allen.snr>1e9"]);
    expect(loud.rows).toEqual([]);
  });

  it("--rule keeps units of that rule alone; what there is not is refused", async () => {
    const { rows } = await runJson(["units", "--rule", RULES.allen]);
    const passing = await runJson(["units", "--dataset", "allen", "--passing"]);
    expect(rows.map(({ ref }) => ref)).toEqual(passing.rows.map(({ ref }) => ref));
    expectFailure(await run(["units", "--rule", "nope"]), /there is no rule nope; there are: ibl-good@2023/);
    expectFailure(await run(["units", "--where", "allen.nothing>1"]), /no unit here has allen\.nothing; .*allen\.snr/);
    expect((await run(["units", "--where", "allen.snr"])).code).toBe(2);
  });
});

describe("regions", () => {
  it("--json: channels and units by region of the mapping, none lost", async () => {
    const { rows, counts, unmapped, unregistered } = await runJson<{
      rows: { region: string; id: number; datasets: Tallies }[];
      counts: { regions: number };
      unmapped: Tallies;
      unregistered: Tallies;
    }>(["regions"]);
    expect(counts.regions).toBe(rows.length);
    expect(rows.map(({ region }) => region)).toContain("VISp");
    for (const dataset of DATASETS) {
      const all = [...rows.map(({ datasets }) => datasets), unmapped, unregistered].map((tallies) => tallies[dataset]);
      const sum = (value: (tally: Tally) => number) =>
        all.reduce((total, tally) => total + (tally === undefined ? 0 : value(tally)), 0);
      const keys = PROBE_KEYS.flatMap((key) => carriedBy.channels(dataset, key));
      expect(sum((tally) => tally.channels)).toBe(keys.length);
      const own = PROBE_KEYS.flatMap((key) => carriedBy.units(dataset, key));
      expect(sum(({ units: { total } }) => total)).toBe(own.length);
      expect(sum((tally) => tally.units.passing)).toBe(own.filter((unit) => carriedBy.isPassing(dataset, unit)).length);
    }
  });

  it("<acronym>: what the atlas knows of it", async () => {
    // Allen CCF 2017 structure tree: VISp is id 385, inside VIS and Isocortex, and has six layers.
    const document = await runJson<Record<string, unknown>>(["regions", "VISp"]);
    expect(document).toMatchObject({
      ...{ acronym: "VISp", id: 385, name: "Primary visual area" },
      mappings: { allen: "VISp", beryl: "VISp", cosmos: "Isocortex" },
      descendants: ["VISp1", "VISp2/3", "VISp4", "VISp5", "VISp6a", "VISp6b"],
    });
  });
});

interface Tally {
  readonly channels: number;
  readonly units: { readonly total: number; readonly passing: number };
}
type Tallies = Readonly<Record<string, Tally | undefined>>;

describe("as text", () => {
  it.each([
    "sessions",
    "probes",
    "channels",
    "units",
    "units --spikes --limit 3",
    "regions",
    "regions --mapping allen",
    "regions TH",
    "regions root",
    `spikes ${identity.probe("ibl", "A")}`,
    `events ${identity.session("ibl")} --to 30`,
    `lfp read ${identity.probe("ibl", "A")} --from 10 --to 10.1`,
  ])("%s fits 80 columns", async (line) => {
    const { code, out } = await run(line.split(" "));
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it("references are whole: a row's beginning and its heading make one that can be given back", async () => {
    const unit = units.find(({ probe }) => probe === "B") ?? expect.fail("no unit");
    const ref = identity.unit("ibl", unit);
    const cut = ref.lastIndexOf("/") + 1;
    const { out } = await run(["units", "--probe", identity.probe("ibl", "B")]);
    expect(out).toContain(`${ref.slice(0, cut)}…`);
    expect(out).toMatch(new RegExp(`^${ref.slice(cut)} `, "m"));
    for (const { probe } of carried) expect((await run(["probes"])).out).toContain(probe);
  });
});
