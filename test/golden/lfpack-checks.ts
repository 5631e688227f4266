import { isDataError } from "@crossprobe/core";
import {
  binChannels,
  binOfChannels,
  type LfpackChannels,
  type LfpackFile,
  type LfpackOptions,
  type LfpackRecording,
  openLfpack,
  type SaturationSummary,
  type ZeroKind,
  type ZeroSpan,
} from "@crossprobe/ibl-adapter/lfpack";
import { LocalStore } from "@crossprobe/storage/node";
import { expect } from "vitest";
import {
  type ExpectedBins,
  type ExpectedChannels,
  type ExpectedEntry,
  largestDifference,
  readNpy,
  sha256,
  ulpDistance,
} from "./lfpack-expected.js";

/** Share of a recording's peak by which another decoder of format 2 may differ from lfpack, which multiplies in float32. */
const FORMAT_2_SHARE = 1e-6;

/** Opens an archive by its path. */
export function openArchive(path: string, options?: LfpackOptions): Promise<LfpackFile> {
  const cut = path.lastIndexOf("/") + 1;
  return openLfpack(new LocalStore(path.slice(0, cut)), path.slice(cut), options);
}

function peakOf(entry: ExpectedEntry): number {
  return Math.max(...entry.chunks.map((chunk) => chunk.decodedMaxAbs)) || 1;
}

/** Holds two signals against each other as the format of the container allows. */
function expectSame(found: Float32Array, expected: Float32Array | Float64Array, entry: ExpectedEntry, scale = 1): void {
  expect(found.length).toBe(expected.length);
  if (entry.formatVersion === 1) expect(ulpDistance(found, expected)).toBeLessThanOrEqual(1);
  else expect(largestDifference(found, expected)).toBeLessThanOrEqual(FORMAT_2_SHARE * peakOf(entry) * scale);
}

const STORED_NAMES = {
  lateral_um: "lateralUm",
  axial_um: "axialUm",
  x: "ml",
  y: "ap",
  z: "dv",
  atlas_id: "atlasId",
  labels: "labels",
} as const;

function expectChannels(found: LfpackChannels, expected: ExpectedChannels, folder: string): void {
  const table = expected.table === undefined ? undefined : readNpy(`${folder}/${expected.table.npy}`);
  const columns = expected.columns ?? Object.keys(expected.values ?? {});
  for (const [stored, ours] of Object.entries(STORED_NAMES) as [keyof typeof STORED_NAMES, keyof LfpackChannels][]) {
    const column = columns.indexOf(stored);
    if (column < 0) expect(found[ours], stored).toBeNull();
    else {
      const values = table?.data.filter((_, i) => i % columns.length === column) ?? expected.values?.[stored] ?? [];
      expect([...(found[ours] ?? [])], stored).toEqual([...values]);
    }
  }
  expect(found.acronym).toEqual(expected.acronym ?? null);
}

function expectHeader(recording: LfpackRecording, entry: ExpectedEntry): void {
  const { meta, clock } = recording;
  expect(meta).toMatchObject({ formatVersion: entry.formatVersion, channelCount: entry.nc, sampleCount: entry.ns });
  expect(meta.clock).toMatchObject({ nominalRate: entry.fsNominal, syncStart: entry.t0 });
  expect(clock.samplingRate).toBe(entry.fs);
  expect(meta.sglxMeta).toEqual(entry.sglxMeta);
  expect(meta.writer.lfpackVersion).toBe(entry.provenance.lfpack_version);
  expect(meta.writer.processing ?? {}).toEqual(entry.provenance.processing);
}

function expectClock(recording: LfpackRecording, entry: ExpectedEntry): void {
  const times = recording.times();
  for (const [sample, time] of entry.times.at) expect(times[sample]).toBe(time);
  expect(sha256(times)).toBe(entry.times.sha256);
  if (recording.clock.quality === "synced") {
    for (const n of [0, Math.floor(entry.ns / 3), entry.ns - 1]) {
      const [start, stop] = [times[n] ?? 0, (times[n] ?? 0) + 1e-9];
      expect(recording.clock.toSampleRange({ start, stop })).toEqual([n, n + 1]);
    }
  }
}

