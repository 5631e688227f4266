import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** Values that the reference reader gave for one recording at one scale; NaN is null. */
export interface ExpectedEntry {
  readonly recording: string | null;
  readonly scale: number;
  readonly formatVersion: 1 | 2;
  readonly nc: number;
  readonly ns: number;
  readonly fs: number;
  readonly fsNominal: number;
  readonly t0: number | null;
  readonly times: { readonly at: readonly (readonly [number, number])[]; readonly sha256: string };
  readonly sglxMeta: unknown;
  readonly provenance: {
    readonly lfpack_version: string | null;
    readonly processing: Record<string, unknown>;
  };
  readonly saturation: readonly (readonly [number, number])[];
  readonly rl: number;
  readonly saturationSummary: Readonly<Record<string, number | boolean | null>>;
  readonly saturationTimes: readonly (readonly [number, number])[];
  readonly saturationMask: { readonly trueCount: number; readonly spans: readonly (readonly [number, number])[] };
  readonly channelsFull: ExpectedChannels;
  readonly bins: Readonly<Record<string, ExpectedBins>>;
  readonly chunks: readonly {
    readonly index: number;
    readonly rank: number;
    readonly nKept: number;
    readonly vhShape: readonly [number, number];
    readonly nsOriginal: number;
    readonly nsExtended: number;
    readonly leftOverlap: number;
    readonly epsilon: number | null;
    readonly alpha: number;
    readonly crSvd: number | null;
    readonly crWp: number | null;
    readonly crTotal: number | null;
    readonly rmse: number | null;
    readonly factorsAllZero: boolean;
    readonly decodedAllZero: boolean;
    readonly decodedMaxAbs: number;
  }[];
  readonly windows: readonly {
    readonly first: number;
    readonly last: number;
    readonly bin: number;
    readonly channels: readonly number[] | null;
    readonly npy: string;
    readonly shape: readonly number[];
  }[];
  readonly whole: Readonly<Record<string, { readonly shape: readonly number[]; readonly sha256: string }>>;
  readonly channelStatistics: { readonly values: Numbers };
}

export interface ExpectedBins {
  readonly nc: number;
  /** In words where it is that of the channels. */
  readonly geometry?: string | { readonly x: readonly number[]; readonly y: readonly number[] };
  readonly binnedChannelIndex?: { readonly first: number; readonly last: number; readonly outOfRange: number };
  readonly channels?: ExpectedChannels;
}

export type Numbers = readonly (readonly number[])[] | { readonly npy: string };

export interface ExpectedChannels {
  readonly values?: Readonly<Record<string, readonly number[]>>;
  readonly columns?: readonly string[];
  readonly table?: { readonly npy: string };
  readonly acronym?: readonly string[];
}

export interface ExpectedArchive {
  readonly file: string;
  readonly recordings: readonly string[];
  readonly scales: Readonly<Record<string, readonly number[]>>;
  readonly entries: readonly ExpectedEntry[];
  readonly stages?: { readonly recording: string; readonly chunk: number; readonly signal: { readonly npy: string } };
}

export function readExpected<T = ExpectedArchive>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/** An npy file of float32 or float64, version 1, little-endian, C order: all that is stored beside the expected values. */
export function readNpy(path: string): {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
} {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, start);
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  const body = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
  const data = header.includes("'<f4'") ? new Float32Array(body) : new Float64Array(body);
  return { shape, data };
}

export function sha256(data: Float32Array | Float64Array | Uint8Array): string {
  return createHash("sha256")
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest("hex");
}

/** Largest difference between two float32 signals in units in the last place of the expected one. */
export function ulpDistance(found: Float32Array, expected: Float32Array | Float64Array): number {
  let largest = 0;
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs((found[i] ?? Number.NaN) - value);
    if (difference === 0) continue;
    const spacing = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), -126) - 23);
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / spacing);
  }
  return largest;
}

/** Largest absolute difference; infinite where either is NaN or lengths differ. */
export function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((found[i] ?? Number.NaN) - (expected[i] ?? Number.NaN));
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
