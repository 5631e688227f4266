import { readFileSync } from "node:fs";
import type { CompareHub } from "@crossprobe/analysis";
import { findRegion, toRegionLabel } from "@crossprobe/atlas";
import {
  type AdapterPlugin,
  type Channel,
  type InvalidInterval,
  type LfpSource,
  type LfpTraits,
  NotFoundError,
  type ProbeInsertion,
  type ProbeRef,
  type QualityRule,
  ref,
  type Session,
  type SessionEvent,
  type SpikeTable,
  type Unit,
} from "@crossprobe/core";
import { evenTimes, memoryLfp } from "../../packages/analysis/test-support/memory-lfp.js";
import { readFloats } from "./rosetta-npy.js";

export type Source = "ibl" | "allen";
export const SOURCES: readonly Source[] = ["ibl", "allen"];

interface TruthUnit {
  index: number;
  id: string;
  probe: string;
  region: string;
  allenAcronym: string | null;
  isGoodByIbl: boolean;
  isGoodByAllenProject: boolean;
  allenQuality: string;
}

interface TruthChannel {
  site: number;
  region: string;
  allen: { channelId: number | null; acronym: string | null };
}

interface EvokedKernel {
  firstTime: number;
  firstSigma: number;
  secondTime: number;
  secondSigma: number;
  secondFraction: number;
  supportSeconds: number;
  edgeSeconds: number;
}

interface TruthProbe {
  clock: Record<"allenLfpStartTime" | "allenLfpRateHz" | "iblLfpStartTime" | "iblLfpRateHz", number>;
  saturation: [number, number][];
}

interface TruthEvent {
  index: number;
  onsetTime: number;
  offsetTime: number;
  contrast: number;
  side: "left" | "right";
  gainByHemisphere: Record<string, number>;
}

/** The ground truth of a Rosetta folder as a hub of two datasets: what both adapters would give if they were perfect. */
export class RosettaTruth {
  readonly folder: string;
  readonly info: {
    probes: Record<string, TruthProbe>;
    lfp: {
      probes: Record<
        string,
        {
          hemisphere: string;
          referenceTime: number;
          periodSeconds: number;
          evokedSupportSeconds: number;
          evoked: EvokedKernel[];
        }
      >;
    };
  };
  readonly events: readonly TruthEvent[];
  readonly #units: readonly TruthUnit[];
  readonly #channels: Record<string, readonly TruthChannel[]>;
  readonly #sites: Record<string, readonly number[]>;
  readonly #spikeTimes: Float64Array;
  readonly #spikeOffsets: Float64Array;
  readonly #fields = new Map<string, { times: Float64Array; rows: Float64Array }>();

  constructor(folder: string) {
    const json = (name: string) => JSON.parse(readFileSync(`${folder}/truth/${name}`, "utf8"));
    this.folder = `${folder}/truth`;
    this.info = json("truth.json");
    this.events = json("events.json").events;
    this.#units = json("units.json").units;
    this.#channels = json("channels.json").probes;
    const allen: Record<string, { sites: number[] }> = json("allen-encoding.json").lfp;
    this.#sites = Object.fromEntries(Object.entries(allen).map(([key, { sites }]) => [key, sites]));
    this.#spikeTimes = readFloats(`${this.folder}/spike_times.npy`).data;
    this.#spikeOffsets = readFloats(`${this.folder}/spike_offsets.npy`).data;
  }

  expected(): Expected {
    return JSON.parse(readFileSync(`${this.folder}/compare-expected.json`, "utf8"));
  }

