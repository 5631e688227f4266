import type { CallOptions, Interval, Notice } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import type { RecordingClock } from "./lfp-clock.js";
import { type Place, schemaError } from "./place.js";
import { type Attributes, elementCount, findNumber, readAttributes, readNumbers } from "./stored-values.js";

/** Where the amplifier was at its rail, found before any processing. */
export interface SaturationTable {
  /** `[start, stop)` in raw samples, as stored: not always in order, and they may overlap. */
  readonly spans: readonly (readonly [start: number, stop: number])[];
  /** Raw samples per second, nominal. */
  readonly rawRate: number;
  /** Raw samples of the recording; null where the table does not say. */
  readonly rawSampleCount: number | null;
  /** Whether the encoder muted the spans; the decoded signal there is still not zero. Null where the table does not say. */
  readonly isMuted: boolean | null;
  /** Share of channels that had to saturate; null where the table does not say. */
  readonly proportion: number | null;
  /** Raw samples that the table's writer counted; null where the table does not say. */
  readonly saturatedSampleCount: number | null;
  /** Share of the recording that the table's writer counted, 0 to 1; null where the table does not say. */
  readonly saturatedFraction: number | null;
  /** Raw samples over which muting sets in and ends; null where the table does not say. */
  readonly muteWindowSamples: number | null;
  /** Volts a second above which a channel counted as saturated; null where slew was not looked at, as in LFP, or the table does not say. */
  readonly slewThreshold: number | null;
}

/** How much of a recording is saturated, by its table. */
export interface SaturationSummary {
  readonly intervalCount: number;
  /** Seconds, `saturatedSampleCount` at the raw rate; null where the count is. */
  readonly totalSeconds: number | null;
  readonly saturatedSampleCount: number | null;
  readonly saturatedFraction: number | null;
  readonly rawRate: number;
  readonly rawSampleCount: number | null;
  readonly isMuted: boolean | null;
  readonly proportion: number | null;
  readonly muteWindowSamples: number | null;
  readonly slewThreshold: number | null;
}

/** The table's own count of itself. Source: LFPack (`LFPackReader.saturation_summary`). */
export function summarizeSaturation({ spans, ...facts }: SaturationTable): SaturationSummary {
  const { saturatedSampleCount, rawRate } = facts;
  const totalSeconds = saturatedSampleCount === null ? null : saturatedSampleCount / rawRate;
  return { ...facts, intervalCount: spans.length, totalSeconds };
}

export interface SaturationReading {
  /** Null where the recording has no table: detection was not run, which is not the same as nothing saturated. */
  readonly table: SaturationTable | null;
  readonly notices: readonly Notice[];
}

/**
 * Reads the saturation table of a recording; it concerns all scales.
 *
 * Source: LFPack: `<recording>/saturation`, int64 `(n, 2)` in samples of the raw LFP band, with attributes.
 *
 * @param place the array
 * @throws {@link SchemaError} when the array or its rate has another shape, or a span ends before it starts
 */
export async function readSaturation(file: Hdf5File, place: Place, options?: CallOptions): Promise<SaturationReading> {
  const where = `${place.url}#${place.path}`;
  const info = await file.find(place.path, options);
  if (info === undefined) {
    const message = "the recording has no saturation table: spans at the amplifier's rail are not known";
    return { table: null, notices: [{ code: "saturation-not-recorded", message, count: 1, where }] };
  }
  if (info.kind !== "array") throw schemaError(place, "saturation is a group, expected an array");
  const shape = info.shape ?? [];
  if (shape.length !== 2 || shape[1] !== 2) {
    throw schemaError(place, `saturation has shape (${shape.join(", ")}), expected (n, 2)`);
  }
  const attributes = await readAttributes(file, place, options);
  const rawRate = findNumber(attributes, "fs");
  if (rawRate === undefined) throw schemaError(place, "saturation: attribute fs is missing");
  if (!(Number.isFinite(rawRate) && rawRate > 0))
    throw schemaError(place, `saturation: fs must be positive, not ${rawRate}`);
  const values = elementCount(shape) === 0 ? [] : await readNumbers(file, place, undefined, options);
  const muted = findNumber(attributes, "muted");
  const table: SaturationTable = {
    spans: Array.from({ length: shape[0] ?? 0 }, (_, row) => [values[2 * row] ?? 0, values[2 * row + 1] ?? 0] as const),
    rawRate,
    rawSampleCount: known(attributes, "ns_total"),
    isMuted: muted === undefined ? null : muted !== 0,
    proportion: known(attributes, "proportion"),
    saturatedSampleCount: known(attributes, "n_saturated_samples"),
    saturatedFraction: known(attributes, "saturated_fraction"),
    muteWindowSamples: known(attributes, "mute_window_samples"),
    slewThreshold: known(attributes, "v_per_sec"),
  };
  return { table, notices: checkSpans(table, table.saturatedSampleCount, place, where) };
}

