import { expect } from "vitest";
import { CAPABILITIES, MODALITIES } from "../../adapter.js";
import { metricDefinitionSchema } from "../../model/metric.js";
import { probeInsertionSchema } from "../../model/probe-insertion.js";
import { qualityRuleSchema } from "../../model/quality-rule.js";
import { formatRef, isSameRef, parseRef } from "../../model/ref.js";
import { sessionSchema } from "../../model/session.js";
import { type AdapterCheck, absentRef } from "../adapter-subject.js";
import { recordingStores } from "../recording-store.js";
import { collect, expectDataError, expectNoSentinel, knownRef, withAdapter } from "./assert.js";

/** What an adapter says of itself, its sessions and its probes. */
export const catalogueChecks: readonly AdapterCheck[] = [
  {
    name: "plugin > describes itself completely",
    needs: [],
    run: async ({ plugin }) => {
      expect(plugin.id).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(plugin.version).toMatch(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/);
      expect(Object.keys(plugin.capabilities).sort()).toEqual([...CAPABILITIES].sort());
      for (const rule of plugin.rules) expect(rule.id).toMatch(/^[a-z0-9-]+@\d{4}$/);
      expect(plugin.capabilities.units ? plugin.rules.length : 1, "a published rule for units").toBeGreaterThan(0);
      const ids = plugin.metrics.map(({ id }) => id);
      expect(new Set(ids).size, "ids of metrics are unique").toBe(ids.length);
      for (const metric of plugin.metrics) {
        metricDefinitionSchema.parse(metric);
        expect(metric.id.startsWith(`${plugin.id}.`), `${metric.id} is a metric of this dataset`).toBe(true);
      }
      for (const rule of plugin.rules) {
        qualityRuleSchema.parse(rule);
        for (const { metric } of rule.criteria)
          expect(ids, `a definition of the metric ${metric} of a rule`).toContain(metric);
      }
      expect(plugin.licence.length && plugin.citations.length, "licence and citation").toBeGreaterThan(0);
    },
  },
  {
    name: "plugin > making the adapter reads nothing",
    needs: [],
    run: async (subject) => {
      const stores = recordingStores(subject.stores());
      subject.plugin.create({ stores }).dispose?.();
      expect(stores.calls).toEqual([]);
    },
  },
  {
    name: "describe > answers for every modality, in line with the capabilities",
    needs: [],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const { answers, sources } = await adapter.describe();
        expect(sources.length).toBeGreaterThan(0);
        for (const modality of MODALITIES) {
          const answer = answers[modality];
          if (!subject.plugin.capabilities[modality]) expect(answer, modality).not.toBe(true);
          expect(answer === true || answer.length > 10, `${modality}: a reason`).toBe(true);
        }
      }),
  },
  {
    name: "sessions > are all listed, valid and unique",
    needs: [],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const sessions = await collect(adapter.sessions({}));
        expect(sessions.length).toBe(subject.known.sessions);
        for (const session of sessions) {
          sessionSchema.parse(session);
          expectNoSentinel(session, formatRef(session.ref));
          expect(session.dataset).toBe(subject.plugin.id);
          expect(parseRef(formatRef(session.ref)), "reference survives a round trip").toEqual(session.ref);
        }
        expect(new Set(sessions.map(({ ref }) => formatRef(ref))).size).toBe(sessions.length);
        const found = sessions.find(({ ref }) => formatRef(ref) === subject.known.session.ref);
        expect(found, subject.known.session.ref).toBeDefined();
        expect(found?.subject).toBe(subject.known.session.subject);
        expect(found?.sessionType, "sessionType").toBe(subject.known.session.sessionType);
      }),
  },
  {
    name: "sessions > a filter keeps what it names and nothing else",
    needs: [],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const ref = knownRef(subject, subject.known.session.ref, "session");
        expect((await collect(adapter.sessions({ refs: [ref] }))).map((session) => session.ref)).toEqual([ref]);
        expect(await collect(adapter.sessions({ refs: [absentRef(subject, "session")] }))).toEqual([]);
        expect(await collect(adapter.sessions({ subject: "no such animal" }))).toEqual([]);
      }),
  },
  {
    name: "probes > are valid, unique and of their session",
    needs: [],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const session = knownRef(subject, subject.known.session.ref, "session");
        const probes = await adapter.probes(session);
        expect(probes.length).toBe(subject.known.probes);
        for (const probe of probes) {
          probeInsertionSchema.parse(probe);
          expectNoSentinel(probe, formatRef(probe.ref));
          expect(isSameRef(probe.session, session), "session of the probe").toBe(true);
          expect(parseRef(formatRef(probe.ref))).toEqual(probe.ref);
        }
        expect(new Set(probes.map(({ ref }) => formatRef(ref))).size).toBe(probes.length);
        const found = probes.find(({ ref }) => formatRef(ref) === subject.known.probe.ref);
        expect(found?.label).toBe(subject.known.probe.label);
        const [listed] = await collect(adapter.sessions({ refs: [session] }));
        if (listed?.probeCount !== null) expect(listed?.probeCount, "probeCount").toBe(probes.length);
      }),
  },
  {
    name: "probes > have no LFP or waveforms where they say so",
    needs: [],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const { capabilities } = subject.plugin;
        for (const probe of await adapter.probes(knownRef(subject, subject.known.session.ref, "session"))) {
          const name = formatRef(probe.ref);
          if (!capabilities.lfp) expect(probe.hasLfp, `hasLfp of ${name}`).not.toBe(true);
          else if (probe.hasLfp === false) await expectDataError(adapter.lfp(probe.ref), "not-found", `LFP of ${name}`);
          if (!capabilities.waveforms) expect(probe.hasWaveforms, `hasWaveforms of ${name}`).not.toBe(true);
          else if (probe.hasWaveforms === false)
            await expectDataError(adapter.waveforms(probe.ref), "not-found", `waveforms of ${name}`);
        }
      }),
  },
  {
    name: "absent > an unknown session or probe is not found",
    needs: [],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const { capabilities } = subject.plugin;
        const session = absentRef(subject, "session");
        const probe = absentRef(subject, "probe");
        await expectDataError(adapter.probes(session), "not-found", "probes of an unknown session");
        if (capabilities.events) await expectDataError(adapter.events(session, {}), "not-found", "events");
        if (capabilities.movement) await expectDataError(adapter.movement(session), "not-found", "movement");
        if (capabilities.channels) await expectDataError(adapter.channels(probe), "not-found", "channels");
        if (capabilities.units) await expectDataError(adapter.units(probe), "not-found", "units");
        if (capabilities.spikes) await expectDataError(adapter.spikes(probe), "not-found", "spikes");
        if (capabilities.waveforms) await expectDataError(adapter.waveforms(probe), "not-found", "waveforms");
        if (capabilities.lfp) await expectDataError(adapter.lfp(probe), "not-found", "LFP");
      }),
  },
  {
    name: "capabilities > what the dataset lacks is unsupported, never empty",
    needs: [],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const { capabilities } = subject.plugin;
        const session = knownRef(subject, subject.known.session.ref, "session");
        const probe = knownRef(subject, subject.known.probe.ref, "probe");
        const calls = {
          channels: () => adapter.channels(probe),
          units: () => adapter.units(probe),
          spikes: () => adapter.spikes(probe),
          waveforms: () => adapter.waveforms(probe),
          lfp: () => adapter.lfp(probe),
          events: () => adapter.events(session, {}),
          movement: () => adapter.movement(session),
          files: () => collect(adapter.files({ refs: [session] })),
        };
        for (const modality of CAPABILITIES) {
          if (!capabilities[modality]) await expectDataError(calls[modality](), "unsupported", modality);
        }
      }),
  },
];