function expectSaturation(recording: LfpackRecording, entry: ExpectedEntry): void {
  expect(recording.saturation?.spans ?? []).toEqual(entry.saturation);
  const found = recording.saturatedIntervals().flatMap(({ start, stop }) => [start, stop]);
  expect(largestDifference(found, entry.saturationTimes.flat())).toBeLessThanOrEqual(1e-9);
  const asStored = recording.saturationTimes().flatMap(({ start, stop }) => [start, stop]);
  expect(largestDifference(asStored, entry.saturationTimes.flat())).toBeLessThanOrEqual(1e-9);
  expectSummary(recording.saturationSummary(), entry.saturationSummary);
  const mask = recording.saturationMask();
  expect(mask.reduce((sum, value) => sum + value, 0)).toBe(entry.saturationMask.trueCount);
  for (const [start, stop] of entry.saturationMask.spans) {
    expect(mask.subarray(start, stop).every((value) => value === 1)).toBe(true);
    expect([mask[start - 1] ?? 0, mask[stop] ?? 0]).toEqual([0, 0]);
  }
}

function expectSummary(found: SaturationSummary | null, expected: ExpectedEntry["saturationSummary"]): void {
  // Without a table the reference says that nothing is saturated; whether it is, is not known.
  if (found === null) expect(expected).toMatchObject({ n_intervals: 0, n_saturated_samples: 0 });
  else
    expect({
      ...found,
      totalSeconds: found.totalSeconds ?? 0,
      saturatedSampleCount: found.saturatedSampleCount ?? 0,
    }).toEqual({
      intervalCount: expected.n_intervals,
      totalSeconds: expected.total_saturated_sec,
      saturatedSampleCount: expected.n_saturated_samples ?? 0,
      saturatedFraction: expected.saturated_fraction ?? null,
      rawRate: expected.fs,
      rawSampleCount: expected.ns_total ?? null,
      isMuted: expected.muted ?? null,
      proportion: expected.proportion ?? null,
      muteWindowSamples: expected.mute_window_samples ?? null,
      slewThreshold: expected.v_per_sec ?? null,
    });
}

async function expectChunkFacts(recording: LfpackRecording, entry: ExpectedEntry): Promise<void> {
  let first = 0;
  const expected = entry.chunks.map((chunk) => {
    const samples = [first, first + chunk.nsOriginal];
    first += chunk.nsOriginal;
    return {
      index: chunk.index,
      samples,
      rank: chunk.rank,
      keptCount: chunk.nKept,
      coefficientShape: chunk.vhShape,
      extendedCount: chunk.nsExtended,
      leftOverlap: chunk.leftOverlap,
      alpha: chunk.alpha,
      epsilon: chunk.epsilon,
      svdRatio: chunk.crSvd,
      packetRatio: chunk.crWp,
      totalRatio: chunk.crTotal,
      rmse: chunk.rmse,
    };
  });
  expect(await recording.chunkFacts()).toEqual(expected);
}

function expectBins({ channels, channelCount }: LfpackRecording, size: number, bins: ExpectedBins): void {
  const index = binOfChannels(channelCount, size);
  const { first, last, outOfRange } = bins.binnedChannelIndex ?? { first: 0, last: 0, outOfRange: 0 };
  expect(index[0]).toBe(first);
  // The reference numbers trailing channels `nc`, which is no bin.
  expect(index.filter((bin) => bin === null)).toHaveLength(outOfRange);
  expect(index.at(-1)).toBe(outOfRange === 0 ? last : null);
  if (typeof bins.geometry !== "object") return;
  const { lateralUm, axialUm } = binChannels(channels, size);
  expect([...lateralUm]).toEqual(bins.geometry.x);
  expect([...axialUm]).toEqual(bins.geometry.y);
}

/** Zeros and their kinds, by what the reference says of each chunk and by its saturation mask. */
async function expectZeros(recording: LfpackRecording, entry: ExpectedEntry): Promise<void> {
  const cheap = await recording.invalidSpans();
  const mask = recording.saturationMask();
  const kinds = kindsOf(await recording.scanZeros(), entry.ns);
  const invalid = kindsOf(await recording.invalidSpans(), entry.ns);
  const known = kindsOf(cheap, entry.ns);
  let first = 0;
  for (const chunk of entry.chunks) {
    const kind = chunk.factorsAllZero || chunk.alpha === 0 ? "silent" : "codec-dropout";
    for (let i = first; i < first + chunk.nsOriginal; i++) {
      const expected = mask[i] === 1 ? "saturated" : chunk.decodedAllZero ? kind : undefined;
      if (chunk.decodedAllZero) expect(kinds[i]).toBe(expected);
      if (expected !== undefined) expect(invalid[i]).toBe(expected);
      if (expected !== undefined && entry.formatVersion === 2) expect(known[i]).toBe(expected);
    }
    first += chunk.nsOriginal;
  }
}

