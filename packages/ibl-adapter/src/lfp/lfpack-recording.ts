import {
  type CallOptions,
  type Interval,
  type LfpCaveat,
  type NdArray,
  type Notice,
  ndArray,
  QueryError,
} from "@crossprobe/core";
import type { Hdf5TransferPlan } from "@crossprobe/formats/hdf5";
import { checkReadBytes } from "../read-bytes.js";
import type { ChunkFacts } from "./chunk-facts.js";
import type { ChunkLayout } from "./chunk-layout.js";
import { type ChunkStreamOptions, type LfpackChunk, streamChunks } from "./chunk-stream.js";
import { codecCaveats } from "./codec-caveats.js";
import { ColumnFactors } from "./column-factors.js";
import { DecodedChunks } from "./decoded-chunks.js";
import type { ChunkDecoder } from "./decoder/chunk-decoder.js";
import { explainPlan } from "./explain-plan.js";
import type { Kernels } from "./kernels/kernels.js";
import type { RecordingClock } from "./lfp-clock.js";
import type { LfpackChannels } from "./lfpack-channels.js";
import { type AxisIndex, parseIndex, resolveIndex } from "./numpy-index.js";
import { planRead, type ReadPlan } from "./read-plan.js";
import { readPositions } from "./read-positions.js";
import { columnNames, type LfpackReadRequest, type ResolvedRead, resolveRead } from "./read-request.js";
import { type ChunkParts, RecordingChunks } from "./recording-chunks.js";
import {
  type SaturationSummary,
  type SaturationTable,
  summarizeSaturation,
  toSaturatedIntervals,
  toSaturatedSamples,
} from "./saturation.js";
import type { ScaleMeta } from "./scale-meta.js";
import { type ChunkSource, inFlight, SignalReader } from "./signal-reader.js";
import { shareBudget } from "./stream-budget.js";
import { joinSpans, type ZeroSpan } from "./zero-spans.js";

/** What a stream holds unless told otherwise. */
const DEFAULT_STREAM_BYTES = 64 * 2 ** 20;

/** Everything that an opened recording is made of. */
export interface RecordingParts extends ChunkParts {
  /** Key of the recording; null in a file of the flat layout, which has none. */
  readonly name: string | null;
  readonly scale: number;
  readonly clock: RecordingClock;
  readonly channels: LfpackChannels;
  readonly saturation: SaturationTable | null;
  readonly kernels: Kernels;
  readonly notices: readonly Notice[];
}

/** Samples of a recording, with what to know of them. */
export interface LfpackSignal extends NdArray<Float32Array> {
  /** Numbers `[start, stop)` of the samples. */
  readonly samples: readonly [start: number, stop: number];
  /** `[columns]`: names, such as `ch 12` or a region's acronym. */
  readonly columns: readonly string[];
  /**
   * Spans of these samples that must not be used: saturated ones by the table, and all-zero ones of other kinds. A filter spreads them over its
   * halo, which is not counted here.
   */
  readonly invalid: readonly ZeroSpan[];
}

export interface StreamOptions extends CallOptions {
  /** Most bytes that a stream holds at once, the block that it gives included (default 64 MiB). */
  readonly budgetBytes?: number | undefined;
}

/**
 * One recording of an LFPack archive at one scale, opened: header read, no signal yet.
 *
 * Chunks are decoded when a read touches them; the last ones are kept in factors, so that another choice of channels or bins of the
 * same chunk reads nothing.
 */
export class LfpackRecording {
  readonly url: string;
  readonly name: string | null;
  readonly scale: number;
  readonly path: string;
  /** Header facts: format version, codec settings, SpikeGLX metadata, what wrote the file. */
  readonly meta: ScaleMeta;
  readonly clock: RecordingClock;
  readonly channels: LfpackChannels;
  /** Null where the recording has no table: spans at the rail are then not known. */
  readonly saturation: SaturationTable | null;
  readonly #layout: ChunkLayout;
  readonly #chunks: RecordingChunks;
  readonly #decoder: ChunkDecoder;
  readonly #source: ChunkSource;
  readonly #headerNotices: readonly Notice[];