  hub(events: readonly TruthEvent[] = this.events): CompareHub {
    return {
      datasets: () => SOURCES.map(plugin),
      dataset: (id) => plugin(id as Source),
      describe: async () => ({
        sources: [],
        release: null,
        answers: {
          channels: true,
          units: true,
          spikes: true,
          waveforms: "no",
          events: true,
          movement: "no",
          lfp: true,
        },
        notices: [],
      }),
      async *sessions(filter) {
        for (const source of SOURCES) if (filter?.dataset === source) yield session(source);
      },
      probes: async ({ dataset }) => Object.keys(this.info.probes).map((key) => insertion(dataset, key)),
      channels: async (probe) => ({ probe, rows: this.#channelRows(probe), provenance: [], notices: [] }),
      unitTable: async (probe) => ({ probe, rows: this.#unitRows(probe), provenance: [], notices: [] }),
      spikes: async (probe, options) => this.#spikes(probe, options?.units ?? []),
      events: async (session) => ({
        session,
        rows: events.map((event) => toEvent(event)),
        excluded: [],
        provenance: [],
        notices: [],
      }),
      invalidIntervals: async ({ dataset }) =>
        Object.keys(this.info.probes).flatMap((key) => this.#saturation(ref(dataset, "probe", key))),
      lfp: async (probe) => this.lfp(probe),
    };
  }

  lfp(probe: ProbeRef): LfpSource {
    const { clock } = this.#probe(probe.id);
    const [start, rate, count] =
      probe.dataset === "ibl"
        ? [clock.iblLfpStartTime, clock.iblLfpRateHz, 25_000]
        : [clock.allenLfpStartTime, clock.allenLfpRateHz, 94_416];
    const sites =
      probe.dataset === "ibl" ? Array.from({ length: 384 }, (_, site) => site) : (this.#sites[probe.id] ?? []);
    const channels = this.#siteRows(probe);
    return memoryLfp({
      probe,
      times: evenTimes(start, rate, count),
      evaluate: (times, wanted) =>
        this.#evaluate(
          probe,
          evenTimes(start, rate, count),
          times,
          wanted.map((i) => sites[i] ?? -1),
        ),
      channels: sites.map((site) => channels[site] as Channel),
      invalid: this.#saturation(probe),
      traits: TRAITS[probe.dataset as Source],
      blockSamples: 20_000,
    });
  }

  #probe(key: string): TruthProbe {
    const probe = this.info.probes[key];
    if (probe === undefined) throw new NotFoundError(`no probe ${key}`);
    return probe;
  }

  #saturation(probe: ProbeRef): InvalidInterval[] {
    return this.#probe(probe.id).saturation.map(([start, stop]) => ({
      start,
      stop,
      kind: "saturated",
      probe,
      tags: [],
    }));
  }

