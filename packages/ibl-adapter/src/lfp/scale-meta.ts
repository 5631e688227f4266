import type { CallOptions, Notice } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { parseJson } from "@crossprobe/formats/json";
import type { ClockFacts, SyncKnots } from "./lfp-clock.js";
import { formatError, type Place, placeAt, schemaError } from "./place.js";
import {
  type Attributes,
  findColumn,
  findNumber,
  findText,
  readAttributes,
  readNumbers,
  requireNumber,
} from "./stored-values.js";

/** Which programs and settings wrote a recording; everything is null in files of lfpack before 1.2. */
export interface WriterProvenance {
  readonly lfpackVersion: string | null;
  readonly lfpackCommit: string | null;
  readonly iblNeuropixelVersion: string | null;
  /** Settings of the processing before compression, as stored; null where the file has none. */
  readonly processing: Readonly<Record<string, unknown>> | null;
}

/** The `meta` group of one scale of a recording, checked. */
export interface ScaleMeta {
  readonly formatVersion: 1 | 2;
  readonly channelCount: number;
  readonly sampleCount: number;
  /** Samples in every chunk but the last. */
  readonly chunkLength: number;
  /** Guard band of the chunks; null where the file does not say. */
  readonly chunkOverlap: number | null;
  /** Wavelet threshold multiplier of the encoder; 0 means none. */
  readonly alpha: number;
  /** Singular-value threshold multiplier of the encoder; null where the file does not say. */
  readonly epsilon: number | null;
  /** Number of basis vectors that `meta` states (format 2); null where it does not. */
  readonly basisSize: number | null;
  readonly clock: ClockFacts;
  /** `[channels]`, micrometres across the probe. */
  readonly lateralUm: Float32Array;
  /** `[channels]`, micrometres along the probe; channel 0 of a Neuropixels 1.0 file is nearest to the tip. */
  readonly axialUm: Float32Array;
  /** Parsed SpikeGLX metadata; null where the file has none that can be parsed. */
  readonly sglxMeta: unknown;
  readonly writer: WriterProvenance;
  /** Everything that `meta` holds: annotations of channels are among it. */
  readonly attributes: Attributes;
  readonly notices: readonly Notice[];
}

/** Attributes of `meta` that say what a scale is, and not what its channels are. */
export const FACT_NAMES: readonly string[] = [
  ...["format_version", "nc", "ns_total", "fs", "epsilon", "alpha", "compress_chunk", "compress_overlap", "basis_size"],
  ...["fs_sync", "t0_sync", "geometry_x", "geometry_y"],
  ...["lfpack_version", "lfpack_commit", "ibl_neuropixel_version", "processing"],
];

/**
 * Reads and checks `meta` of one scale: attributes, and the sync knots where there are some.
 *
 * Source: LFPack `meta` attributes (lfpack 0.1 to 1.2).
 *
 * @param scale the scale's group
 * @param names read these attributes only: {@link FACT_NAMES} leave out annotations and the SpikeGLX metadata, which is then null
 * @throws {@link FormatError} when there is no such group, or its format version is not known
 * @throws {@link SchemaError} when an attribute is missing or has a value that no recording has
 */
export async function readScaleMeta(
  file: Hdf5File,
  scale: Place,
  options?: CallOptions,
  names?: readonly string[],
): Promise<ScaleMeta> {
  const place = placeAt(scale, `${scale.path}/meta`);
  const group = await file.find(place.path, options);
  if (group?.kind !== "group") throw formatError(place, "the scale has no meta group");
  const attributes = await readAttributes(file, place, { signal: options?.signal, names });
  const formatVersion = findNumber(attributes, "format_version") ?? 1;
  if (formatVersion !== 1 && formatVersion !== 2) {
    throw formatError(place, `format_version ${formatVersion} is not one that this reader knows (1, 2)`, {
      hint: "look for a newer version of @crossprobe/ibl-adapter",
    });
  }
  const channelCount = requireCount(attributes, "nc");
  const notices: Notice[] = [];
  const knots = await readKnots(file, place, notices, options);
  const column = (name: string): Float32Array => {
    const values = findColumn(attributes, name, channelCount);
    if (values === undefined) throw schemaError(place, `attribute ${name} is missing`);
    return Float32Array.from(values);
  };
  return {
    formatVersion,
    channelCount,
    sampleCount: requireCount(attributes, "ns_total"),
    chunkLength: requireCount(attributes, "compress_chunk"),
    chunkOverlap: findNumber(attributes, "compress_overlap") ?? null,
    alpha: requireNumber(attributes, "alpha"),
    epsilon: findNumber(attributes, "epsilon") ?? null,
    basisSize: findNumber(attributes, "basis_size") ?? null,
    clock: toClockFacts(attributes, knots),
    lateralUm: column("geometry_x"),
    axialUm: column("geometry_y"),
    sglxMeta: toSglxMeta(attributes, notices),
    writer: toWriter(attributes, notices),
    attributes,
    notices,
  };
}