  constructor(parts: RecordingParts) {
    this.url = parts.url;
    this.name = parts.name;
    this.scale = parts.scale;
    this.path = parts.path;
    this.meta = parts.meta;
    this.clock = parts.clock;
    this.channels = parts.channels;
    this.saturation = parts.saturation;
    this.#layout = parts.layout;
    this.#chunks = new RecordingChunks(parts, joinSpans(this.saturatedSamples()));
    this.#decoder = parts.decoder;
    this.#source = {
      layout: parts.layout,
      kernels: parts.kernels,
      decoder: parts.decoder,
      factors: new ColumnFactors(parts.kernels),
      load: (index, options) => this.#chunks.load(index, options),
    };
    this.#headerNotices = parts.notices;
  }

  get channelCount(): number {
    return this.meta.channelCount;
  }

  get sampleCount(): number {
    return this.meta.sampleCount;
  }

  /** What was found odd in the header, and in the chunks read so far. */
  get notices(): readonly Notice[] {
    return [...this.#headerNotices, ...this.#chunks.notices];
  }

  /** Seconds of samples `[start, stop)` (all if not given) on the recording's clock. */
  times(start = 0, stop = this.sampleCount): Float64Array {
    this.checkSamples([start, stop]);
    return this.clock.times(start, stop);
  }

  /** Saturated spans in seconds on the recording's clock, in order, cut to the recording and joined where they overlap. */
  saturatedIntervals(): readonly Interval[] {
    return toSaturatedIntervals(this.saturation, this.clock, this.meta.clock.nominalRate, this.sampleCount);
  }

  /**
   * Rows of the saturation table as stored, in seconds on the recording's clock; `[]` without a table. {@link saturatedIntervals} puts them
   * in order and joins them.
   */
  saturationTimes(): readonly Interval[] {
    if (this.saturation === null) return [];
    const ratio = this.meta.clock.nominalRate / this.saturation.rawRate;
    return this.saturation.spans.map(([start, stop]) => ({
      start: this.clock.timeOf(start * ratio),
      stop: this.clock.timeOf(stop * ratio),
    }));
  }

  /** How much the saturation table says is saturated; null without a table, where that is not known. */
  saturationSummary(): SaturationSummary | null {
    return this.saturation === null ? null : summarizeSaturation(this.saturation);
  }

  /** Stated limits of what the codec left of the signal, as far as this file's facts make them apply. */
  caveats(): readonly LfpCaveat[] {
    return codecCaveats(this.meta);
  }

  /** Length in seconds at the clock's effective rate. */
  get durationSeconds(): number {
    return this.sampleCount / this.clock.samplingRate;
  }

  /**
   * Spans `[start, stop)` of this scale's samples that touch saturation, edges rounded outward, one for each row of the table.
   *
   * Mask by these: a muted span does not decode to zero.
   */
  saturatedSamples(): readonly (readonly [start: number, stop: number])[] {
    if (this.saturation === null) return [];
    return toSaturatedSamples(this.saturation, this.meta.clock.nominalRate, this.sampleCount);
  }

  /** 1 for each of samples `[start, stop)` that touches a saturated span, else 0. */
  saturationMask(start = 0, stop = this.sampleCount): Uint8Array {
    this.checkSamples([start, stop]);
    const mask = new Uint8Array(stop - start);
    for (const [from, to] of this.saturatedSamples()) mask.fill(1, Math.max(0, from - start), Math.max(0, to - start));
    return mask;
  }

  /**
   * Signal: float32 `[samples, columns]`, in volts unless a map says otherwise. Decodes only the chunks touched.
   *
   * Channel maps and filters are applied to the factors of the chunks, or to decoded samples where that is cheaper ({@link plan}); the result
   * is that of decoding first, rounded once. Format 1 decodes as the reference reader does (within one float32 unit in the last place),
   * format 2 within 1e-6 of the signal's peak of it. Inside saturated spans the values are no signal.
   *
   * @throws {@link QueryError} for samples, channels or bins outside the recording, above 256 MiB, or after `close`
   * @throws {@link FormatError} when a chunk does not decode
   */
  async read(request: LfpackReadRequest = {}, options?: CallOptions): Promise<LfpackSignal> {
    this.#chunks.checkOpen(options);
    const read = this.#resolve(request);
    const plan = this.#planOf(read);
    const rows = plan.samples[1] - plan.samples[0];
    checkSize(rows, plan.columns);
    const data = new Float32Array(rows * plan.columns);
    const load = this.#chunks.ahead(plan, this.#source.load);
    await new SignalReader({ ...this.#source, load }, read, plan).fill(plan.samples, data, 0, options);
    return this.#toSignal(data, plan.samples, read);
  }

  /**
   * The same piece by piece in time order, as large as `budgetBytes` allows beside what decoding needs; never more than that is held
   * at once, but for chunks that earlier reads left in the recording's own cache.
   *
   * @throws {@link QueryError} as {@link read}, and when the budget does not suffice for one sample
   */
  async *stream(request: LfpackReadRequest = {}, options?: StreamOptions): AsyncGenerator<LfpackSignal> {
    this.#chunks.checkOpen(options);
    const read = this.#resolve(request);
    const plan = this.#planOf(read);
    const { blockRows, cacheBytes } = shareBudget(plan, options?.budgetBytes ?? DEFAULT_STREAM_BYTES, this.#layout);
    const kept = new DecodedChunks(cacheBytes);
    const load = this.#chunks.ahead(plan, (index, loadOptions) => this.#chunks.load(index, loadOptions, kept));
    const reader = new SignalReader({ ...this.#source, load }, read, plan);
    const [start, stop] = plan.samples;
    for (let at = start; at < stop; ) {
      this.#chunks.checkOpen(options);
      // A block that ends with a chunk lets the next one begin with a fresh chunk.
      const end = Math.min(
        stop,
        blockRows < this.#layout.chunkLength ? at + blockRows : at + blockRows - (at % blockRows),
      );
      const data = new Float32Array((end - at) * plan.columns);
      await reader.fill([at, end], data, 0, { signal: options?.signal });
      yield this.#toSignal(data, [at, end], read);
      at = end;
    }
  }

  /**
   * The decoded chunks that hold the samples asked for (all if not given), in time order, in factors: for what is cheaper on them than on
   * samples. Decodes ahead while the caller works, within a budget of bytes.
   *
   * @throws {@link QueryError} for samples outside the recording, after `close`, and when the budget does not hold one chunk
   * @throws {@link FormatError} when a chunk does not decode
   * @example
   * for await (const { samples, chunk } of recording.chunks({ samples: [0, 100_000] }, { ahead: 4 })) …
   */
  async *chunks(
    request: Pick<LfpackReadRequest, "samples"> = {},
    options?: ChunkStreamOptions,
  ): AsyncGenerator<LfpackChunk> {
    this.#chunks.checkOpen(options);
    const samples = request.samples ?? [0, this.sampleCount];
    this.checkSamples(samples);
    const kept = new DecodedChunks(0);
    const load = (index: number, loadOptions?: CallOptions) => {
      this.#chunks.checkOpen(loadOptions);
      return this.#chunks.load(index, loadOptions, kept);
    };
    const { channelCount } = this;
    const rankOf = (index: number) => this.#chunks.known(index)?.rank ?? null;
    const shape = { layout: this.#layout, channelCount, basisSize: this.#chunks.basisSize, rankOf };
    yield* streamChunks({ ...shape, name: `${this.path} in ${this.url}`, load }, samples, options);
  }

  /**
   * Signal at an index as NumPy has it: `at(-1)`, `at({ start: -100 })`, `at({ step: 10 }, [0, 5])`, or the text between the brackets,
   * `at("-100:, ::2")`. A number drops its axis; two numbers give a value of shape `[]`.
   *
   * @throws {@link QueryError} where NumPy raises, for two lists (NumPy pairs them up), and for what adds an axis
   */
  async at(rows?: AxisIndex | string, columns?: AxisIndex, options?: CallOptions): Promise<NdArray<Float32Array>> {
    this.#chunks.checkOpen(options);
    const index = typeof rows === "string" ? parseIndex(rows) : ([rows, columns] as const);
    const { samples, channels, shape } = resolveIndex(index, [this.sampleCount, this.channelCount]);
    checkSize(samples.length, channels.length);
    const read = this.#resolve({ samples: [0, 0], channels: index[1] === undefined ? undefined : [...channels] });
    const reader = new SignalReader(this.#source, read, { mapOn: "factors", filterOn: null, columns: channels.length });
    const fill = (span: readonly [number, number], target: Float32Array) => reader.fill(span, target, 0, options);
    return ndArray(await readPositions(samples, channels.length, this.#layout, fill), shape, "V");
  }

  /** How a read would be done, and what it would cost. Reads nothing. @throws {@link QueryError} as {@link read} */
  plan(request: LfpackReadRequest = {}): ReadPlan {
    return this.#planOf(this.#resolve(request));
  }

  /**
   * The requests and bytes that {@link read} will make for this now, before it makes them: of archives behind http, https or s3, whose chunks
   * are fetched ahead in few requests. Looks up where the chunks are, and reads none.
   *
   * @throws {@link UnsupportedError} for archives that are not remote, or that the HDF5 library reads
   */
  async planTransfer(request: LfpackReadRequest = {}, options?: CallOptions): Promise<Hdf5TransferPlan> {
    this.#chunks.checkOpen(options);
    const plan = this.plan(request);
    return await this.#chunks.planTransfer(plan, options);
  }

  /** {@link plan} in a few lines for people. */
  explain(request: LfpackReadRequest = {}): string {
    const read = this.#resolve(request);
    return explainPlan(this.#planOf(read), read);
  }

  /** Names and unit of the columns that a read would give. */
  columnsOf(request: LfpackReadRequest): { readonly columns: readonly string[]; readonly unit: string } {
    const { map, unit } = this.#resolve(request);
    return { columns: columnNames(map, this.channelCount), unit };
  }

  /** What is stored about every chunk. Free in format 2; format 1 looks at one group a chunk. */
  chunkFacts(options?: CallOptions): Promise<readonly ChunkFacts[]> {
    return this.#chunks.facts(options);
  }

  /**
   * All-zero spans of the chunks decoded so far, in order, and how many those are of how many.
   *
   * {@link scanZeros} looks at all of them.
   */
  zeroSpans(): { readonly spans: readonly ZeroSpan[]; readonly chunksSeen: number; readonly chunkCount: number } {
    return this.#chunks.zeroSpans();
  }

  /** All-zero spans of the whole recording. Decodes every chunk that was not decoded before, and multiplies none out. */
  async scanZeros(options?: CallOptions): Promise<readonly ZeroSpan[]> {
    this.#chunks.checkOpen(options);
    return await this.#chunks.scanZeros(options);
  }

  /**
   * Spans that must not be used, as far as they are known without decoding: saturated ones by the table, and, in format 2, chunks that are
   * silent or lost whole (one small array is read, once); beside them what was seen of chunks that have been decoded. After
   * {@link scanZeros}, all-zero spans of every kind.
   */
  async invalidSpans(options?: CallOptions): Promise<readonly ZeroSpan[]> {
    this.#chunks.checkOpen(options);
    return await this.#chunks.invalidSpans(options);
  }

  /** Drops the decoded chunks; later reads reject. The file stays open. */
  close(): void {
    this.#chunks.close();
  }

  #toSignal(data: Float32Array, samples: readonly [number, number], { map, unit }: ResolvedRead): LfpackSignal {
    const columns = columnNames(map, this.channelCount);
    const invalid = this.#chunks.invalidWithin(samples);
    return { ...ndArray(data, [samples[1] - samples[0], columns.length], unit), samples, columns, invalid };
  }

  #resolve(request: LfpackReadRequest): ResolvedRead {
    const read = resolveRead(request, this.channelCount, this.sampleCount);
    this.checkSamples(read.samples);
    return read;
  }

  #planOf(read: ResolvedRead): ReadPlan {
    return planRead(read, {
      layout: this.#layout,
      channelCount: this.channelCount,
      basisSize: this.#chunks.basisSize,
      chunk: (index) => this.#chunks.known(index),
      inFlight: inFlight(this.#decoder),
      isMapped: (map) => this.#source.factors.isMapped(map),
    });
  }

  /** @throws {@link QueryError} unless `[start, stop)` are sample numbers of the recording */
  checkSamples([start, stop]: readonly [number, number]): void {
    if (Number.isInteger(start) && Number.isInteger(stop) && 0 <= start && start <= stop && stop <= this.sampleCount)
      return;
    throw new QueryError(
      `samples [${start}, ${stop}) are not within [0, ${this.sampleCount}) of ${this.path} in ${this.url}`,
      {
        hint: "sample numbers are integers, 0-based and half-open",
      },
    );
  }
}

function checkSize(rows: number, columns: number): void {
  checkReadBytes(rows * columns * Float32Array.BYTES_PER_ELEMENT, `${rows} samples of ${columns} channels`);
}
