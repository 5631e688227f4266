import { regionByAcronym, toRegionLabel } from "@crossprobe/atlas";
import {
  type AbsentReason,
  type AdapterPlugin,
  type Channel,
  type InvalidInterval,
  type LfpSource,
  MODALITIES,
  type Modality,
  NotFoundError,
  type ProbeInsertion,
  type QualityRule,
  QueryError,
  ref,
  type Session,
  type SessionEvent,
  type SpikeTable,
  type Unit,
} from "@crossprobe/core";
import type { CompareHub } from "../src/compare/options.js";
import { plainChannel } from "./memory-lfp.js";

/** An acronym, or in brackets the reason why there is none. */
export type Place = string | [AbsentReason];

export interface MemoryUnit {
  readonly at: Place;
  readonly passes?: boolean | null;
  readonly times: readonly number[];
  readonly observed?: SpikeTable["observed"][number];
}

export interface MemoryProbe {
  readonly id: string;
  readonly channels?: readonly Place[];
  readonly units: readonly MemoryUnit[];
  readonly coverage?: SpikeTable["coverage"];
  readonly lfp?: () => LfpSource;
  /** What asking for the spikes gives instead. */
  readonly spikesError?: Error;
}

export interface MemorySession {
  readonly id: string;
  readonly onsets?: readonly number[];
  readonly excluded?: readonly { reason: string; count: number }[];
  readonly invalid?: readonly InvalidInterval[];
  readonly probes: readonly MemoryProbe[];
}

export interface MemoryDataset {
  readonly id: string;
  readonly rule?: string | null;
  readonly paradigm?: string;
  readonly answers?: Partial<Record<Modality, string>>;
  readonly sessions: readonly MemorySession[];
  /** What listing the sessions gives instead. */
  readonly listError?: Error;
}

export function located(at: Place) {
  const nowhere = { ccf: null, hemisphere: null, distanceFromTipUm: null };
  if (typeof at !== "string") return { region: null, regionAbsent: at[0], ...nowhere };
  return { region: toRegionLabel(regionByAcronym(at)), regionAbsent: null, ...nowhere };
}

/** A channel of a memory probe at a place. */
export function channelAt(dataset: string, probe: string, index: number, at: Place): Channel {
  return { ...plainChannel(index, ref(dataset, "probe", probe)), ...located(at) };
}

/** The hub that a comparison asks, answering from plain objects: no adapter, no store. */
export function memoryHub(datasets: readonly MemoryDataset[]): CompareHub {
  const datasetOf = (id: string) => found(datasets.find((dataset) => dataset.id === id));
  const sessionOf = (wanted: { dataset: string; id: string }) =>
    found(datasetOf(wanted.dataset).sessions.find(({ id }) => id === wanted.id));
  const probeOf = (wanted: { dataset: string; id: string }) =>
    found(
      datasetOf(wanted.dataset)
        .sessions.flatMap(({ probes }) => probes)
        .find(({ id }) => id === wanted.id),
    );
  return {
    datasets: () => datasets.map(plugin),
    dataset: (id) => {
      const dataset = datasets.find((candidate) => candidate.id === id);
      if (dataset === undefined) throw new QueryError(`no dataset ${id}`);
      return plugin(dataset);
    },
    describe: async (id) => ({
      sources: [{ url: `memory:${id}`, kind: "objects" }],
      release: "1",
      answers: { ...everything(true), ...datasetOf(id).answers },
      notices: [],
    }),
    async *sessions(filter, options) {
      const dataset = datasetOf(filter?.dataset ?? "");
      options?.signal?.throwIfAborted();
      if (dataset.listError !== undefined) throw dataset.listError;
      for (const session of dataset.sessions) yield toSession(dataset, session);
    },
    probes: async (wanted) => sessionOf(wanted).probes.map((probe) => toInsertion(wanted.dataset, wanted.id, probe)),
    channels: async (wanted) => {
      const rows = (probeOf(wanted).channels ?? []).map((at, i) => channelAt(wanted.dataset, wanted.id, i, at));
      return { probe: wanted, rows, provenance: [{ url: `memory:${wanted.id}/channels` }], notices: [] };
    },
    unitTable: async (wanted) => {
      const { rule } = datasetOf(wanted.dataset);
      const rows = probeOf(wanted).units.map((unit, i) => toUnit(wanted.dataset, wanted.id, unit, i, rule));
      const notice = { code: "as-given", message: "a notice of the units", count: rows.length, where: wanted.id };
      return { probe: wanted, rows, provenance: [], notices: [notice] };
    },
    spikes: async (wanted, options) => {
      const probe = probeOf(wanted);
      if (probe.spikesError !== undefined) throw probe.spikesError;
      const units = (options?.units ?? []).map(({ id }) => found(probe.units[Number(id.split("/")[1])]));
      const offsets = [0];
      for (const { times } of units) offsets.push((offsets.at(-1) ?? 0) + times.length);
      return {
        probe: wanted,
        units: options?.units ?? [],
        times: Float64Array.from(units.flatMap(({ times }) => times)),
        offsets: Uint32Array.from(offsets),
        amplitudesV: null,
        observed: units.map(({ observed }) => observed ?? null),
        coverage: probe.coverage ?? null,
        provenance: [],
        notices: [],
      };
    },
    events: async (wanted) => {
      const { onsets, excluded = [] } = sessionOf(wanted);
      if (onsets === undefined) throw new NotFoundError(`no events of session ${wanted.id}`);
      return { session: wanted, rows: onsets.map(toEvent), excluded, provenance: [], notices: [] };
    },
    invalidIntervals: async (wanted) => sessionOf(wanted).invalid ?? [],
    lfp: async (wanted) => {
      const { lfp } = probeOf(wanted);
      if (lfp === undefined) throw new NotFoundError(`no LFP of probe ${wanted.id}`);
      return lfp();
    },
  };
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new NotFoundError("no such thing in memory");
  return value;
}