function kindsOf(spans: readonly ZeroSpan[], length: number): readonly (ZeroKind | undefined)[] {
  const kinds = Array.from({ length }, (): ZeroKind | undefined => undefined);
  for (const { start, stop, kind } of spans) {
    for (let i = start; i < stop; i++) {
      expect(kinds[i], "spans do not overlap").toBeUndefined();
      kinds[i] = kind;
    }
  }
  return kinds;
}

async function expectWindows(recording: LfpackRecording, entry: ExpectedEntry, folder: string): Promise<void> {
  for (const { first, last, bin, channels, npy, shape } of entry.windows) {
    const bins = bin === 1 ? undefined : ({ size: bin, combine: "sum" } as const);
    // Some stored windows begin past the end of a short recording: the reference gives no rows for them.
    const request = { samples: [Math.min(first, last), last] as const, channels: channels ?? undefined };
    const found = await recording.read({ ...request, bins });
    expect(found.shape).toEqual(shape);
    expect(found.unit).toBe("V");
    const expected = readNpy(`${folder}/${npy}`).data;
    expectSame(found.data, expected, entry, bin);
    if (bins === undefined) continue;
    const mean = await recording.read({ ...request, bins: { size: bin, combine: "mean" } });
    const halves = expected.map((value) => value / bin);
    expect(largestDifference(mean.data, halves)).toBeLessThanOrEqual(FORMAT_2_SHARE * peakOf(entry));
  }
}

/** Whole recordings whose float32 numbers are not bit by bit those of the reference, over all of format 1. */
export const differing: string[] = [];

