import { allen } from "@crossprobe/allen-adapter";
import type { ProbeInsertion } from "@crossprobe/core";
import { createStores, toFileUrl } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

describe.skipIf(!SHARED)("the real tables of the Allen release (run where ../shared lies beside the checkout)", () => {
  const open = () =>
    allen({ caches: [toFileUrl(`${SHARED}/data/real/allen-cache/`)] }).create({ stores: createStores() });

  it("hold 58 sessions and 332 probes, 325 of them with LFP", async () => {
    const adapter = open();
    const sessions = [];
    const probes: ProbeInsertion[] = [];
    for await (const session of adapter.sessions({})) {
      sessions.push(session);
      const own = await adapter.probes(session.ref);
      expect(own.length).toBe(session.probeCount);
      probes.push(...own);
    }
    expect([sessions.length, probes.length]).toEqual([58, 332]);
    expect(sessions.filter(({ sex }) => sex === "M").length).toBe(45);
    expect(sessions.filter(({ genotype }) => genotype === "wt/wt").length).toBe(30);
    const ages = sessions.map(({ ageDays }) => ageDays ?? Number.NaN);
    expect([Math.min(...ages), Math.max(...ages)]).toEqual([91, 142]);
    expect(sessions[0]).toMatchObject({
      subject: "699733581",
      startTime: "2019-01-19T08:54:18Z",
      paradigm: "passive.visual",
    });
    const count = (value: (probe: (typeof probes)[number]) => unknown) =>
      Object.fromEntries(
        [...new Set(probes.map(value))].map((key) => [
          String(key),
          probes.filter((probe) => value(probe) === key).length,
        ]),
      );
    expect(count(({ label }) => label)).toEqual({
      probeA: 56,
      probeB: 56,
      probeC: 56,
      probeD: 55,
      probeE: 58,
      probeF: 51,
    });
    expect(count(({ model }) => model)).toEqual({ "3a": 314, PXI: 18 });
    expect(count(({ hasWaveforms }) => hasWaveforms)).toEqual({ true: 332 });
    expect(count(({ hasLfp }) => hasLfp)).toEqual({ true: 325, false: 7 });
    expect(count(({ channelCount, unitCount }) => `${channelCount} ${unitCount}`)).toEqual({ "null null": 332 });
    const perSession = sessions.map(({ probeCount }) => probeCount);
    expect([6, 5, 4].map((size) => perSession.filter((probeCount) => probeCount === size).length)).toEqual([44, 12, 2]);
  });

  it("read probes without subsampling factor, and name the files that the rest needs", async () => {
    const adapter = open();
    const { answers, release, notices } = await adapter.describe();
    expect(release).toBe("published 2019-10-03, manifest 0.3.0");
    expect(notices).toEqual([]);
    expect(Object.values(answers).every((answer) => answer !== true)).toBe(true);
    const probes = await adapter.probes({ dataset: "allen", kind: "session", id: "839557629" });
    expect(probes.map(({ hasLfp }) => hasLfp)).toEqual([false, false, false, false, false]);
    const [probe] = probes;
    if (!probe) expect.fail("the session has probes");
    await expect(adapter.lfp(probe.ref)).rejects.toThrow(/has_lfp_data is false/);
    await expect(adapter.spikes(probe.ref)).rejects.toThrow(/channels\.csv/);
  });
});
