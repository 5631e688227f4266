import { findRegion, granularityOf, hemisphereOf, isInsideCcf } from "@crossprobe/atlas";
import { expect } from "vitest";
import { type Channel, channelSchema } from "../../model/channel.js";
import { undefinedMetrics } from "../../model/metric.js";
import { evaluateRule, type QualityRule } from "../../model/quality-rule.js";
import { formatRef, isSameRef, parseRef } from "../../model/ref.js";
import { type Unit, unitSchema } from "../../model/unit.js";
import type { AdapterCheck } from "../adapter-subject.js";
import { recordingStores } from "../recording-store.js";
import { expectNear, expectNoSentinel, knownRef, withAdapter } from "./assert.js";

/** Channels and units: identities, places, verdicts, and what asking for them costs. */
export const tableChecks: readonly AdapterCheck[] = [
  {
    name: "channels > are valid, unique and counted as the probe says",
    needs: ["channels"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const probe = knownRef(subject, subject.known.probe.ref, "probe");
        const { rows } = await adapter.channels(probe);
        expect(rows.length).toBe(subject.known.channels.count);
        expectUnique(rows);
        for (const row of rows) {
          channelSchema.parse(row);
          expect(isSameRef(row.probe, probe), "probe of the channel").toBe(true);
          expectPlace(row);
        }
        const session = knownRef(subject, subject.known.session.ref, "session");
        const listed = (await adapter.probes(session)).find((candidate) => isSameRef(candidate.ref, probe));
        if (listed?.channelCount !== null) expect(listed?.channelCount, "channelCount").toBe(rows.length);
      }),
  },
  {
    name: "channels > the known channel is where it should be",
    needs: ["channels"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const { sample } = subject.known.channels;
        const { rows } = await adapter.channels(knownRef(subject, subject.known.probe.ref, "probe"));
        const found = rows.find(({ ref }) => formatRef(ref) === sample.ref);
        expect(found?.region?.acronym ?? null, "region").toBe(sample.acronym);
        expect(found?.distanceFromTipUm, "distanceFromTipUm").toBe(sample.distanceFromTipUm);
        expect(found?.siteIndex, "siteIndex").toBe(sample.siteIndex);
        expect(found?.hemisphere, "hemisphere").toBe(sample.hemisphere);
        expect(found?.ccf === null, "ccf absent").toBe(sample.ccf === null);
        for (const axis of ["ap", "dv", "ml"] as const) {
          if (sample.ccf !== null)
            expectNear(found?.ccf?.[axis], { value: sample.ccf[axis], within: sample.ccf.within }, axis);
        }
      }),
  },
  {
    name: "units > are valid, unique and judged by every rule",
    needs: ["units"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const probe = knownRef(subject, subject.known.probe.ref, "probe");
        const { rows } = await adapter.units(probe);
        expect(rows.length).toBe(subject.known.units.count);
        expectUnique(rows);
        const rules = subject.plugin.rules.map(({ id }) => id);
        for (const row of rows) {
          unitSchema.parse(row);
          expectPlace(row);
          expect(isSameRef(row.probe, probe), "probe of the unit").toBe(true);
          expect(formatRef(row.session), "session of the unit").toBe(subject.known.session.ref);
          expect(Object.keys(row.quality).sort()).toEqual([...rules].sort());
          expect(row.firingRate === null, "a rate says where it comes from").toBe(row.firingRateSource === null);
          for (const name of Object.keys(row.metrics))
            expect(name.startsWith(`${subject.plugin.id}.`), name).toBe(true);
        }
        expect(rows.filter(({ quality }) => quality[rules[0] ?? ""] === true).length, "passing units").toBe(
          subject.known.units.passing,
        );
      }),
  },
  {
    name: "units > say which metrics have no definition, and where a verdict is not that of the metrics",
    needs: ["units"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const { metrics, rules } = subject.plugin;
        const { rows, notices } = await adapter.units(knownRef(subject, subject.known.probe.ref, "probe"));
        const named = notices.filter(({ code }) => code === "metrics-undefined").map(({ message }) => message);
        const keys = rows.flatMap((row) => Object.keys(row.metrics));
        for (const id of undefinedMetrics(keys, metrics)) {
          expect(named.join(" ").split(/[\s,]+/), `a notice metrics-undefined about ${id}`).toContain(id);
        }
        const differing = rows.filter((row) => rules.some((rule) => isDifferent(row, rule)));
        const told = notices.filter(({ code }) => code === "verdict-differs-from-metrics");
        expect(
          told.reduce((sum, { count }) => sum + count, 0),
          "units that notices verdict-differs-from-metrics count",
        ).toBe(differing.length);
      }),
  },
  {
    name: "units > the known unit is where it should be",
    needs: ["units"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const { sample } = subject.known.units;
        const { rows } = await adapter.units(knownRef(subject, subject.known.probe.ref, "probe"));
        const found = rows.find(({ ref }) => formatRef(ref) === sample.ref);
        expect(found, sample.ref).toBeDefined();
        expect(found?.region?.acronym ?? null, "region").toBe(sample.acronym);
        expect(found?.distanceFromTipUm, "distanceFromTipUm").toBe(sample.distanceFromTipUm);
      }),
  },
  {
    name: "units > stand where their peak channel stands",
    needs: ["channels", "units"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const probe = knownRef(subject, subject.known.probe.ref, "probe");
        const channels = new Map((await adapter.channels(probe)).rows.map((row) => [formatRef(row.ref), row]));
        let matched = 0;
        for (const unit of (await adapter.units(probe)).rows) {
          if (unit.peakChannel === null) continue;
          const channel = channels.get(formatRef(unit.peakChannel));
          if (channel === undefined) continue;
          matched++;
          expect(unit.region, formatRef(unit.ref)).toEqual(channel.region);
          expect(unit.ccf, formatRef(unit.ref)).toEqual(channel.ccf);
          expect(unit.hemisphere, formatRef(unit.ref)).toBe(channel.hemisphere);
        }
        expect(matched, "units whose peak channel is in the table").toBeGreaterThan(0);
      }),
  },
  {
    name: "tables > asking for them reads no signals",
    needs: ["channels", "units"],
    run: async (subject) => {
      const stores = recordingStores(subject.stores());
      const adapter = subject.plugin.create({ stores });
      try {
        const probe = knownRef(subject, subject.known.probe.ref, "probe");
        await adapter.probes(knownRef(subject, subject.known.session.ref, "session"));
        await adapter.channels(probe);
        await adapter.units(probe);
        const signals = stores.calls.filter(({ key, bytes }) => bytes > 0 && subject.signalKeys.test(key));
        expect(signals.map(({ key }) => key)).toEqual([]);
      } finally {
        adapter.dispose?.();
      }
    },
  },
  {
    name: "tables > asking twice reads once",
    needs: ["channels", "units"],
    run: async (subject) => {
      const stores = recordingStores(subject.stores());
      const adapter = subject.plugin.create({ stores });
      try {
        const probe = knownRef(subject, subject.known.probe.ref, "probe");
        const first = [await adapter.channels(probe), await adapter.units(probe)];
        const read = stores.bytes;
        expect([await adapter.channels(probe), await adapter.units(probe)]).toEqual(first);
        expect(stores.bytes - read, "bytes read by the second call").toBe(0);
      } finally {
        adapter.dispose?.();
      }
    },
  },
];