/** NaN stands for a value that does not apply. */
function known(attributes: Attributes, name: string): number | null {
  const value = findNumber(attributes, name);
  return value === undefined || Number.isNaN(value) ? null : value;
}

function checkSpans(table: SaturationTable, stated: number | null, place: Place, where: string): Notice[] {
  const notices: Notice[] = [];
  const warn = (code: string, message: string, count: number): void => {
    if (count > 0) notices.push({ code, message, count, where });
  };
  const { spans, rawSampleCount } = table;
  for (const [row, [start, stop]] of spans.entries()) {
    if (start > stop) throw schemaError(place, `saturation row ${row}: start ${start} after stop ${stop}`);
  }
  const outside = spans.filter(([start, stop]) => start < 0 || (rawSampleCount !== null && stop > rawSampleCount));
  warn(
    "saturation-outside-recording",
    "saturated spans reach outside the recording; they are cut to it",
    outside.length,
  );
  const disordered = spans.filter(([start], row) => start < (spans[row - 1]?.[1] ?? Number.NEGATIVE_INFINITY));
  warn("saturation-disordered", "saturated spans are not in order or overlap", disordered.length);
  const total = spans.reduce((sum, [start, stop]) => sum + stop - start, 0);
  if (stated !== null && stated !== total) {
    warn("saturation-count-disagrees", `n_saturated_samples is ${stated}, the spans cover ${total}`, 1);
  }
  return notices;
}

/** Spans in order, cut to the recording, overlapping and touching ones joined; still raw samples. */
export function normaliseSpans(
  table: SaturationTable,
  rawSampleCount: number,
): readonly (readonly [start: number, stop: number])[] {
  const joined: [number, number][] = [];
  const cut = table.spans.map(([start, stop]) => [Math.max(0, start), Math.min(rawSampleCount, stop)] as const);
  for (const [start, stop] of cut.filter(([a, b]) => a < b).sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], stop);
    else joined.push([start, stop]);
  }
  return joined;
}

/** Saturated spans in seconds on a recording's clock, in order, cut to the recording and joined where they overlap; none without a table. */
export function toSaturatedIntervals(
  table: SaturationTable | null,
  clock: RecordingClock,
  nominalRate: number,
  sampleCount: number,
): readonly Interval[] {
  if (table === null) return [];
  const ratio = nominalRate / table.rawRate;
  return normaliseSpans(table, table.rawSampleCount ?? Math.ceil(sampleCount / ratio)).map(([start, stop]) => ({
    start: clock.timeOf(start * ratio),
    stop: clock.timeOf(stop * ratio),
  }));
}

/**
 * Samples that touch a saturated span, at the rate of a scale: edges rounded outward, cut to the recording.
 *
 * Source: LFPack (`LFPackReader.saturation_mask`): nominal rates decide the ratio, not the session clock.
 */
export function toSaturatedSamples(
  table: SaturationTable,
  nominalRate: number,
  sampleCount: number,
): readonly (readonly [start: number, stop: number])[] {
  const ratio = nominalRate / table.rawRate;
  return table.spans
    .map(
      ([start, stop]) =>
        [Math.max(0, Math.floor(start * ratio)), Math.min(sampleCount, Math.ceil(stop * ratio))] as const,
    )
    .filter(([start, stop]) => start < stop);
}