  #siteRows(probe: ProbeRef): Channel[] {
    return (this.#channels[probe.id] ?? []).map((row) => ({
      ref: ref(probe.dataset, "channel", `${probe.id}/${row.site}`),
      probe,
      ...place(probe.dataset, row.region, row.allen.acronym),
      siteIndex: row.site,
      lateralUm: null,
      quality: null,
    }));
  }

  #channelRows(probe: ProbeRef): Channel[] {
    const isListed = (row: TruthChannel | undefined) => probe.dataset === "ibl" || row?.allen.channelId != null;
    return this.#siteRows(probe).filter(({ siteIndex }) => isListed(this.#channels[probe.id]?.[siteIndex ?? -1]));
  }

  #unitRows(probe: ProbeRef): Unit[] {
    const units = this.#units.filter(
      (unit) => unit.probe === probe.id && (probe.dataset === "ibl" || unit.allenQuality === "good"),
    );
    return units.map((unit) => ({
      ref: ref(probe.dataset, "unit", unit.id),
      probe,
      session: session(probe.dataset as Source).ref,
      uuid: null,
      peakChannel: null,
      ...place(probe.dataset, unit.region, unit.allenAcronym),
      spikeCount: null,
      firingRate: null,
      firingRateSource: null,
      quality: { "good@2026": probe.dataset === "ibl" ? unit.isGoodByIbl : unit.isGoodByAllenProject },
      metrics: {},
    }));
  }

  #spikes(probe: ProbeRef, units: SpikeTable["units"]): SpikeTable {
    const trains = units.map(({ id }) => {
      const index = this.#units.find((unit) => unit.id === id)?.index ?? Number.NaN;
      return this.#spikeTimes.subarray(this.#spikeOffsets[index], this.#spikeOffsets[index + 1]);
    });
    const offsets = [0];
    for (const train of trains) offsets.push((offsets.at(-1) ?? 0) + train.length);
    return {
      probe,
      units,
      times: Float64Array.from(trains.flatMap((train) => Array.from(train))),
      offsets: Uint32Array.from(offsets),
      amplitudesV: null,
      observed: units.map(() => null),
      coverage: { first: 0.4, last: 295.9 },
      provenance: [],
      notices: [],
    };
  }

  /** Volts of the field at some of a source's sample times. */
  #evaluate(probe: ProbeRef, all: Float64Array, times: Float64Array, sites: readonly number[]): Float32Array {
    const key = probe.id;
    const field = this.#fields.get(`${probe.dataset}${key}`) ?? this.#timeCourses(key, all);
    this.#fields.set(`${probe.dataset}${key}`, field);
    const loadings = readFloats(`${this.folder}/lfp_${key}_loadings.npy`);
    const evoked = readFloats(`${this.folder}/lfp_${key}_evoked_loadings.npy`);
    const [components = 0, kernels = 0] = [loadings.shape[1], evoked.shape[1]];
    const width = components + kernels;
    const first = field.times.indexOf(times[0] ?? Number.NaN);
    const values = new Float32Array(times.length * sites.length);
    for (let row = 0; row < times.length; row++) {
      for (const [column, site] of sites.entries()) {
        let volts = 0;
        for (let j = 0; j < width; j++) {
          const loading =
            j < components ? loadings.data[site * components + j] : evoked.data[site * kernels + j - components];
          volts += (loading ?? Number.NaN) * (field.rows[(first + row) * width + j] ?? Number.NaN);
        }
        values[row * sites.length + column] = volts;
      }
    }
    return values;
  }

  /** `s_j(t)` and the evoked time courses of a probe at every sample: `[times, components + kernels]`. */
  #timeCourses(key: string, times: Float64Array): { times: Float64Array; rows: Float64Array } {
    const info = this.info.lfp.probes[key];
    if (info === undefined) throw new NotFoundError(`no LFP ${key}`);
    const lines = readFloats(`${this.folder}/lfp_${key}_lines.npy`);
    const components = readFloats(`${this.folder}/lfp_${key}_loadings.npy`).shape[1] ?? 0;
    const width = components + info.evoked.length;
    const rows = new Float64Array(times.length * width);
    for (let line = 0; line < lines.data.length; line += 4) {
      const [j = 0, harmonic = 0, amplitude = 0, phase = 0] = lines.data.subarray(line, line + 4);
      for (let i = 0; i < times.length; i++) {
        const cycles = ((times[i] ?? Number.NaN) - info.referenceTime) / info.periodSeconds;
        const at = i * width + j;
        rows[at] = (rows[at] ?? 0) + amplitude * Math.cos(2 * Math.PI * harmonic * cycles + phase);
      }
    }
    for (const event of this.events) {
      const gain = event.gainByHemisphere[info.hemisphere] ?? Number.NaN;
      for (let i = 0; i < times.length; i++) {
        const since = (times[i] ?? Number.NaN) - event.onsetTime;
        if (!(since >= 0 && since < info.evokedSupportSeconds)) continue;
        for (const [m, kernel] of info.evoked.entries()) {
          const at = i * width + components + m;
          rows[at] = (rows[at] ?? 0) + gain * evokedKernel(kernel, since);
        }
      }
    }
    return { times, rows };
  }
}

