import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseNpy } from "@crossprobe/formats/npy";

/** The ground truth behind the sample cohort: what both encodings were made from. No value here was read with an adapter. */

const FOLDER = new URL("../fixtures/rosetta/truth/", import.meta.url);

export const DATASETS = ["ibl", "allen"] as const;
export type Dataset = (typeof DATASETS)[number];
export const PROBE_KEYS = ["A", "B"] as const;
export type ProbeKey = (typeof PROBE_KEYS)[number];

export interface TrueUnit {
  readonly index: number;
  readonly id: string;
  readonly probe: ProbeKey;
  readonly peakSite: number;
  readonly distanceFromTipUm: number;
  readonly region: string;
  readonly allenAcronym: string | null;
  readonly allenChannelId: number;
  readonly spikeCount: number;
  readonly iblCluster: number;
  readonly iblUuid: string;
  readonly allenUnitId: number;
  readonly allenQuality: string;
  readonly isGoodByIbl: boolean;
  readonly isGoodByAllenProject: boolean;
}

export interface TrueChannel {
  readonly site: number;
  readonly lateralUm: number;
  readonly distanceFromTipUm: number;
  readonly ccf: { readonly ap: number; readonly dv: number; readonly ml: number };
  readonly region: string;
  readonly inBrain: boolean;
  readonly allen: { readonly channelId: number | null; readonly acronym: string | null; readonly ccfPresent: boolean };
}

export interface TrueEvent {
  readonly index: number;
  readonly onsetTime: number;
  readonly offsetTime: number;
  readonly contrast: number;
  readonly side: "left" | "right";
}

export interface TrueMovement {
  readonly startTime: number;
  readonly duration: number;
  readonly displacementCm: number;
}

export interface TrueProbe {
  readonly hemisphere: "left" | "right";
  readonly ibl: { readonly name: string };
  readonly allen: { readonly name: string; readonly probeId: number };
  readonly clock: Readonly<
    Record<"allenLfpRateHz" | "allenLfpStartTime" | "iblLfpRateHz" | "iblLfpStartTime" | "allenLfpStepSeconds", number>
  >;
  readonly saturation: readonly (readonly [number, number])[];
}

export interface Effect {
  readonly kind: string;
  readonly region?: string;
  readonly regions?: readonly string[];
  readonly probe?: ProbeKey;
  readonly planted: number | readonly [number, number] | string;
  readonly plantedExtremeTime?: number;
  readonly plantedPeakUvAtFullContrastContralateral?: number;
  readonly found: unknown;
  readonly tolerance: number | null;
}

interface Info {
  readonly sessionDurationSeconds: number;
  readonly subject: { readonly nickname: string; readonly lab: string };
  readonly probes: Readonly<Record<ProbeKey, TrueProbe>>;
  readonly effects: readonly Effect[];
  readonly carried: readonly { readonly quantity: string; readonly ibl: unknown; readonly allen: unknown }[];
  readonly identity: {
    readonly session: { readonly ibl: string; readonly allen: number };
    readonly probes: Readonly<Record<ProbeKey, { readonly ibl: string; readonly allen: number }>>;
  };
}

function json<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Content;
}

/** An array of the truth; the shape is C order. */
export function truthArray(name: string): { readonly data: ArrayLike<number>; readonly shape: readonly number[] } {
  const { data, shape } = parseNpy(readFileSync(new URL(name, FOLDER)), name);
  return { data: data as ArrayLike<number>, shape };
}

export const info = json<Info>("truth.json");
export const units = json<{ units: readonly TrueUnit[] }>("units.json").units;
export const channels = json<{ probes: Readonly<Record<ProbeKey, readonly TrueChannel[]>> }>("channels.json").probes;
export const events = json<{ events: readonly TrueEvent[] }>("events.json").events;
export const movements = json<{ movements: readonly TrueMovement[] }>("movements.json").movements;
export const expected = json<Expected>("compare-expected.json");
export const allenEncoding = json<{ lfp: Readonly<Record<ProbeKey, { samples: number; sites: readonly number[] }>> }>(
  "allen-encoding.json",
);

