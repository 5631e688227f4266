import { describe, expect, it } from "vitest";
import { type AdapterPlugin, CAPABILITIES, type Capability, type DatasetAdapter, MODALITIES } from "../adapter.js";
import { parseRef } from "../model/ref.js";
import type { AdapterSubject } from "./adapter-subject.js";
import { MEMORY_FACTS, memoryStores } from "./memory-facts.js";
import { memoryPlugin } from "./memory-plugin.js";
import { PLANTED_BUGS } from "./planted-bugs.js";
import { applicableChecks, testAdapter } from "./test-adapter.js";

const subject = (plugin: AdapterPlugin): AdapterSubject => ({
  plugin,
  stores: () => memoryStores(),
  known: MEMORY_FACTS,
  signalKeys: /^(lfp|spikes)\./,
});

testAdapter(subject(memoryPlugin()));

const POORER: readonly (readonly Capability[])[] = [
  ...CAPABILITIES.map((modality) => [modality]),
  ["waveforms", "movement"],
  ["units", "spikes", "waveforms"],
  ["channels", "lfp"],
  ["events", "movement"],
  MODALITIES,
  CAPABILITIES,
];

describe.each(POORER.map((without) => ({ without })))("an adapter without $without", ({ without }) => {
  testAdapter(subject(memoryPlugin(without)));

  it("is not asked for it", () => {
    const asked = new Set(applicableChecks(subject(memoryPlugin(without))).flatMap(({ needs }) => needs));
    expect(without.filter((modality) => asked.has(modality))).toEqual([]);
  });

  it("lists probes that promise none of it", async () => {
    const adapter = memoryPlugin(without).create({ stores: memoryStores() });
    const [probe] = await adapter.probes(parseRef(MEMORY_FACTS.session.ref, "session"));
    expect([probe?.hasLfp, probe?.channelCount === null, probe?.unitCount === null]).toEqual([
      !without.includes("lfp"),
      without.includes("channels"),
      without.includes("units"),
    ]);
  });
});

describe("skips", () => {
  it("need a known name and a reason", () => {
    const skip = (test: string, reason: string) => () =>
      testAdapter({ ...subject(memoryPlugin()), skip: [{ test, reason }] });
    expect(skip("no such check", "a long enough reason")).toThrow(/no applicable check/);
    expect(skip("lfp > a closed source answers no more", "")).toThrow(/no reason/);
  });
});

describe("planted bugs", () => {
  it("are at least fifteen", () => expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(15));

  for (const bug of PLANTED_BUGS) {
    it(`${bug.name} is found by "${bug.foundBy}"`, async () => {
      const plugin = memoryPlugin();
      const buggy = {
        ...plugin,
        create: (deps: Parameters<AdapterPlugin["create"]>[0]) => planted(plugin.create(deps), bug.plant),
      };
      expect(await failures(bug.plugin ? bug.plugin(buggy) : buggy)).toContain(bug.foundBy);
    });
  }
});

/** The adapter with some of its methods replaced. */
function planted(adapter: DatasetAdapter, plant: (adapter: DatasetAdapter) => Partial<DatasetAdapter>): DatasetAdapter {
  const honest: DatasetAdapter = {
    describe: (options) => adapter.describe(options),
    sessions: (filter, options) => adapter.sessions(filter, options),
    probes: (session, options) => adapter.probes(session, options),
    channels: (probe, options) => adapter.channels(probe, options),
    units: (probe, options) => adapter.units(probe, options),
    spikes: (probe, options) => adapter.spikes(probe, options),
    waveforms: (probe, options) => adapter.waveforms(probe, options),
    events: (session, filter, options) => adapter.events(session, filter, options),
    movement: (session, options) => adapter.movement(session, options),
    invalidIntervals: (session, options) => adapter.invalidIntervals(session, options),
    lfp: (probe, options) => adapter.lfp(probe, options),
    files: (selection, options) => adapter.files(selection, options),
    ...(adapter.fingerprints && { fingerprints: adapter.fingerprints.bind(adapter) }),
  };
  return { ...honest, ...plant(adapter) };
}

/** Names of the checks that an adapter does not pass. */
async function failures(plugin: AdapterPlugin): Promise<string[]> {
  const tried = subject(plugin);
  const failed: string[] = [];
  for (const check of applicableChecks(tried)) {
    const outcome = await Promise.race([
      check.run(tried).then(
        () => "passed",
        () => "failed",
      ),
      new Promise<string>((resolve) => setTimeout(resolve, 1000, "hung")),
    ]);
    if (outcome !== "passed") failed.push(check.name);
  }
  return failed;
}
