import { readFileSync } from "node:fs";
import { allen } from "@crossprobe/allen-adapter";
import { createHub, type Hub, type ProbeInsertion, type Session } from "@crossprobe/core";
import { ibl } from "@crossprobe/ibl-adapter";
import { createStores, toFileUrl } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

/**
 * What a catalogue knows of both datasets before any session is downloaded: their real lists through one hub. Counts are those that the
 * references state (harmonisation.md 2.1, allen.md 0); rows are compared with a list that was made apart from the tables.
 */

const ALLEN = `${SHARED}/data/real/allen-cache/`;
const RELEASES = `${SHARED}/data/real/ibl-bwm/`;

const hubOf = (...freezes: string[]): Hub => {
  const sources = freezes.map((name) => toFileUrl(`${RELEASES}${name}_bwm_release.csv`));
  return createHub({ stores: createStores(), adapters: [allen({ caches: [toFileUrl(ALLEN)] }), ibl({ sources })] });
};

const countsOf = <Item>(items: readonly Item[], value: (item: Item) => unknown): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const item of items) counts[String(value(item))] = (counts[String(value(item))] ?? 0) + 1;
  return counts;
};

const rowsOf = (path: string, separator: string) => {
  const [header = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = header.split(separator);
  return lines.map((line) => Object.fromEntries(line.split(separator).map((cell, i) => [names[i] ?? "", cell])));
};

describe.skipIf(!SHARED)("real lists of both datasets (run where ../shared lies beside the checkout)", () => {
  let hub: Hub;
  const sessions: Session[] = [];
  const probes: ProbeInsertion[] = [];
  beforeAll(async () => {
    hub = hubOf("2023_12");
    for await (const session of hub.sessions()) {
      sessions.push(session);
      probes.push(...(await hub.probes(session.ref)));
    }
  });
  afterAll(() => hub.dispose());
  const of = (dataset: string) => sessions.filter((session) => session.dataset === dataset);

  it("count 58 and 459 sessions, 332 and 699 probes", () => {
    expect(countsOf(sessions, ({ dataset }) => dataset)).toEqual({ allen: 58, ibl: 459 });
    expect(countsOf(probes, ({ ref }) => ref.dataset)).toEqual({ allen: 332, ibl: 699 });
    expect(countsOf(of("ibl"), ({ probeCount }) => probeCount)).toEqual({ 1: 219, 2: 240 });
    expect(countsOf(of("allen"), ({ probeCount }) => probeCount)).toEqual({ 4: 2, 5: 12, 6: 44 });
    expect(new Set(of("ibl").map(({ subject }) => subject)).size).toBe(139);
    expect(new Set(of("ibl").map(({ lab }) => lab)).size).toBe(12);
  });

  it("count Allen's kinds of session, sexes and genotypes", () => {
    expect(countsOf(of("allen"), ({ sessionType }) => sessionType)).toEqual({
      "brain_observatory_1.1": 32,
      functional_connectivity: 26,
    });
    expect(countsOf(of("allen"), ({ sex }) => sex)).toEqual({ M: 45, F: 13 });
    const opsin = "Ai32(RCL-ChR2(H134R)_EYFP)/wt";
    expect(countsOf(of("allen"), ({ genotype }) => genotype)).toEqual({
      "wt/wt": 30,
      [`Sst-IRES-Cre/wt;${opsin}`]: 12,
      [`Pvalb-IRES-Cre/wt;${opsin}`]: 8,
      [`Vip-IRES-Cre/wt;${opsin}`]: 8,
    });
  });

  it("agree session by session with the list made apart", () => {
    const listed = rowsOf(`${SHARED}/reference/allen-sessions.tsv`, "\t");
    expect(listed).toHaveLength(58);
    const found = new Map(of("allen").map((session) => [session.ref.id, session]));
    for (const row of listed) {
      expect(found.get(row.session_id ?? ""), row.session_id).toMatchObject({
        subject: row.specimen_id,
        startTime: row.date_of_acquisition,
        sessionType: row.session_type,
        sex: row.sex,
        ageDays: Number(row.age_in_days),
        genotype: row.genotype === "wt" ? "wt/wt" : row.genotype,
        probeCount: Number(row.probe_count),
      });
    }
  });

  it("know which of Allen's probes have LFP, and which hardware they are", () => {
    const own = probes.filter(({ ref }) => ref.dataset === "allen");
    const without = own.filter(({ hasLfp }) => hasLfp === false);
    expect(countsOf(own, ({ hasLfp }) => hasLfp)).toEqual({ true: 325, false: 7 });
    expect(countsOf(without, ({ session }) => session.id)).toEqual({ 763673393: 1, 831882777: 1, 839557629: 5 });
    const unsampled = rowsOf(`${ALLEN}probes.csv`, ",").filter((row) => row.lfp_temporal_subsampling_factor === "");
    expect(unsampled).toHaveLength(5);
    for (const { id } of unsampled) expect(own.find(({ ref }) => ref.id === id)?.hasLfp, id).toBe(false);
    expect(countsOf(own, ({ model }) => model)).toEqual({ "3a": 314, PXI: 18 });
    const pxi = new Set(own.filter(({ model }) => model === "PXI").map(({ session }) => session.id));
    const theirs = of("allen").filter(({ ref }) => pxi.has(ref.id));
    expect(theirs.map(({ sessionType }) => sessionType)).toEqual(Array(3).fill("functional_connectivity"));
  });

  it("leave null what their lists do not say", () => {
    expect(countsOf(sessions, ({ dataset, hasPupil }) => `${dataset} ${hasPupil}`)).toEqual({
      "allen null": 58,
      "ibl null": 459,
    });
    expect(countsOf(of("ibl"), ({ sessionType, sex, genotype }) => `${sessionType} ${sex} ${genotype}`)).toEqual({
      "null null null": 459,
    });
    expect(countsOf(probes, ({ ref, hasWaveforms }) => `${ref.dataset} ${hasWaveforms}`)).toEqual({
      "allen true": 332,
      "ibl null": 699,
    });
  });

  it("name their releases", async () => {
    expect((await hub.describe("allen")).release).toBe("published 2019-10-03, manifest 0.3.0");
    expect((await hub.describe("ibl")).release).toBe("2023_12_bwm_release");
    const both = hubOf("2022_10", "2023_12");
    expect((await both.describe("ibl")).release).toBe("2022_10_bwm_release, 2023_12_bwm_release");
    both.dispose();
  });

  it("have 547 insertions in 354 sessions of 115 subjects in the earlier freeze, and a fingerprint for each", async () => {
    const earlier = hubOf("2022_10");
    const found: Session[] = [];
    for await (const session of earlier.sessions({ dataset: "ibl" })) found.push(session);
    expect(found).toHaveLength(354);
    expect(found.reduce((sum, { probeCount }) => sum + (probeCount ?? 0), 0)).toBe(547);
    expect(new Set(found.map(({ subject }) => subject)).size).toBe(115);
    const seen = new Set<string | null>();
    for await (const { fingerprint } of earlier.fingerprints("ibl") ?? []) seen.add(fingerprint);
    for await (const { fingerprint } of earlier.fingerprints("allen") ?? []) seen.add(fingerprint);
    expect(seen.size).toBe(547 + 332);
    expect(seen.has(null)).toBe(false);
    earlier.dispose();
  });
});