interface Tally {
  readonly total: number;
  readonly isGoodByIbl?: number;
  readonly isGoodByAllenProject?: number;
}
export interface Expected {
  readonly unitCounts: Readonly<
    Record<
      Dataset,
      Readonly<
        Record<
          string,
          { regions: Readonly<Record<string, Tally>>; indeterminate: Tally; unregistered: Tally; all: Tally }
        >
      >
    >
  >;
  readonly firingRates: Readonly<
    Record<
      Dataset,
      Readonly<
        Record<
          string,
          Readonly<Record<"all" | "good", Readonly<Record<string, { count: number; quartiles: readonly number[] }>>>>
        >
      >
    >
  >;
  readonly psth: Readonly<Record<string, { readonly file: string; readonly rows: readonly string[] }>>;
  readonly lfp: Readonly<
    Record<
      ProbeKey,
      {
        readonly spectra: Readonly<
          Record<
            string,
            Readonly<
              Record<
                string,
                { readonly peakFrequencyHz: number; readonly bandPowerUv2: Readonly<Record<string, number>> }
              >
            >
          >
        >;
        readonly check: Readonly<
          Record<Dataset, { readonly file: string; readonly firstSample: number; readonly samples: number }>
        >;
        readonly evoked: {
          readonly eventsUsed: readonly number[];
          readonly eventsDroppedForSaturation: readonly number[];
        };
      }
    >
  >;
}

/** The same things under the ids of each encoding. */
export const identity = {
  session: (dataset: Dataset) => `${dataset}:session:${info.identity.session[dataset]}`,
  probe: (dataset: Dataset, key: ProbeKey) => `${dataset}:probe:${info.identity.probes[key][dataset]}`,
  unit: (dataset: Dataset, unit: TrueUnit) =>
    dataset === "ibl"
      ? `ibl:unit:${info.identity.probes[unit.probe].ibl}/${unit.iblCluster}`
      : `allen:unit:${unit.allenUnitId}`,
  channel: (dataset: Dataset, key: ProbeKey, { site, allen }: TrueChannel) =>
    dataset === "ibl" ? `ibl:channel:${info.identity.probes[key].ibl}/${site}` : `allen:channel:${allen.channelId}`,
};

/** What an encoding carries: Allen leaves noise units and reference sites out, and labels coarsely. */
export const carriedBy = {
  units: (dataset: Dataset, key: ProbeKey) =>
    units.filter(({ probe, allenQuality }) => probe === key && (dataset === "ibl" || allenQuality === "good")),
  channels: (dataset: Dataset, key: ProbeKey) =>
    channels[key].filter(({ allen }) => dataset === "ibl" || allen.channelId !== null),
  lfpSites: (dataset: Dataset, key: ProbeKey) =>
    dataset === "ibl" ? channels[key].map(({ site }) => site) : allenEncoding.lfp[key].sites,
  label: (dataset: Dataset, { inBrain, region, allen }: TrueChannel) =>
    dataset === "ibl" ? (inBrain ? region : null) : allen.acronym,
  unitLabel: (dataset: Dataset, unit: TrueUnit) => (dataset === "ibl" ? unit.region : unit.allenAcronym),
  isPassing: (dataset: Dataset, unit: TrueUnit) => (dataset === "ibl" ? unit.isGoodByIbl : unit.isGoodByAllenProject),
};

const spikeTimes = truthArray("spike_times.npy").data;
const spikeAmplitudes = truthArray("spike_amplitudes.npy").data;
const spikeOffsets = truthArray("spike_offsets.npy").data;

/** Spike times of a unit, seconds, and amplitudes, volts (float32). */
export function trueSpikes({ index }: TrueUnit): {
  readonly times: readonly number[];
  readonly amplitudes: readonly number[];
} {
  const [start, stop] = [spikeOffsets[index] ?? 0, spikeOffsets[index + 1] ?? 0];
  const cut = (values: ArrayLike<number>) =>
    Array.from({ length: stop - start }, (_, i) => values[start + i] ?? Number.NaN);
  return { times: cut(spikeTimes), amplitudes: cut(spikeAmplitudes) };
}

/** Centimetres of wheel surface travelled up to a time: each movement is a raised-cosine velocity bump of known displacement. */
export function trueDisplacementCm(time: number): number {
  let total = 0;
  for (const { startTime, duration, displacementCm } of movements) {
    const phase = Math.min(1, Math.max(0, (time - startTime) / duration));
    total += displacementCm * (phase - Math.sin(2 * Math.PI * phase) / (2 * Math.PI));
  }
  return total;
}

/** Half a second of the exact field, volts, `[samples, sites]`, at an encoding's own sample times. */
export function trueLfp(dataset: Dataset, key: ProbeKey) {
  const { file, firstSample, samples } = expected.lfp[key].check[dataset];
  const { data } = truthArray(file);
  const width = data.length / samples;
  return {
    firstSample,
    samples,
    width,
    at: (sample: number, column: number) => data[sample * width + column] ?? Number.NaN,
  };
}

export const samplesFolder = fileURLToPath(new URL("../../samples/", import.meta.url));
