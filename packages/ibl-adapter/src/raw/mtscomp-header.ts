import type { ByteStore, CallOptions } from "@crossprobe/core";
import { z } from "zod";
import { damaged, readSmallFile, unknownShape, urlOf } from "./place.js";

/** A chunk of a second has 20 bytes in the header: two days of them. */
const HEADER_BYTES = 16 * 2 ** 20;
/** A second of 385 channels at 30 kHz has 23 MB. */
const CHUNK_BYTES = 256 * 2 ** 20;

/** Rising integers from 0, such as the bounds of chunks. */
const bounds = z
  .array(z.int().min(0))
  .min(2)
  .refine((all) => all[0] === 0, "does not begin at 0")
  .refine((all) => all.every((bound, i) => i === 0 || bound > (all[i - 1] ?? 0)), "does not rise all the way");

/** Source: `mtscomp.Writer.get_cmeta` of mtscomp 1.0.2. */
const headerSchema = z.looseObject({
  version: z.string(),
  algorithm: z.literal("zlib"),
  dtype: z.enum(["int16", "<i2"]),
  do_time_diff: z.boolean(),
  do_spatial_diff: z.boolean(),
  n_channels: z.int().min(1).max(65536),
  sample_rate: z.number().positive(),
  chunk_bounds: bounds,
  chunk_offsets: bounds,
  chunk_order: z.enum(["F", "C"]).default("F"),
  shape: z.tuple([z.int(), z.int()]).optional(),
  sha1_compressed: z.string().nullish(),
  sha1_uncompressed: z.string().nullish(),
});

/** A `.ch` file: how the `.cbin` beside it is cut and compressed. */
export interface MtscompHeader {
  readonly url: string;
  readonly version: string;
  readonly columnCount: number;
  readonly samplingRate: number;
  /** `[chunks + 1]`: chunk i has samples `bounds[i]` to `bounds[i + 1]`. */
  readonly bounds: readonly number[];
  /** `[chunks + 1]`: and bytes `offsets[i]` to `offsets[i + 1]`. */
  readonly offsets: readonly number[];
  readonly hasTimeDifferences: boolean;
  readonly hasSpatialDifferences: boolean;
  /** `F`: all samples of a column together; `C`: all columns of a sample. */
  readonly order: "F" | "C";
  /** Hexadecimal digests of the whole `.cbin`, and of the samples in the order of a flat file; null where not stated. */
  readonly sha1Compressed: string | null;
  readonly sha1Uncompressed: string | null;
}

/**
 * A `.ch` file. Reads it whole.
 *
 * @throws {@link NotFoundError} when there is none
 * @throws {@link FormatError} when it is not JSON; {@link SchemaError} when it is not mtscomp's, does not agree with itself, or has a chunk
 *   above 256 MiB
 */
export async function readMtscompHeader(
  store: ByteStore,
  key: string,
  options: CallOptions = {},
): Promise<MtscompHeader> {
  const hint = "a .cbin cannot be read without the .ch that mtscomp wrote beside it";
  const bytes = await readSmallFile(store, key, { format: "mtscomp", limit: HEADER_BYTES, hint }, options);
  return parseMtscompHeader(new TextDecoder().decode(bytes), urlOf(store, key));
}

/** The text of a `.ch` file. `url` is for messages. @throws as {@link readMtscompHeader} */
export function parseMtscompHeader(text: string, url: string): MtscompHeader {
  const parsed = headerSchema.safeParse(parseJson(text, url));
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw unknownShape(url, `not a header of mtscomp: ${issues.join("; ")}`);
  }
  const raw = parsed.data;
  const header: MtscompHeader = {
    url,
    version: raw.version,
    columnCount: raw.n_channels,
    samplingRate: raw.sample_rate,
    bounds: raw.chunk_bounds,
    offsets: raw.chunk_offsets,
    hasTimeDifferences: raw.do_time_diff,
    hasSpatialDifferences: raw.do_spatial_diff,
    order: raw.chunk_order,
    sha1Compressed: raw.sha1_compressed ?? null,
    sha1Uncompressed: raw.sha1_uncompressed ?? null,
  };
  checkHeader(header, raw.shape);
  return header;
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged("mtscomp", url, "start", "it is not JSON", cause);
  }
}

function checkHeader({ url, bounds, offsets, columnCount }: MtscompHeader, shape: readonly number[] | undefined): void {
  if (bounds.length !== offsets.length) {
    throw unknownShape(url, `chunk_bounds has ${bounds.length} entries, chunk_offsets ${offsets.length}`);
  }
  if (shape !== undefined && (shape[0] !== bounds.at(-1) || shape[1] !== columnCount)) {
    throw unknownShape(url, `shape is ${shape}, the chunks hold ${bounds.at(-1)} samples of ${columnCount} channels`);
  }
  const longest = bounds.reduce((most, bound, i) => Math.max(most, bound - (bounds[i - 1] ?? 0)), 0);
  if (longest * columnCount * Int16Array.BYTES_PER_ELEMENT > CHUNK_BYTES) {
    throw unknownShape(url, `a chunk of ${longest} samples of ${columnCount} channels is above 256 MiB`);
  }
}