/** Whether the verdict that a unit carries is another than its metrics give. */
function isDifferent({ quality, metrics }: Unit, rule: QualityRule): boolean {
  const [stated, found] = [quality[rule.id] ?? null, evaluateRule(rule, metrics)];
  return stated !== null && found !== null && stated !== found;
}

function expectUnique(rows: readonly { readonly ref: Channel["ref"] | Unit["ref"] }[]): void {
  expect(new Set(rows.map(({ ref }) => formatRef(ref))).size, "unique references").toBe(rows.length);
  for (const { ref } of rows) expect(parseRef(formatRef(ref))).toEqual(ref);
}

/** The region is the atlas's, absence has its reason, the point lies in the volume, the side follows from the point. */
function expectPlace(row: Channel | Unit): void {
  const name = formatRef(row.ref);
  expectNoSentinel({ region: row.region, ccf: row.ccf, distanceFromTipUm: row.distanceFromTipUm }, name);
  expect(row.region === null, `${name}: exactly one of region and regionAbsent`).toBe(row.regionAbsent !== null);
  if (row.region !== null) {
    const region = findRegion(row.region.acronym);
    expect(region?.id, `${name}: id of ${row.region.acronym} in the atlas`).toBe(row.region.id);
    if (region !== undefined) expect(row.region.granularity, name).toBe(granularityOf(region));
    if (row.ccf !== null)
      expect(isInsideCcf(row.ccf), `${name}: ${JSON.stringify(row.ccf)} inside the volume`).toBe(true);
  }
  if (row.ccf !== null) expect(row.hemisphere, `${name}: side`).toBe(hemisphereOf(row.ccf));
}