async function expectWhole(recording: LfpackRecording, entry: ExpectedEntry, folder: string): Promise<void> {
  const { data, shape } = await recording.read();
  expect(shape).toEqual(entry.whole.bin1?.shape);
  if (entry.formatVersion === 1 && sha256(data) !== entry.whole.bin1?.sha256) {
    differing.push(`${entry.recording} ${entry.scale}`);
  }
  const { values } = entry.channelStatistics;
  const statistics = "npy" in values ? readNpy(`${folder}/${values.npy}`).data : values.flat();
  const bound = entry.ns * FORMAT_2_SHARE * peakOf(entry);
  for (let channel = 0; channel < entry.nc; channel++) {
    let [sum, squares, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = channel; i < data.length; i += entry.nc) {
      const value = data[i] ?? Number.NaN;
      sum += value;
      squares += value * value;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    const [expectedSum, expectedSquares, expectedMin, expectedMax] = statistics.slice(4 * channel, 4 * channel + 4);
    expect(Math.abs(sum - (expectedSum ?? Number.NaN))).toBeLessThanOrEqual(bound);
    expect(Math.abs(squares - (expectedSquares ?? Number.NaN))).toBeLessThanOrEqual(2 * bound * peakOf(entry));
    expect(Math.abs(min - (expectedMin ?? Number.NaN))).toBeLessThanOrEqual(FORMAT_2_SHARE * peakOf(entry));
    expect(Math.abs(max - (expectedMax ?? Number.NaN))).toBeLessThanOrEqual(FORMAT_2_SHARE * peakOf(entry));
  }
}

/** What the reference says of each chunk, and what our notices must therefore count. */
function expectNotices(recording: LfpackRecording, entry: ExpectedEntry): void {
  const dropouts = entry.chunks.filter((chunk) => chunk.decodedAllZero && !chunk.factorsAllZero).length;
  const count = (code: string) => recording.notices.find((notice) => notice.code === code)?.count ?? 0;
  expect(count("codec-dropout")).toBe(dropouts);
  expect(count("non-finite-values")).toBe(0);
  const mask = recording.saturationMask();
  let [silent, first] = [0, 0];
  for (const chunk of entry.chunks) {
    const isSilent = chunk.decodedAllZero && chunk.factorsAllZero;
    for (let i = 0; isSilent && i < chunk.nsOriginal; i++) if (mask[first + i] === 0) silent++;
    first += chunk.nsOriginal;
  }
  expect(count("zero-samples")).toBeGreaterThanOrEqual(silent);
}

/** Holds everything that we answer for one recording at one scale to what the reference answered. */
export async function expectEntry(file: LfpackFile, entry: ExpectedEntry, folder: string): Promise<void> {
  const recording = await file.openRecording(entry.recording, { scale: entry.scale });
  expectHeader(recording, entry);
  // The reference reads annotations of the flat layout not at all, although they are there.
  if (entry.recording !== null) expectChannels(recording.channels, entry.channelsFull, folder);
  expect(recording.durationSeconds).toBe(entry.rl);
  for (const [size, bin] of Object.entries(entry.bins)) {
    expectBins(recording, Number(size), bin);
    if (bin.channels !== undefined && entry.recording !== null) {
      expectChannels(binChannels(recording.channels, Number(size)), bin.channels, folder);
    }
  }
  expectClock(recording, entry);
  expectSaturation(recording, entry);
  await expectWindows(recording, entry, folder);
  await expectWhole(recording, entry, folder);
  expectNotices(recording, entry);
  await expectChunkFacts(recording, entry);
  await expectZeros(recording, entry);
  recording.close();
}

export interface Defects {
  readonly recording: string;
  readonly sound: Readonly<Partial<Record<"format-1" | "format-2", { readonly file: string }>>>;
  readonly defects: readonly {
    readonly file: string;
    readonly wrong: string;
    readonly strict: { readonly kind: "format" | "schema" | "not-found" | "warn" | "accept"; readonly says: string };
  }[];
}

/** Everything that can be asked of an archive: its recordings, a header, times, the whole signal. */
export async function readAll(path: string, name?: string) {
  const file = await openArchive(path);
  try {
    const recordings = await file.recordings();
    const recording = await file.openRecording(name ?? recordings[0]);
    const times = recording.times();
    const { data } = await recording.read();
    return { data, times, notices: recording.notices };
  } finally {
    await file.close();
  }
}

const VERDICTS: Readonly<Record<string, string>> = { warn: "read", accept: "read" };

/**
 * Reads a broken archive whole, and holds the outcome to what a strict reader should make of it: an error of that code that names the file
 * and the chunk, a notice, or the same signal as the sound file.
 *
 * @param root folder of the archives
 * @param others outcomes that are as good, such as a typed refusal
 */
export async function expectVerdict(
  root: string,
  document: Defects,
  file: string,
  others: readonly string[] = [],
): Promise<void> {
  const defect = document.defects.find((candidate) => candidate.file === file);
  if (defect === undefined) throw new Error(`no such defect: ${file}`);
  const { wrong, strict } = defect;
  const outcome = await readAll(`${root}/${file}`).catch((error: unknown) => error as Error);
  const found = isDataError(outcome) ? outcome.code : outcome instanceof Error ? "crash" : "read";
  const said = outcome instanceof Error ? outcome.message : "";
  expect(
    [VERDICTS[strict.kind] ?? strict.kind, ...others],
    `${wrong}: ${strict.says}; got ${found}: ${said}`,
  ).toContain(found);
  if (outcome instanceof Error) {
    expect(said).toContain(file.slice(file.lastIndexOf("/") + 1));
    const chunk = /^chunk (\d)(?! of)/.exec(strict.says)?.[1];
    if (chunk !== undefined) expect(said).toMatch(new RegExp(`chunk ${chunk}\\b`));
    return;
  }
  if (strict.kind === "warn") expect(outcome.notices.length, wrong).toBeGreaterThan(0);
  if (strict.kind !== "accept") return;
  const sound = document.sound[file.includes("format-1") ? "format-1" : "format-2"];
  if (sound === undefined) throw new Error(`no sound archive for ${file}`);
  const expected = await readAll(`${root}/${sound.file}`, document.recording);
  expect(outcome.data, wrong).toEqual(expected.data);
  expect(outcome.times, wrong).toEqual(expected.times);
}