/** Reference results beside the truth. */
export interface Expected {
  firingRates: Record<
    Source,
    Record<string, Record<"all" | "good", Record<string, { count: number; mean: number; quartiles: number[] }>>>
  >;
  unitCounts: Record<
    Source,
    Record<
      string,
      Record<"indeterminate" | "unregistered" | "all", Record<string, number>> & {
        regions: Record<string, Record<string, number>>;
      }
    >
  >;
  psth: Record<string, { file: string; rows: string[] }>;
  lfp: Record<
    string,
    {
      spectra: { segmentsKept: number } & Record<
        string,
        Record<string, { sites: number; peakFrequencyHz: number; bandPowerUv2: Record<string, number> }>
      >;
      evoked: { eventsUsed: number[]; eventsDroppedForSaturation: number[] } & Record<
        Source,
        Record<string, { troughTime: number; peakTime: number }>
      >;
    }
  >;
}

const TRAITS: Record<Source, Partial<LfpTraits>> = {
  ibl: { reference: "commonAverage", lossyCodec: "wavelet", spatial: "all", usableUpTo: 100 },
  allen: { reference: "airMedian", spatial: "subsample", usableUpTo: 500 },
};

function plugin(id: Source): AdapterPlugin {
  const rule: QualityRule = {
    ...{ id: "good@2026", title: "good", definition: "as the truth says", source: "the truth", missing: "unknown" },
    criteria: [{ metric: `${id}.good`, op: ">=", bound: 1 }],
  };
  return {
    id,
    title: id,
    capabilities: {
      channels: true,
      units: true,
      spikes: true,
      waveforms: false,
      events: true,
      movement: false,
      lfp: true,
      files: false,
    },
    version: "1.0.0",
    rules: [rule],
    metrics: [],
    citations: [],
    licence: "none",
    create: () => {
      throw new NotFoundError("the truth needs no adapter");
    },
  };
}

function session(dataset: Source): Session {
  return {
    ref: ref(dataset, "session", "1"),
    dataset,
    subject: "XP_001",
    lab: null,
    startTime: null,
    paradigm: dataset === "ibl" ? "task.decision" : "passive.visual",
    sessionType: null,
    hasPupil: null,
    probeCount: 2,
    sex: "F",
    ageDays: 112,
    genotype: null,
  };
}

function insertion(dataset: string, key: string): ProbeInsertion {
  return {
    ref: ref(dataset, "probe", key),
    session: ref(dataset, "session", "1"),
    label: key,
    channelCount: null,
    unitCount: null,
    hasLfp: true,
    hasWaveforms: true,
    model: null,
  };
}

/** Label of a site as each dataset words it: `void` and `root` are outside the brain, a null label is none. */
function place(dataset: string, iblAcronym: string, allenAcronym: string | null) {
  const acronym = dataset === "ibl" ? iblAcronym : allenAcronym;
  const found = acronym === null || acronym === "root" ? undefined : findRegion(acronym);
  const nowhere = { ccf: null, hemisphere: null, distanceFromTipUm: null };
  if (found !== undefined) return { region: toRegionLabel(found), regionAbsent: null, ...nowhere };
  return {
    region: null,
    regionAbsent: acronym === null ? ("notRegistered" as const) : ("outsideBrain" as const),
    ...nowhere,
  };
}

function toEvent(event: TruthEvent): SessionEvent {
  return {
    type: "stimulus.visual.onset",
    time: event.onsetTime,
    stopTime: event.offsetTime,
    stimulus: "task",
    contrast: event.contrast,
    side: event.side,
    polarity: null,
    azimuthDeg: null,
    elevationDeg: null,
    orientationDeg: null,
    temporalFrequency: null,
    spatialFrequencyCpd: null,
    frame: null,
    choice: null,
    isCorrect: null,
    nativeRow: event.index,
  };
}

function evokedKernel(kernel: EvokedKernel, time: number): number {
  const gaussian = (centre: number, sigma: number) => Math.exp(-0.5 * ((time - centre) / sigma) ** 2);
  const edge = Math.min(1, Math.max(0, Math.min(time, kernel.supportSeconds - time) / kernel.edgeSeconds));
  const shape =
    gaussian(kernel.firstTime, kernel.firstSigma) -
    kernel.secondFraction * gaussian(kernel.secondTime, kernel.secondSigma);
  return shape * Math.sin(0.5 * Math.PI * edge) ** 2;
}
