import { type ByteStore, type CallOptions, NotFoundError, type Notice } from "@crossprobe/core";
import { openFlatSamples } from "./flat-samples.js";
import { readMtscompHeader } from "./mtscomp-header.js";
import { MtscompSamples, openMtscompSamples } from "./mtscomp-samples.js";
import { unknownShape, urlOf } from "./place.js";
import { readProbeSync } from "./probe-sync.js";
import { createRawClock } from "./raw-clock.js";
import { RawRecording } from "./raw-recording.js";
import type { SampleStore } from "./sample-store.js";
import { readGeometry } from "./site-geometry.js";
import { readSpikeglxMeta, type SpikeglxMeta, streamCounts } from "./spikeglx-meta.js";
import { voltsPerBit } from "./volts-per-bit.js";

/** Relative difference from which two statements of a rate are not the same one. */
const SAME_RATE = 1e-6;

/** What a file without a `.meta` does not say of itself. */
export interface PlainLayout {
  /** Columns of the file, sync words included. */
  readonly columnCount: number;
  readonly samplingRate: number;
  /** Volts of one step of every signal column: 2.34375e-6 for the AP band of a 1.0 probe at its usual gain, 4.6875e-6 for LFP. */
  readonly voltsPerBit: number;
  /** Columns at the end that are sync words. */
  readonly syncCount: number;
}

export interface OpenRawOptions extends CallOptions {
  /** Key of the `.meta`; the data file's name with that extension if not given. */
  readonly meta?: string | undefined;
  /** Key of the `.ch`; the data file's name with that extension if not given. */
  readonly header?: string | undefined;
  /** Keys of the clock files; without them the clock is unsynced. */
  readonly timestamps?: string | undefined;
  readonly sync?: string | undefined;
  /** For a file that has no `.meta`. */
  readonly plain?: PlainLayout | undefined;
  /** `sites` (default): by shank, row and column from the right, as IBL's reader has it; `file`: as stored. */
  readonly order?: "sites" | "file" | undefined;
}

/**
 * Opens a `.bin` or `.cbin`, or by its `.meta` whichever of the two stands beside it. Reads `.meta`, `.ch` and clock files; no signal.
 *
 * @throws {@link NotFoundError} when the file, its `.meta` or its `.ch` is missing
 * @throws {@link SchemaError} when they do not say what reading needs, or do not belong together
 * @throws {@link FormatError} when the data file is cut
 */
export async function openRawRecording(
  store: ByteStore,
  key: string,
  options: OpenRawOptions = {},
): Promise<RawRecording> {
  const call: CallOptions = { signal: options.signal };
  const meta =
    options.plain === undefined
      ? await readSpikeglxMeta(store, options.meta ?? withExtension(key, "meta"), call)
      : undefined;
  const samples = await openSamples(store, await dataKey(store, key, call), options, meta, call);
  const sync = await readProbeSync(store, options, call);
  const recording = meta === undefined ? plainParts(samples, options.plain) : partsOf(meta, samples, options.order);
  const clock = createRawClock({
    band: meta?.band ?? "ap",
    sampleCount: samples.sampleCount,
    samplingRate: recording.samplingRate,
    sync,
  });
  const unsynced = {
    code: "clock-unsynced",
    message: "no clock files of the probe: its seconds are not session seconds",
  };
  const notices = [
    ...(meta === undefined ? [] : compare(meta, samples)),
    ...(sync === undefined ? [{ ...unsynced, count: 1, where: samples.url }] : []),
  ];
  return new RawRecording({ ...recording, samples, clock, notices });
}

type Parts = Omit<ConstructorParameters<typeof RawRecording>[0], "samples" | "clock" | "notices">;

function partsOf(meta: SpikeglxMeta, samples: SampleStore, order: OpenRawOptions["order"]): Parts {
  const geometry = readGeometry(meta);
  const count = meta.columnCount - meta.syncCount;
  const analog = meta.band === "nidq" ? streamCounts(meta.values, "nidq", meta.url) : [];
  const [mn = 0, ma = 0, xa = 0] = analog;
  const inFile = Array.from({ length: count }, (_, column) => column);
  if (samples.columnCount !== meta.columnCount) {
    throw unknownShape(samples.url, `it has ${samples.columnCount} columns, ${meta.url} states ${meta.columnCount}`);
  }
  return {
    band: meta.band,
    meta,
    samplingRate: meta.samplingRate,
    geometry,
    voltsPerBit: voltsPerBit(meta),
    columns: geometry === null || order === "file" ? inFile : geometry.sites.map((site) => site.fileColumn),
    syncCount: meta.syncCount,
    analogSync: inFile.slice(mn + ma, mn + ma + xa),
  };
}

function plainParts(samples: SampleStore, plain: PlainLayout | undefined): Parts {
  const syncCount = plain?.syncCount ?? 0;
  const columns = Array.from({ length: samples.columnCount - syncCount }, (_, column) => column);
  return {
    band: "samples",
    meta: null,
    samplingRate: plain?.samplingRate ?? 0,
    geometry: null,
    voltsPerBit: Float64Array.from(columns, () => plain?.voltsPerBit ?? 0),
    columns,
    syncCount,
    analogSync: [],
  };
}

async function openSamples(
  store: ByteStore,
  key: string,
  options: OpenRawOptions,
  meta: SpikeglxMeta | undefined,
  call: CallOptions,
): Promise<SampleStore> {
  const columnCount = meta?.columnCount ?? options.plain?.columnCount ?? 0;
  if (!key.endsWith(".cbin")) return openFlatSamples(store, key, columnCount, call);
  const header = await readMtscompHeader(store, options.header ?? withExtension(key, "ch"), call);
  if (header.columnCount !== columnCount) {
    const stated = meta === undefined ? "the layout" : meta.url;
    throw unknownShape(header.url, `it has ${header.columnCount} channels, ${stated} states ${columnCount}`);
  }
  return openMtscompSamples(store, key, header, call);
}

/** Of a `.meta`: the `.bin` if there is one, as IBL's reader has it, else the `.cbin`. */
async function dataKey(store: ByteStore, key: string, call: CallOptions): Promise<string> {
  if (!key.endsWith(".meta")) return key;
  for (const extension of ["bin", "cbin"]) {
    const candidate = withExtension(key, extension);
    if ((await store.size(candidate, call)) !== undefined) return candidate;
  }
  throw new NotFoundError(`there is neither a .bin nor a .cbin beside ${urlOf(store, key)}`, {
    hint: "fetch the recording; the .meta alone is read by readSpikeglxMeta",
  });
}

function withExtension(key: string, extension: string): string {
  return key.replace(/\.[^./]+$/, `.${extension}`);
}

/** Where `.meta` and data file disagree, the data file counts. */
function compare(meta: SpikeglxMeta, samples: SampleStore): Notice[] {
  const notices: Notice[] = [];
  if (meta.statedSamples !== null && meta.statedSamples !== samples.sampleCount) {
    const message = `the .meta states ${meta.statedSamples} samples, the file has ${samples.sampleCount}: the file counts`;
    const count = Math.abs(meta.statedSamples - samples.sampleCount);
    notices.push({ code: "duration-disagrees", message, count, where: meta.url });
  }
  const other = samples instanceof MtscompSamples ? samples.header.samplingRate : meta.samplingRate;
  if (Math.abs(other / meta.samplingRate - 1) > SAME_RATE) {
    const message = `the .meta states ${meta.samplingRate} samples per second, the .ch ${other}: the .meta counts`;
    notices.push({ code: "rate-disagrees", message, count: 1, where: meta.url });
  }
  return notices;
}
