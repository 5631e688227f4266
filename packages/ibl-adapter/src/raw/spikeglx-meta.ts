import type { ByteStore, CallOptions } from "@crossprobe/core";
import { damaged, readSmallFile, unknownShape, urlOf } from "./place.js";
import { type ProbeVersion, probeVersionOf } from "./probe-version.js";

/** A released `.meta` has 10 to 20 KB. */
const META_BYTES = 16 * 2 ** 20;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A value of a `.meta` file: a number, numbers separated by commas, or text. */
export type MetaValue = string | number | readonly number[];

/** What a stream of SpikeGLX records: action potentials or LFP of a probe, or the auxiliary board. */
export type RawBand = "ap" | "lf" | "nidq";

/** A SpikeGLX `.meta` file. */
export interface SpikeglxMeta {
  readonly url: string;
  /** Every line, without `~` before its key. Numbers and lists of numbers are parsed where that loses nothing. */
  readonly values: ReadonlyMap<string, MetaValue>;
  readonly band: RawBand;
  /** Columns of the data file, sync words included. */
  readonly columnCount: number;
  /** Columns at the end that are words of digital lines. */
  readonly syncCount: number;
  /** Samples per second by the device's own calibration: not of the session clock. */
  readonly samplingRate: number;
  /** `fileTimeSecs` times the rate, rounded; null where the file does not say. */
  readonly statedSamples: number | null;
  /** Null for the auxiliary board, and for a probe type that is not known here. */
  readonly version: ProbeVersion | null;
  /** Of the probe; null where not stated. */
  readonly serial: number | null;
}

/**
 * A `.meta` file. Reads it whole.
 *
 * @throws {@link NotFoundError} when there is none
 * @throws {@link FormatError} for a line that is not `key=value`
 * @throws {@link SchemaError} when keys that reading the signal needs are absent or of another kind
 */
export async function readSpikeglxMeta(
  store: ByteStore,
  key: string,
  options: CallOptions = {},
): Promise<SpikeglxMeta> {
  const hint = "give the .meta that SpikeGLX wrote beside the recording";
  const bytes = await readSmallFile(store, key, { format: "spikeglx-meta", limit: META_BYTES, hint }, options);
  return parseSpikeglxMeta(toText(bytes), urlOf(store, key));
}

/**
 * The text of a `.meta` file.
 *
 * Source: https://billkarsh.github.io/SpikeGLX/help/parsing/ and `spikeglx.read_meta_data` of ibl-neuropixel.
 *
 * @param url for messages
 * @throws as {@link readSpikeglxMeta}
 */
export function parseSpikeglxMeta(text: string, url: string): SpikeglxMeta {
  const values = parseLines(text, url);
  const band = bandOf(values, url);
  const [columnCount, samplingRate] = needPositive(
    values,
    ["nSavedChans", band === "nidq" ? "niSampRate" : "imSampRate"],
    url,
  );
  const seconds = values.get("fileTimeSecs");
  const meta = {
    url,
    values,
    band,
    columnCount: columnCount ?? 0,
    syncCount: streamCounts(values, band, url).at(-1) ?? 0,
    samplingRate: samplingRate ?? 0,
    statedSamples: typeof seconds === "number" ? Math.round(seconds * (samplingRate ?? 0)) : null,
    version: band === "nidq" ? null : probeVersionOf(values),
    serial: serialOf(values),
  };
  checkCounts(meta);
  return meta;
}

/** Saved channels of each kind: `[AP, LF, sync]` of a probe, `[MN, MA, XA, DW]` of the auxiliary board. */
export function streamCounts(values: SpikeglxMeta["values"], band: RawBand, url: string): readonly number[] {
  const key = band === "nidq" ? "snsMnMaXaDw" : "snsApLfSy";
  const counts = values.get(key);
  const length = band === "nidq" ? 4 : 3;
  if (Array.isArray(counts) && counts.length === length && counts.every((count) => Number.isInteger(count))) {
    return counts;
  }
  throw unknownShape(url, counts === undefined ? `key ${key} is absent` : `${key} is not ${length} counts: ${counts}`);
}

/** Positive numbers under keys that must be there. @throws {@link SchemaError} naming those that are absent */
export function needPositive(values: SpikeglxMeta["values"], keys: readonly string[], url: string): number[] {
  const absent = keys.filter((key) => !values.has(key));
  if (absent.length > 0) throw unknownShape(url, `absent: ${absent.join(", ")}`);
  return keys.map((key) => {
    const value = values.get(key);
    if (typeof value === "number" && value > 0) return value;
    throw unknownShape(url, `${key} is not a number above 0: ${JSON.stringify(value)}`);
  });
}

/** Notes are typed in by people on Windows: bytes that are not UTF-8 are read as Latin letters. */
function toText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

function parseLines(text: string, url: string): ReadonlyMap<string, MetaValue> {
  const values = new Map<string, MetaValue>();
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === "") continue;
    const split = line.indexOf("=");
    if (split < 1) throw damaged("spikeglx-meta", url, `line ${index + 1}`, `not key=value: ${line.slice(0, 60)}`);
    values.set(line.slice(0, split).replaceAll("~", ""), toValue(line.slice(split + 1)));
  }
  return values;
}

/** Digits beyond what a number holds stay text. */
function toValue(text: string): MetaValue {
  const parts = text.split(",");
  if (!parts.every((part) => NUMBER.test(part))) return text;
  const numbers = parts.map(Number);
  const isHeld = (number: number) =>
    Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
  if (!numbers.every(isHeld)) return text;
  return numbers.length === 1 ? (numbers[0] ?? text) : numbers;
}

function bandOf(values: ReadonlyMap<string, MetaValue>, url: string): RawBand {
  const type = values.get("typeThis");
  if (type === "nidq") return "nidq";
  if (type !== "imec") {
    throw unknownShape(
      url,
      type === undefined ? "key typeThis is absent" : `typeThis is ${type}: imec and nidq are known`,
    );
  }
  const [ap, lf] = streamCounts(values, "ap", url);
  if (ap !== 0 && lf === 0) return "ap";
  if (ap === 0 && lf !== 0) return "lf";
  throw unknownShape(url, `snsApLfSy states ${ap} AP and ${lf} LF channels: a file holds one band`);
}

function serialOf(values: ReadonlyMap<string, MetaValue>): number | null {
  const serial = values.get("imProbeSN") ?? values.get("imDatPrb_sn");
  return typeof serial === "number" && serial > 0 ? serial : null;
}

function checkCounts({ values, band, columnCount, url }: Omit<SpikeglxMeta, "statedSamples">): void {
  if (!Number.isInteger(columnCount)) throw unknownShape(url, `nSavedChans is ${columnCount}`);
  const counts = streamCounts(values, band, url);
  const sum = counts.reduce((total, count) => total + count, 0);
  if (sum !== columnCount || counts.some((count) => count < 0)) {
    throw unknownShape(url, `nSavedChans is ${columnCount}, the channels of each kind (${counts}) are ${sum}`);
  }
}
