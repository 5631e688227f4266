import { createHub, FormatError, type InvalidInterval, QueryError, ref } from "@crossprobe/core";
import { memoryPlugin, memoryStores } from "@crossprobe/core/conformance";
import { describe, expect, it } from "vitest";
import { channelAt, type MemoryDataset, type MemoryProbe, memoryHub, type Place } from "../test-support/memory-hub.js";
import { evenTimes, type MemoryLfp, memoryLfp, sinusoids } from "../test-support/memory-lfp.js";
import type { CompareProgress } from "./compare/options.js";
import type { CompareResult, RegionFindings } from "./compare/result.js";
import { compare } from "./compare.js";

const INTERVAL = { start: 0, stop: 10 };

function findings(result: CompareResult, region: string, dataset: string): RegionFindings | undefined {
  return result.regions.find((row) => row.region === region)?.datasets[dataset];
}

function dataset(id: string, probes: readonly MemoryProbe[], session: Partial<MemoryDataset["sessions"][number]> = {}) {
  return { id, sessions: [{ id: "s1", onsets: [2, 4], probes, ...session }] };
}

function lfpOf(id: string, probe: string, places: readonly Place[], part: Partial<MemoryLfp> = {}) {
  return () =>
    memoryLfp({
      probe: ref(id, "probe", probe),
      times: evenTimes(0, 1250, 12_500),
      evaluate: sinusoids(places.map((_, i) => ({ frequency: 8, amplitude: 1e-4 * (i + 1) }))),
      channels: places.map((at, i) => channelAt(id, probe, i, at)),
      ...part,
    });
}