function everything<Value>(value: Value): Record<Modality, Value> {
  return Object.fromEntries(MODALITIES.map((modality) => [modality, value])) as Record<Modality, Value>;
}

function plugin({ id, rule = `${id}-good@2000` }: MemoryDataset): AdapterPlugin {
  const rules: QualityRule[] =
    rule === null
      ? []
      : [
          {
            ...{ id: rule, title: rule, definition: "stated", source: "here", missing: "unknown" },
            criteria: [{ metric: `${id}.verdict`, op: ">=", bound: 1 }],
          },
        ];
  return {
    id,
    title: `The ${id} dataset`,
    version: "1.0.0",
    capabilities: { ...everything(true), files: false },
    rules,
    metrics: [],
    citations: [`${id} et al.`],
    licence: "MIT",
    create: () => {
      throw new NotFoundError("no adapter");
    },
  };
}

function toSession(dataset: MemoryDataset, { id, probes }: MemorySession): Session {
  return {
    ref: ref(dataset.id, "session", id),
    dataset: dataset.id,
    subject: null,
    lab: null,
    startTime: null,
    paradigm: dataset.paradigm ?? null,
    sessionType: null,
    hasPupil: null,
    probeCount: probes.length,
    sex: null,
    ageDays: null,
    genotype: null,
  };
}

function toInsertion(dataset: string, session: string, { id, units }: MemoryProbe): ProbeInsertion {
  return {
    ref: ref(dataset, "probe", id),
    session: ref(dataset, "session", session),
    label: id,
    channelCount: null,
    unitCount: units.length,
    hasLfp: null,
    hasWaveforms: null,
    model: null,
  };
}

function toUnit(
  dataset: string,
  probe: string,
  unit: MemoryUnit,
  index: number,
  rule = `${dataset}-good@2000` as string | null,
): Unit {
  return {
    ref: ref(dataset, "unit", `${probe}/${index}`),
    probe: ref(dataset, "probe", probe),
    session: ref(dataset, "session", "s"),
    uuid: null,
    peakChannel: null,
    ...located(unit.at),
    spikeCount: null,
    firingRate: null,
    firingRateSource: null,
    quality: rule === null ? {} : { [rule]: unit.passes === undefined ? true : unit.passes },
    metrics: {},
  };
}

function toEvent(time: number, index: number): SessionEvent {
  return {
    type: "stimulus.visual.onset",
    time,
    stopTime: null,
    stimulus: index % 2 === 0 ? "flashes" : "gabors",
    contrast: 1,
    side: null,
    polarity: null,
    azimuthDeg: null,
    elevationDeg: null,
    orientationDeg: null,
    temporalFrequency: null,
    spatialFrequencyCpd: null,
    frame: null,
    choice: null,
    isCorrect: null,
    nativeRow: index,
  };
}
