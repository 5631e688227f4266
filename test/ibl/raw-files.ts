import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { type RecordingStore, recordingStore } from "@crossprobe/core/conformance";
import { MemoryStore } from "@crossprobe/storage";

const FIXTURES = fileURLToPath(new URL("../fixtures/ibl-raw/", import.meta.url));

/** A stored file of the raw fixtures. */
export function rawFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(FIXTURES + name));
}

/** Fixture files by name, with others beside or in place of them, in a store that counts. */
export function rawStore(names: readonly string[], others: Readonly<Record<string, Uint8Array>> = {}): RecordingStore {
  const files = Object.fromEntries(names.map((name) => [name, rawFixture(name)]));
  return recordingStore(new MemoryStore("memory://raw/", { ...files, ...others }));
}

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A `.meta` of a 1.0 probe with every key that reading needs, changed line by line; null takes a line away. */
export function metaText(changes: Readonly<Record<string, string | number | null>> = {}): string {
  const lines: Record<string, string | number | null> = {
    typeThis: "imec",
    nSavedChans: 5,
    imSampRate: 2500,
    snsApLfSy: "0,4,1",
    acqApLfSy: "4,4,1",
    snsSaveChanSubset: "4:7,8",
    imAiRangeMax: 0.6,
    imDatPrb_type: 0,
    "~imroTbl": "(0,4)(0 0 0 500 250 1)(1 0 0 500 250 1)(2 0 0 500 125 1)(3 0 0 500 250 1)",
    "~snsShankMap": "(1,2,480)(0:0:0:1)(0:1:0:1)(0:0:1:1)(0:1:1:0)",
    ...changes,
  };
  return Object.entries(lines)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${value}\r\n`)
    .join("");
}

export interface CompressOptions {
  readonly time?: boolean;
  readonly space?: boolean;
  readonly order?: "F" | "C";
  readonly chunk?: number;
}

/** What mtscomp does, the plain way: differences over time, then over columns, wrapped in 16 bits, then zlib. */
export function compress(
  rows: readonly (readonly number[])[],
  { time = true, space = false, order = "F", chunk = 100 }: CompressOptions = {},
): { readonly cbin: Uint8Array; readonly ch: Record<string, unknown> } {
  const width = rows[0]?.length ?? 0;
  const [bounds, offsets, parts] = [[0], [0], [] as Uint8Array[]];
  for (let at = 0; at < rows.length; at += chunk) {
    let part = rows.slice(at, at + chunk).map((row) => [...row]);
    if (time) part = part.map((row, i) => row.map((value, c) => value - (i === 0 ? 0 : (part[i - 1]?.[c] ?? 0))));
    if (space) part = part.map((row) => row.map((value, c) => value - (c === 0 ? 0 : (row[c - 1] ?? 0))));
    const flat =
      order === "C" ? part.flat() : Array.from({ length: width }, (_, c) => part.map((row) => row[c] ?? 0)).flat();
    const bytes = new Uint8Array(deflateSync(new Uint8Array(Int16Array.from(flat).buffer)));
    parts.push(bytes);
    bounds.push(at + part.length);
    offsets.push((offsets.at(-1) ?? 0) + bytes.length);
  }
  const ch = {
    version: "1.0",
    algorithm: "zlib",
    comp_level: -1,
    dtype: "int16",
    do_time_diff: time,
    do_spatial_diff: space,
    n_channels: width,
    sample_rate: 2500,
    chunk_bounds: bounds,
    chunk_offsets: offsets,
    chunk_order: order,
    shape: [rows.length, width],
    sha1_compressed: null,
    sha1_uncompressed: null,
  };
  return { cbin: Uint8Array.from(parts.flatMap((part) => [...part])), ch };
}

/** Rows of pseudo-random 16-bit values that use their whole range. */
export function randomRows(count: number, width: number, seed = 1): number[][] {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return ((state >> 8) & 0xffff) - 0x8000;
  };
  return Array.from({ length: count }, () => Array.from({ length: width }, next));
}
