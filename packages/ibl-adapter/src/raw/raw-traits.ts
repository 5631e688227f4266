import type { LfpCaveat, LfpTraits, Notice } from "@crossprobe/core";
import { readImroTable } from "./imro-table.js";
import { familyOf } from "./probe-version.js";
import type { RawRecording } from "./raw-recording.js";

/** Hertz. Source: Neuropixels 1.0 and 2.0 user manuals; 2.0 probes have one band. */
const NP1_LFP: readonly [number, number] = [0.5, 500];
const NP1_AP: readonly [number, number] = [300, 10_000];
const FULL_BAND: readonly [number, number] = [0.5, 10_000];

const SKEW: LfpCaveat = {
  code: "samples-staggered",
  message:
    "channels that share a converter are sampled one after the other within a sample: see sampleShift of the geometry",
  source: "Neuropixels 1.0 and 2.0 user manuals; ibl-neuropixel `adc_shifts`",
};

const AS_RECORDED: LfpCaveat = {
  code: "raw-recording",
  message:
    "the samples are as recorded: no channel was interpolated or left out, no common signal removed, nothing denoised",
  source: "SpikeGLX `.bin`, and mtscomp, which is lossless",
};

/** What was done to a raw signal: the probe's analog filters, nothing else. */
export function toRawTraits(recording: RawRecording): {
  readonly traits: LfpTraits;
  readonly notices: readonly Notice[];
} {
  const passband = passbandOf(recording);
  const references = referencesOf(recording);
  const traits: LfpTraits = {
    passband,
    reference: references.length > 0 && references.every((reference) => reference === 0) ? "external" : "unknown",
    lossyCodec: null,
    denoising: [],
    spatial: "all",
    usableUpTo: Math.min(recording.samplingRate / 2, passband?.[1] ?? Number.POSITIVE_INFINITY),
    caveats: [AS_RECORDED, SKEW],
  };
  const count = references.filter((reference) => reference !== 0).length;
  const message = `${count} channels are referenced to a site of the probe, such as its tip, and not externally`;
  const where = recording.meta?.url ?? recording.url;
  return { traits, notices: count === 0 ? [] : [{ code: "reference-on-probe", message, count, where }] };
}

/** Null where it is not known: LFP of 2.0 probes is made by software, and AP channels may be filtered differently from each other. */
function passbandOf({ meta, band }: RawRecording): readonly [number, number] | null {
  if (meta === null || meta.version === null) return null;
  const family = familyOf(meta.version);
  if (band === "lf") return family === "np2" ? null : NP1_LFP;
  if (family === "np2") return FULL_BAND;
  if (meta.version === "3A") return meta.values.get("imHpFlt") === 300 ? NP1_AP : null;
  const filters = new Set([...readImroTable(meta).values()].map((entry) => entry.isHighPassed));
  if (filters.size !== 1) return null;
  return filters.has(true) ? NP1_AP : filters.has(false) ? FULL_BAND : null;
}

function referencesOf({ meta, geometry }: RawRecording): readonly number[] {
  if (meta === null || geometry === null) return [];
  const table = readImroTable(meta);
  return geometry.sites.flatMap(({ channel }) => table.get(channel)?.reference ?? []);
}