function requireCount(attributes: Attributes, name: string): number {
  const value = requireNumber(attributes, name);
  if (!(Number.isSafeInteger(value) && value > 0)) {
    throw schemaError(attributes.place, `${name} must be a positive integer, not ${value}`);
  }
  return value;
}

function toClockFacts(attributes: Attributes, knots: SyncKnots | null): ClockFacts {
  const { place } = attributes;
  const nominalRate = requireNumber(attributes, "fs");
  if (!(Number.isFinite(nominalRate) && nominalRate > 0)) {
    throw schemaError(place, `fs must be positive and finite, not ${nominalRate}`);
  }
  const known = (name: string): number | null => {
    const value = findNumber(attributes, name);
    if (value === undefined || Number.isNaN(value)) return null;
    if (!Number.isFinite(value)) throw schemaError(place, `${name} must be finite or NaN, not ${value}`);
    return value;
  };
  const syncRate = known("fs_sync");
  if (syncRate !== null && syncRate <= 0) throw schemaError(place, `fs_sync must be positive, not ${syncRate}`);
  return { nominalRate, syncRate, syncStart: known("t0_sync"), knots };
}

/**
 * Knots of a piecewise clock.
 *
 * Source: LFPack: float64 arrays `sync_samples` and `sync_times` as children of `meta` (lfpack 0.4 and later); attributes of the same
 * names mean nothing, and one array without the other is ignored.
 */
async function readKnots(file: Hdf5File, meta: Place, notices: Notice[], options?: CallOptions) {
  const place = (name: string) => placeAt(meta, `${meta.path}/${name}`);
  const find = async (name: string) => (await file.find(place(name).path, options))?.kind === "array";
  const [hasSamples, hasTimes] = [await find("sync_samples"), await find("sync_times")];
  if (hasSamples !== hasTimes) {
    notices.push({
      code: "sync-knots-incomplete",
      message: `only ${hasSamples ? "sync_samples" : "sync_times"} is stored; the knots are ignored and the fitted line is used`,
      count: 1,
      where: `${meta.url}#${meta.path}`,
    });
  }
  if (!hasSamples || !hasTimes) return null;
  const samples = Float64Array.from(await readNumbers(file, place("sync_samples"), undefined, options));
  const times = Float64Array.from(await readNumbers(file, place("sync_times"), undefined, options));
  checkKnots(samples, times, meta);
  return { samples, times };
}

function checkKnots(samples: Float64Array, times: Float64Array, place: Place): void {
  if (samples.length !== times.length) throw schemaError(place, "sync_samples and sync_times differ in length");
  if (samples.length < 2) throw schemaError(place, "at least two sync knots expected");
  if (!times.every((time) => Number.isFinite(time))) throw schemaError(place, "sync_times must be finite");
  const increases = (values: Float64Array) => values.every((value, i) => i === 0 || value > (values[i - 1] ?? 0));
  if (!increases(samples)) throw schemaError(place, "sync_samples must increase strictly");
  if (!increases(times)) throw schemaError(place, "sync_times must increase strictly");
}

function toSglxMeta({ values, place }: Attributes, notices: Notice[]): unknown {
  const text = findText({ values, place }, "sglx_meta");
  if (text === undefined) return null;
  const problem = (message: string): void => {
    notices.push({ code: "sglx-meta-not-json", message, count: 1, where: `${place.url}#${place.path}` });
  };
  try {
    return JSON.parse(text);
  } catch {
    // lfpack writes with Python's json, which knows NaN and Infinity.
  }
  try {
    const parsed = parseJson(text, place.url);
    problem("sglx_meta holds NaN or Infinity, which JSON has not; they were read as such");
    return parsed;
  } catch {
    problem("sglx_meta is not JSON and is left out; the signal is readable without it");
    return null;
  }
}

function toWriter(attributes: Attributes, notices: Notice[]): WriterProvenance {
  const text = (name: string) => findText(attributes, name) || null;
  return {
    lfpackVersion: text("lfpack_version"),
    lfpackCommit: text("lfpack_commit"),
    iblNeuropixelVersion: text("ibl_neuropixel_version"),
    processing: toProcessing(text("processing"), attributes.place, notices),
  };
}

function toProcessing(text: string | null, place: Place, notices: Notice[]): Readonly<Record<string, unknown>> | null {
  if (text === null) return null;
  try {
    const parsed = parseJson(text, place.url);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) {
      return Object.keys(parsed).length === 0 ? null : { ...parsed };
    }
  } catch {
    // Said below: it changes what is known about the signal, not the signal.
  }
  notices.push({
    code: "processing-not-json",
    message: "the processing settings are no JSON object and are left out; traits fall back to the documented pipeline",
    count: 1,
    where: `${place.url}#${place.path}`,
  });
  return null;
}
