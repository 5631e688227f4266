import { findRegion } from "@crossprobe/atlas";
import type { CatalogueSource } from "@crossprobe/catalogue";
import {
  type AbsentReason,
  type AdapterPlugin,
  evaluateRule,
  type ProbeRef,
  type QualityRule,
  QueryError,
  ref,
  type SessionRef,
  type Unit,
} from "@crossprobe/core";

/** A dataset in a few words: what a catalogue is built from, without files. */
export interface SmallDataset {
  readonly id: string;
  readonly release?: string | null;
  readonly version?: string;
  readonly rules?: readonly QualityRule[];
  /** Units by session and probe. */
  readonly sessions: Readonly<Record<string, Readonly<Record<string, readonly SmallUnit[]>>>>;
}

export interface SmallUnit {
  /** Below its probe if it begins with `/`. */
  readonly id: string;
  /** Acronym of its label; none where null. */
  readonly region: string | null;
  /** Why it has none: `unknown` unless said. */
  readonly regionAbsent?: AbsentReason;
  readonly firingRate?: number | null;
  readonly spikeCount?: number;
  readonly metrics?: Readonly<Record<string, number | null>>;
}

/** What {@link buildCatalogue} asks of a hub, answered from data. */
export function smallSource(...datasets: readonly SmallDataset[]): CatalogueSource {
  const named = (id: string): SmallDataset => {
    const found = datasets.find((dataset) => dataset.id === id);
    if (found === undefined) throw new QueryError(`no dataset ${id}`);
    return found;
  };
  return {
    datasets: () => datasets.map(pluginOf),
    describe: async (id) => ({ release: named(id).release ?? null, sources: [], answers: {}, notices: [] }) as never,
    sessions: async function* ({ dataset = "" } = {}) {
      for (const [session, probes] of Object.entries(named(dataset).sessions)) {
        const known = { ref: ref(dataset, "session", session), dataset, subject: session, probeCount: null };
        const unknown = { lab: null, startTime: null, paradigm: null, sessionType: null, hasPupil: null };
        yield { ...known, ...unknown, sex: null, ageDays: Object.keys(probes).length, genotype: null };
      }
    },
    probes: async (session) =>
      Object.keys(named(session.dataset).sessions[session.id] ?? {}).map((probe) => {
        const known = { ref: ref(session.dataset, "probe", probe), session, label: probe };
        return { ...known, channelCount: null, unitCount: null, hasLfp: true, hasWaveforms: null, model: null };
      }),
    channels: async (probe) => ({ probe, rows: [], provenance: [], notices: [] }),
    unitTable: async (probe) => ({ probe, rows: unitsOf(named(probe.dataset), probe), provenance: [], notices: [] }),
    fingerprints: () => undefined,
  };
}

function pluginOf({ id, version = "1.0.0", rules = [] }: SmallDataset): AdapterPlugin {
  const capabilities = { channels: true, units: true };
  return { id, title: id, version, citations: [], licence: "none", rules, metrics: [], capabilities } as never;
}

function unitsOf({ id: dataset, sessions, rules = [] }: SmallDataset, probe: ProbeRef): readonly Unit[] {
  const [session, probes] = Object.entries(sessions).find(([, own]) => probe.id in own) ?? ["", {}];
  return (probes[probe.id] ?? []).map((unit) => toUnit(unit, probe, ref(dataset, "session", session), rules));
}

function toUnit(small: SmallUnit, probe: ProbeRef, session: SessionRef, rules: readonly QualityRule[]): Unit {
  const { id, region: acronym, regionAbsent = "unknown", firingRate = 1, spikeCount = null, metrics = {} } = small;
  const region = acronym === null ? undefined : findRegion(acronym);
  return {
    ...{ ref: ref(probe.dataset, "unit", id.startsWith("/") ? probe.id + id : id), probe, session },
    ...{ uuid: null, peakChannel: null, ccf: null, hemisphere: null, distanceFromTipUm: null, spikeCount },
    region: region === undefined ? null : { id: region.id, acronym: region.acronym },
    regionAbsent: region === undefined ? regionAbsent : null,
    ...{ firingRate, firingRateSource: null, metrics },
    quality: Object.fromEntries(rules.map((rule) => [rule.id, evaluateRule(rule, metrics)])),
  } as never;
}