describe("compare", () => {
  it("counts units and channels once each: in a region, unmapped or unregistered", async () => {
    const probe: MemoryProbe = {
      id: "p1",
      channels: ["VISp2/3", "VISp4", "or", ["outsideBrain"], ["notRegistered"]],
      units: [
        { at: "VISp2/3", times: [1] },
        { at: "VISp6a", times: [1], passes: false },
        { at: "VISp6a", times: [1], passes: null },
        { at: "or", times: [1] },
        { at: "grey", times: [1], passes: false },
        { at: ["outsideBrain"], times: [1] },
        { at: ["unknown"], times: [1] },
        { at: ["notRegistered"], times: [1], passes: false },
      ],
    };
    const result = await compare(memoryHub([dataset("a", [probe])]), { interval: INTERVAL });
    expect(result.regions.map(({ region }) => region)).toEqual(["VISp"]);
    expect(findings(result, "VISp", "a")).toMatchObject({
      sessions: 1,
      probes: 1,
      channels: 2,
      lfpChannels: null,
      units: { total: 3, passing: 1 },
    });
    expect(result.totals.a).toMatchObject({
      rule: "a-good@2000",
      units: { total: 8, passing: 4 },
      undecided: 1,
      unmapped: { total: 3, passing: 2 },
      unmappedLabels: { or: 1, grey: 1, "outside the brain": 1 },
      unregistered: { total: 2, passing: 1 },
      channels: { total: 5, unmapped: 2, unregistered: 1 },
      lfpChannels: null,
    });
    const asLabelled = await compare(memoryHub([dataset("a", [probe])]), { interval: INTERVAL, mapping: "allen" });
    expect(asLabelled.regions.map(({ region }) => region).sort()).toEqual(
      ["VISp2/3", "VISp4", "VISp6a", "grey", "or"].sort(),
    );
  });

  it("takes rates of passing units or all, over the given interval", async () => {
    const units = [
      { at: "CA1", times: [0, 1, 2, 9.9, 10] },
      { at: "CA1", times: [5, 6], passes: false },
      { at: "CA1", times: [] },
    ];
    const hub = memoryHub([dataset("a", [{ id: "p1", units }])]);
    const passing = findings(await compare(hub, { interval: INTERVAL }), "CA1", "a")?.firingRate;
    expect(passing).toMatchObject({
      count: 2,
      values: [0.4, 0],
      median: 0.2,
      q1: 0.1,
      unitRefs: ["a:unit:p1/0", "a:unit:p1/2"],
    });
    const all = findings(await compare(hub, { interval: INTERVAL, units: "all" }), "CA1", "a")?.firingRate;
    expect(all).toMatchObject({ count: 3, values: [0.4, 0.2, 0], median: 0.2 });
  });

  it("says what rates were taken over where none was given", async () => {
    const units = [
      { at: "CA1", times: [1, 2, 3], observed: [{ start: 0, stop: 6 }] },
      { at: "CA1", times: [1, 2, 3] },
    ];
    const hub = memoryHub([dataset("a", [{ id: "p1", units, coverage: { first: 1, last: 4 } }])]);
    const result = await compare(hub);
    expect(findings(result, "CA1", "a")?.firingRate.values).toEqual([0.5, 1]);
    expect(result.totals.a?.rateInterval).toEqual({
      kind: "mixed",
      units: { given: 0, observed: 1, spikeCoverage: 1 },
      seconds: { least: 3, most: 6 },
    });
    expect(result.caveats.map(({ id }) => id)).toContain("rate-denominator");
    const given = await compare(hub, { interval: { start: 0, stop: 7 } });
    expect(given.totals.a?.rateInterval.kind).toBe("given");
    expect(given.caveats.map(({ id }) => id)).not.toContain("rate-denominator");
    expect(given.notices).toContainEqual(
      expect.objectContaining({ code: "rate-interval-beyond-recording", count: 1, where: "a:probe:p1" }),
    );
  });

  it("has no rate over an interval that was not recorded, and says why", async () => {
    const probes = ["p1", "p2"].map((id) => ({
      id,
      units: [{ at: "CA1", times: [1, 2, 290] }],
      coverage: { first: 1, last: id === "p1" ? 290 : 100 },
    }));
    const rates = async (start: number, stop: number) => {
      const result = await compare(memoryHub([dataset("a", probes)]), { interval: { start, stop } });
      const beyond = result.notices.filter(({ code }) => code === "rate-interval-beyond-recording");
      return { result, beyond, rate: findings(result, "CA1", "a")?.firingRate };
    };
    const never = await rates(5000, 6000);
    expect(never.rate).toMatchObject({ count: 0, median: null, values: [] });
    expect(never.beyond).toEqual([]);
    expect(never.result.absent).toContainEqual({
      dataset: "a",
      what: "firing rate",
      reason: "none of the interval 5000 to 6000 s was recorded: the spikes cover 1 to 290 s",
      where: ["a:probe:p1"],
    });
    const longer = await rates(0, 3000);
    expect(longer.rate?.values).toEqual([3 / 3000, 3 / 3000]);
    expect(longer.beyond.map(({ count, where }) => [count, where])).toEqual([
      [1, "a:probe:p1"],
      [1, "a:probe:p2"],
    ]);
    const caveat = findings(longer.result, "CA1", "a")?.caveats.find((one) => one.id === longer.beyond[0]?.code);
    expect(caveat?.text).toContain("1 to 290 s; 1 to 100 s");
    // 2 of 291 s is a ragged end of one probe; of the other, 191 s are missing.
    expect((await rates(0, 291)).beyond.map(({ where }) => where)).toEqual(["a:probe:p2"]);
  });

  it("leaves an onset out for the probe whose span holds it, and for all where no probe is named", async () => {
    const span = (start: number, stop: number, probe: string | null): InvalidInterval => ({
      start,
      stop,
      kind: "invalidTag",
      probe: probe === null ? null : ref("a", "probe", probe),
      tags: [],
    });
    const unit = { at: "CA1", times: [2.105, 4.105, 6.105, 8.105] };
    const probes = ["p1", "p2"].map((id) => ({ id, units: [unit] }));
    const invalid = [span(2, 2.1, "p1"), span(3.5, 4, "p1"), span(7, 9, null)];
    const result = await compare(memoryHub([dataset("a", probes, { onsets: [2, 4, 6, 8], invalid })]), {
      interval: INTERVAL,
    });
    const psth = findings(result, "CA1", "a")?.psth;
    // p1 has 4 and 6 (4 is where its span stops), p2 has 2, 4 and 6; each answers every onset in the same bin.
    expect(psth?.events).toBe(3);
    expect(psth?.units).toBe(2);
    expect(psth?.mean[60]).toBeCloseTo(100, 9);
    expect(psth?.low?.[60]).toBeCloseTo(100, 9);
    expect(psth?.mean.filter((rate) => rate !== 0)).toHaveLength(1);
    expect(result.totals.a?.events).toEqual({
      onsets: 4,
      stimuli: { flashes: 2, gabors: 2 },
      medianIntervalS: 2,
      notAsked: {},
      leftOut: [
        { probe: "a:probe:p1", onsets: 2 },
        { probe: "a:probe:p2", onsets: 1 },
      ],
      excluded: {},
    });
  });

  it("takes the onsets of named stimuli only, counts the others, and warns where onsets overlap", async () => {
    const probes = [{ id: "p1", units: [{ at: "CA1", times: [2.105, 2.505, 6.105] }] }];
    // Flashes at 2, 4 and 6 s; each gabor follows its flash after 0.4 s.
    const hub = memoryHub([dataset("a", probes, { onsets: [2, 2.4, 4, 4.4, 6, 6.4] }), dataset("b", [])]);
    const ids = ({ caveats }: CompareResult) => caveats.map(({ id }) => id);
    const all = await compare(hub, { interval: INTERVAL });
    expect(all.totals.a?.events).toMatchObject({ onsets: 6, medianIntervalS: expect.closeTo(0.4, 9) });
    expect(all.caveats.find(({ id }) => id === "onsets-overlap")).toMatchObject({
      datasets: ["a"],
      concerns: ["psth"],
    });
    const flashes = await compare(hub, { interval: INTERVAL, stimuli: ["flashes"] });
    expect(flashes.totals.a?.events).toMatchObject({
      ...{ onsets: 3, stimuli: { flashes: 3 }, notAsked: { gabors: 3 }, medianIntervalS: 2 },
    });
    const psth = findings(flashes, "CA1", "a")?.psth;
    expect(psth?.events).toBe(3);
    expect(psth?.mean[60]).toBeCloseTo(2 / 3 / 0.01, 9);
    expect(ids(flashes)).not.toContain("onsets-overlap");
    expect(flashes.provenance.settings.stimuli).toEqual(["flashes"]);
  });

  it("says where a session has none of the named stimuli, and refuses a name that no session has", async () => {
    const probes = [{ id: "p1", units: [{ at: "CA1", times: [2.105] }] }];
    const hub = memoryHub([dataset("a", probes), dataset("b", probes, { onsets: [2] })]);
    const gabors = await compare(hub, { interval: INTERVAL, stimuli: ["gabors"] });
    expect(findings(gabors, "CA1", "b")?.psth).toBeNull();
    expect(gabors.absent).toContainEqual({
      ...{ dataset: "b", what: "onsets", where: ["b:session:s1"] },
      reason: "no stimulus gabors; its stimuli are flashes",
    });
    const refused = compare(hub, { stimuli: ["gabors", "scenes"] });
    await expect(refused).rejects.toMatchObject({
      ...{ code: "query", message: 'no visual onset has the stimulus "scenes"' },
      hint: "stimuli that are there: flashes, gabors",
    });
  });

  it("adds units of several sessions, each over its own onsets, and counts what was no event", async () => {
    const probe = (id: string, times: number[]) => ({ id, units: [{ at: "LP", times }] });
    const sessions = [
      { id: "s1", onsets: [2, 4], excluded: [{ reason: "zeroContrast", count: 3 }], probes: [probe("p1", [2.005])] },
      { id: "s2", onsets: [3], excluded: [{ reason: "zeroContrast", count: 2 }], probes: [probe("p2", [3.005])] },
      { id: "s3", probes: [probe("p3", [3.005])] },
    ];
    const result = await compare(memoryHub([{ id: "a", sessions }]), { interval: INTERVAL });
    const lp = findings(result, "LP", "a");
    expect(lp).toMatchObject({ sessions: 3, probes: 3, psth: { events: 3, units: 2 } });
    expect(lp?.psth?.mean[50]).toBeCloseTo((50 + 100) / 2, 9);
    expect(result.totals.a?.events).toMatchObject({ onsets: 3, excluded: { zeroContrast: 5 } });
    expect(result.absent).toContainEqual({
      dataset: "a",
      what: "events",
      reason: "no events of session s3",
      where: ["a:session:s3"],
    });
  });

  it("has no band of error for one unit, and no response without onsets", async () => {
    const probes = [{ id: "p1", units: [{ at: "CA1", times: [2.1] }] }];
    const one = await compare(memoryHub([dataset("a", probes)]), { interval: INTERVAL });
    expect(findings(one, "CA1", "a")?.psth).toMatchObject({ low: null, high: null, units: 1 });
    const none = await compare(memoryHub([dataset("a", probes, { onsets: [] })]), { interval: INTERVAL });
    expect(findings(none, "CA1", "a")).toMatchObject({ psth: null, firingRate: { count: 1 } });
  });

  it("leaves a session that cannot be read out as a whole, and lists it", async () => {
    const good: MemoryProbe = { id: "p1", channels: ["CA1"], units: [{ at: "CA1", times: [1] }] };
    const bad: MemoryProbe = {
      id: "p3",
      units: [{ at: "CA1", times: [1] }],
      spikesError: new FormatError("bytes do not decode", { format: "npy", hint: "fetch them again" }),
    };
    const sessions = [
      { id: "s1", probes: [good] },
      { id: "s2", probes: [{ ...good, id: "p2" }, bad] },
    ];
    const result = await compare(memoryHub([{ id: "a", sessions }]), { interval: INTERVAL });
    expect(result.failures).toEqual([
      {
        dataset: "a",
        session: "a:session:s2",
        code: "format",
        message: "bytes do not decode",
        hint: "fetch them again",
      },
    ]);
    expect(findings(result, "CA1", "a")).toMatchObject({ sessions: 1, probes: 1, channels: 1, units: { total: 1 } });
    expect(result.notices.map(({ where }) => where)).toEqual(["p1"]);
    expect(result.absent.flatMap(({ where }) => where).some((where) => where.includes("p2"))).toBe(false);
  });

  it("goes on without a dataset whose sessions cannot be listed", async () => {
    const listError = new FormatError("no table", { format: "csv" });
    const probes = [{ id: "p1", units: [{ at: "CA1", times: [1] }] }];
    const result = await compare(memoryHub([{ id: "a", sessions: [], listError }, dataset("b", probes)]), {
      interval: INTERVAL,
    });
    expect(result.failures).toMatchObject([{ dataset: "a", session: null, code: "format" }]);
    expect(Object.keys(result.totals)).toEqual(["b"]);
  });

  it("says what a source cannot answer without asking it, and calls it no failure", async () => {
    const spikesError = new Error("was asked");
    const probes = [{ id: "p1", channels: ["CA1"], units: [{ at: "CA1", times: [1] }], spikesError }];
    const answers = { spikes: "only the tables are here", channels: "no channel table" };
    const result = await compare(memoryHub([{ ...dataset("a", probes), answers }]), { interval: INTERVAL });
    expect(result.failures).toEqual([]);
    expect(findings(result, "CA1", "a")).toMatchObject({
      channels: null,
      units: { total: 1, passing: 1 },
      firingRate: { count: 0, median: null, q1: null, q3: null },
      psth: null,
    });
    expect(result.absent).toContainEqual({
      dataset: "a",
      what: "spikes",
      reason: "only the tables are here",
      where: ["a:probe:p1"],
    });
    expect(result.totals.a?.channels).toBeNull();
  });

  it("counts no units where the source cannot answer for them, and zero where it has none", async () => {
    const probes = (units: MemoryProbe["units"]) => [{ id: "p1", channels: ["CA1"], units }];
    const answers = { units: "an archive of LFP alone" };
    const none = { total: null, passing: null };
    const hub = memoryHub([{ ...dataset("a", probes([])), answers }, dataset("b", probes([]))]);
    const result = await compare(hub, { interval: INTERVAL });
    expect(findings(result, "CA1", "a")).toMatchObject({ units: none, firingRate: { count: null, values: [] } });
    expect(result.totals.a).toMatchObject({ units: none, unmapped: none, unregistered: none, undecided: null });
    expect(findings(result, "CA1", "b")).toMatchObject({
      units: { total: 0, passing: 0 },
      firingRate: { count: 0 },
    });
    expect(result.totals.b).toMatchObject({ units: { total: 0, passing: 0 }, undecided: 0 });
    expect(result.caveats.map(({ id }) => id)).not.toContain("label-granularity");
  });

  it("throws on an abort with the caller's own reason, and whatever is no error of ours", async () => {
    const reason = new FormatError("mine", { format: "x" });
    const probes = (spikesError: Error) => [{ id: "p1", units: [{ at: "CA1", times: [1] }], spikesError }];
    const aborted = compare(memoryHub([dataset("a", probes(reason))]), { signal: AbortSignal.abort(reason) });
    await expect(aborted).rejects.toBe(reason);
    const bug = new TypeError("undefined is not a function");
    await expect(compare(memoryHub([dataset("a", probes(bug))]))).rejects.toBe(bug);
  });

  it("gives LFP power by probe and region, and says why where there is none", async () => {
    const probes: MemoryProbe[] = [
      { id: "p1", units: [], lfp: lfpOf("a", "p1", ["CA1", "CA1", "VISp5", "or"]) },
      { id: "p2", units: [], lfp: lfpOf("a", "p2", ["CA1"], { quality: "unsynced" }) },
      { id: "p3", units: [] },
    ];
    const bands = [
      { name: "theta", from: 6, to: 10 },
      { name: "gamma", from: 30, to: 60 },
    ];
    const result = await compare(memoryHub([dataset("a", probes)]), { bands, lfpInterval: { start: 1, stop: 9 } });
    const ca1 = findings(result, "CA1", "a");
    expect(ca1).toMatchObject({ lfpChannels: 3, probes: 2, channels: 0 });
    expect(Object.keys(ca1?.lfpPowerUv2 ?? {})).toEqual(["a:probe:p1"]);
    // Half the squared amplitude of 100 and 200 uV, averaged.
    expect(ca1?.lfpPowerUv2?.["a:probe:p1"]?.theta).toBeCloseTo((5000 + 20_000) / 2, 0);
    expect(ca1?.lfpPowerUv2?.["a:probe:p1"]?.gamma).toBeLessThan(0.1);
    expect(findings(result, "VISp", "a")?.lfpPowerUv2?.["a:probe:p1"]?.theta).toBeCloseTo(45_000, -1);
    expect(result.lfpFrequencies).toHaveLength(ca1?.lfpPsdUv2PerHz?.["a:probe:p1"]?.length ?? -1);
    expect(result.totals.a?.lfpChannels).toEqual({ total: 5, unmapped: 1, unregistered: 0 });
    expect(result.lfp).toEqual([
      {
        dataset: "a",
        probe: "a:probe:p1",
        channels: 3,
        usedChannels: 3,
        interval: { start: 1, stop: 9 },
        segments: { total: 7, kept: 7, invalid: 0, notCovered: 0 },
      },
    ]);
    const reasons = result.absent.filter(({ what }) => what === "lfp").map(({ reason }) => reason);
    expect(reasons).toHaveLength(2);
    expect(reasons[0]).toContain("not tied to the session clock");
  });

  it("gives no power for a band above what the source supports", async () => {
    const lfp = lfpOf("a", "p1", ["CA1"], { traits: { usableUpTo: 60 } });
    const result = await compare(memoryHub([dataset("a", [{ id: "p1", units: [], lfp }])]));
    const power = findings(result, "CA1", "a")?.lfpPowerUv2?.["a:probe:p1"];
    expect(power?.highGamma).toBeNull();
    expect(power?.gamma).not.toBeNull();
  });

  it("says when an LFP does not cover the interval, wholly or at all", async () => {
    const spoilt: InvalidInterval[] = [{ start: 0, stop: 100, kind: "saturated", probe: null, tags: [] }];
    const probes: MemoryProbe[] = [
      { id: "p1", units: [], lfp: lfpOf("a", "p1", ["CA1"]) },
      { id: "p2", units: [], lfp: lfpOf("a", "p2", ["CA1"], { invalid: spoilt }) },
      { id: "p3", units: [], lfp: lfpOf("a", "p3", ["CA1"], { times: evenTimes(500, 1250, 12_500) }) },
    ];
    const result = await compare(memoryHub([dataset("a", probes)]), { lfpInterval: { start: 5, stop: 20 } });
    expect(Object.keys(findings(result, "CA1", "a")?.lfpPowerUv2 ?? {})).toEqual(["a:probe:p1"]);
    expect(result.notices).toContainEqual(
      expect.objectContaining({ code: "lfp-interval-not-covered", where: "a:probe:p1", count: 11 }),
    );
    expect(result.absent.filter(({ what }) => what === "lfp").map(({ where }) => where)).toEqual([
      ["a:probe:p2"],
      ["a:probe:p3"],
    ]);
  });

  it("closes every LFP that it opened, also one that fails", async () => {
    const closed: string[] = [];
    const lfp =
      (id: string, part: Partial<MemoryLfp> = {}) =>
      () => ({
        ...lfpOf("a", id, ["CA1"], part)(),
        close: () => closed.push(id),
      });
    const evaluate = () => {
      throw new FormatError("bad chunk", { format: "hdf5" });
    };
    const probes: MemoryProbe[] = [
      { id: "p1", units: [], lfp: lfp("p1") },
      { id: "p2", units: [], lfp: lfp("p2", { evaluate }) },
    ];
    const result = await compare(memoryHub([dataset("a", probes)]));
    expect(result.failures).toHaveLength(1);
    expect(closed).toEqual(["p1", "p2"]);
  });

  it("sets datasets side by side in atlas order, each with the caveats of what it has there", async () => {
    const probe = (id: string, reference: "airMedian" | "commonAverage") => ({
      id: "p1",
      units: [
        { at: "CA1", times: [1] },
        { at: "LP", times: [1] },
        { at: "VISp5", times: [1] },
      ],
      lfp: lfpOf(id, "p1", ["VISp5"], { traits: { reference } }),
    });
    const result = await compare(
      memoryHub([dataset("a", [probe("a", "airMedian")]), dataset("b", [probe("b", "commonAverage")])]),
      { interval: INTERVAL },
    );
    expect(result.regions.map(({ region, datasets }) => [region, Object.keys(datasets)])).toEqual([
      ["VISp", ["a", "b"]],
      ["CA1", ["a", "b"]],
      ["LP", ["a", "b"]],
    ]);
    const ids = (region: string) => findings(result, region, "b")?.caveats.map(({ id }) => id);
    expect(ids("VISp")).toContain("lfp-reference");
    expect(ids("LP")).not.toContain("lfp-reference");
    expect(ids("LP")).toContain("unit-rules");
    expect(result.caveats.filter(({ mustNotCompare }) => mustNotCompare).map(({ id }) => id)).toEqual([
      "lfp-reference",
      "unit-rules",
    ]);
  });

  it("counts no unit as passing where the dataset has no rule", async () => {
    const probes = [{ id: "p1", units: [{ at: "CA1", times: [1] }] }];
    const hub = memoryHub([{ ...dataset("a", probes), rule: null }]);
    expect(findings(await compare(hub, { interval: INTERVAL }), "CA1", "a")).toMatchObject({
      units: { total: 1, passing: null },
      firingRate: { count: 0 },
    });
    const all = await compare(hub, { interval: INTERVAL, units: "all" });
    expect(findings(all, "CA1", "a")?.firingRate.count).toBe(1);
  });

  it("names its settings, sources and citations, and is its own JSON", async () => {
    const probes = [
      { id: "p1", channels: ["CA1"], units: [{ at: "CA1", times: [1, 2.5] }], lfp: lfpOf("a", "p1", ["CA1"]) },
    ];
    const result = await compare(memoryHub([dataset("a", probes)]), { interval: INTERVAL });
    expect(result.provenance.datasets.a).toMatchObject({
      title: "The a dataset",
      licence: "MIT",
      citations: ["a et al."],
      sources: [{ url: "memory:a", kind: "objects" }],
      files: [{ url: "memory:p1/channels" }],
    });
    expect(result.provenance.settings).toMatchObject({ interval: INTERVAL, lfpInterval: null, mapping: "beryl" });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it("tells where it is", async () => {
    const seen: CompareProgress[] = [];
    const probes = [{ id: "p1", units: [], lfp: lfpOf("a", "p1", ["CA1"]) }];
    await compare(memoryHub([dataset("a", probes), dataset("b", [])]), {
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.filter(({ phase }) => phase === "sessions")).toEqual([
      { phase: "sessions", done: 0, total: 2, label: "a:session:s1" },
      { phase: "sessions", done: 1, total: 2, label: "b:session:s1" },
      { phase: "sessions", done: 2, total: 2, label: "" },
    ]);
    const lfp = seen.filter(({ phase }) => phase === "lfp");
    expect(lfp.every(({ done, total, label }) => done <= total && label === "a:probe:p1")).toBe(true);
    expect(lfp.at(-1)?.done).toBeCloseTo(lfp.at(-1)?.total ?? 0, 1);
  });

  it.each([
    ["a dataset that is not there", { datasets: ["c"] }],
    ["an interval that runs backward", { interval: { start: 5, stop: 1 } }],
    ["an LFP interval without end", { lfpInterval: { start: 0, stop: Number.POSITIVE_INFINITY } }],
    ["a band above 100 Hz", { bands: [{ name: "ripple", from: 150, to: 250 }] }],
    [
      "two bands of one name",
      {
        bands: [
          { name: "x", from: 2, to: 5 },
          { name: "x", from: 6, to: 9 },
        ],
      },
    ],
    ["an empty list of stimuli", { stimuli: [] }],
    ["a mapping that is none", { mapping: "Beryl" as "beryl" }],
  ])("refuses %s", async (_, options) => {
    await expect(compare(memoryHub([dataset("a", [])]), options)).rejects.toThrow(QueryError);
  });

  it("works over a real hub", async () => {
    const hub = createHub({ stores: memoryStores(), adapters: [memoryPlugin()] });
    const result = await compare(hub, { units: "all", interval: { start: 0, stop: 60 }, mapping: "allen" });
    expect(result.failures).toEqual([]);
    expect(result.totals.memory?.sessions).toBeGreaterThan(0);
    expect(result.regions.map(({ region }) => region)).toContain("VISp5");
    hub.dispose();
  });
});
