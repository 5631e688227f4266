import { type CallOptions, type Interval, type NdArray, type Notice, ndArray, QueryError } from "@crossprobe/core";
import { binCount, type ChannelBins, checkBins, selectFactors } from "./channel-bins.js";
import type { ChunkLayout } from "./chunk-layout.js";
import { planChunks } from "./chunk-plan.js";
import { type DecodedChunk, decodeChunk, multiplyOut } from "./decode-chunk.js";
import { DecodedChunks } from "./decoded-chunks.js";
import { DecodingNotices } from "./decoding-notices.js";
import type { Kernels } from "./kernels/kernels.js";
import type { RecordingClock } from "./lfp-clock.js";
import type { LfpackChannels } from "./lfpack-channels.js";
import { normaliseSpans, type SaturationTable, toSaturatedSamples } from "./saturation.js";
import type { ScaleMeta } from "./scale-meta.js";
import type { ChunkReader } from "./stored-chunk.js";

/** Largest answer of one read. */
const MAX_READ_BYTES = 256 * 2 ** 20;

/** Everything that an opened recording is made of. */
export interface RecordingParts {
  /** The archive. */
  readonly url: string;
  /** Key of the recording; null in a file of the flat layout, which has none. */
  readonly name: string | null;
  readonly scale: number;
  /** Path of the scale inside the file. */
  readonly path: string;
  readonly meta: ScaleMeta;
  readonly clock: RecordingClock;
  readonly channels: LfpackChannels;
  readonly saturation: SaturationTable | null;
  readonly layout: ChunkLayout;
  readonly chunks: ChunkReader;
  readonly kernels: Kernels;
  readonly notices: readonly Notice[];
  /** Budget of the decoded chunks that are kept. */
  readonly decodedBytes: number;
}

export interface LfpackReadRequest {
  /** Sample numbers `[start, stop)`; the whole recording if not given. */
  readonly samples?: readonly [start: number, stop: number] | undefined;
  /** Columns wanted, in the order wanted; all if not given. They number bins where `bins` is given. */
  readonly channels?: readonly number[] | undefined;
  readonly bins?: ChannelBins | undefined;
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
  readonly #chunks: ChunkReader;
  readonly #kernels: Kernels;
  readonly #decoded: DecodedChunks;
  readonly #headerNotices: readonly Notice[];
  readonly #decodingNotices: DecodingNotices;
  #isClosed = false;

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
    this.#chunks = parts.chunks;
    this.#kernels = parts.kernels;
    this.#decoded = new DecodedChunks(parts.decodedBytes);
    this.#headerNotices = parts.notices;
    this.#decodingNotices = new DecodingNotices(`${parts.url}#${parts.path}`, this.saturatedSamples());
  }

  get channelCount(): number {
    return this.meta.channelCount;
  }

  get sampleCount(): number {
    return this.meta.sampleCount;
  }

  /** What was found odd in the header, and in the chunks read so far. */
  get notices(): readonly Notice[] {
    return [...this.#headerNotices, ...this.#decodingNotices.list()];
  }

  /** Seconds of samples `[start, stop)` (all if not given) on the recording's clock. */
  times(start = 0, stop = this.sampleCount): Float64Array {
    this.checkSamples([start, stop]);
    return this.clock.times(start, stop);
  }

  /** Saturated spans in seconds on the recording's clock, in order, cut to the recording and joined where they overlap. */
  saturatedIntervals(): readonly Interval[] {
    if (this.saturation === null) return [];
    const ratio = this.meta.clock.nominalRate / this.saturation.rawRate;
    const rawSampleCount = this.saturation.rawSampleCount ?? Math.ceil(this.sampleCount / ratio);
    return normaliseSpans(this.saturation, rawSampleCount).map(([start, stop]) => ({
      start: this.clock.timeOf(start * ratio),
      stop: this.clock.timeOf(stop * ratio),
    }));
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
   * Signal: float32 `[samples, columns]`, volts. Decodes only the chunks touched.
   *
   * Format 1 decodes as the reference reader does (within one float32 unit in the last place), format 2 within 1e-6 of the signal's peak
   * of it. Inside saturated spans the values are no signal.
   *
   * @throws {@link QueryError} for samples, channels or bins outside the recording, above 256 MiB, or after `close`
   * @throws {@link FormatError} when a chunk does not decode
   */
  async read(request: LfpackReadRequest = {}, options?: CallOptions): Promise<NdArray<Float32Array>> {
    if (this.#isClosed) throw new QueryError(`the recording ${this.path} in ${this.url} is closed`);
    options?.signal?.throwIfAborted();
    const samples = request.samples ?? [0, this.sampleCount];
    this.checkSamples(samples);
    const columns = this.#columns(request);
    const rows = samples[1] - samples[0];
    checkSize(rows, columns.length);
    const data = new Float32Array(rows * columns.length);
    for (const { index, within, row } of planChunks(this.#layout, samples)) {
      const chunk = await this.#chunk(index, options);
      const factors = selectFactors(chunk.channelFactors, chunk.rank, columns, request.bins);
      multiplyOut(this.#kernels, chunk, factors, within, data, row);
    }
    return ndArray(data, [rows, columns.length], "V");
  }

  /** Drops the decoded chunks; later reads reject. The file stays open. */
  close(): void {
    this.#isClosed = true;
    this.#decoded.clear();
  }

  async #chunk(index: number, options?: CallOptions): Promise<DecodedChunk> {
    const kept = this.#decoded.get(index);
    if (kept !== undefined) return kept;
    const chunk = decodeChunk(await this.#chunks.read(index, options), this.#kernels);
    options?.signal?.throwIfAborted();
    this.#decodingNotices.add(index, index * this.#layout.chunkLength, chunk);
    this.#decoded.add(index, chunk);
    return chunk;
  }

  #columns({ channels, bins }: LfpackReadRequest): readonly number[] {
    if (bins !== undefined) checkBins(bins, this.channelCount);
    const count = binCount(this.channelCount, bins);
    if (channels === undefined) return Array.from({ length: count }, (_, column) => column);
    const wrong = channels.find((column) => !(Number.isInteger(column) && column >= 0 && column < count));
    if (wrong === undefined) return channels;
    throw new QueryError(`channel ${wrong} is not one of the ${count} of ${this.path} in ${this.url}`, {
      hint: `give integers from 0 to ${count - 1}`,
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
  const bytes = rows * columns * Float32Array.BYTES_PER_ELEMENT;
  if (bytes <= MAX_READ_BYTES) return;
  throw new QueryError(
    `${rows} samples of ${columns} channels are ${Math.ceil(bytes / 2 ** 20)} MiB, above the 256 MiB of one read`,
    {
      hint: "read in blocks",
    },
  );
}
