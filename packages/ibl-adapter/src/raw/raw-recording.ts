import { type CallOptions, type NdArray, type Notice, ndArray, QueryError } from "@crossprobe/core";
import { checkReadBytes } from "../read-bytes.js";
import { checkSamples } from "./place.js";
import type { RawClock } from "./raw-clock.js";
import type { SampleStore, StoredSamples } from "./sample-store.js";
import type { SiteGeometry } from "./site-geometry.js";
import type { RawBand, SpikeglxMeta } from "./spikeglx-meta.js";
import { LINES_PER_WORD, type SyncLines, splitSyncWords, type ThresholdOptions, thresholdLines } from "./sync-words.js";

/** Samples that are converted at a time: what is written to stays in the first cache while columns go by. */
const TILE = 64;

/** Everything that an opened raw recording is made of. */
export interface RawRecordingParts {
  readonly band: RawBand | "samples";
  /** Null where the file has none. */
  readonly meta: SpikeglxMeta | null;
  readonly samples: SampleStore;
  readonly samplingRate: number;
  readonly clock: RawClock;
  /** Null where it is not known, and for the auxiliary board. */
  readonly geometry: SiteGeometry | null;
  /** `[signal columns]`, in the order of the file. */
  readonly voltsPerBit: Float64Array;
  /** `[channels]`: column in the file of each channel. */
  readonly columns: readonly number[];
  readonly syncCount: number;
  /** Columns in the file that are analog sync lines. */
  readonly analogSync: readonly number[];
  readonly notices: readonly Notice[];
}

export interface RawReadRequest {
  /** Sample numbers, 0-based and half-open; all if not given. */
  readonly samples?: readonly [start: number, stop: number] | undefined;
  /** Channel numbers in the order wanted; all if not given. */
  readonly channels?: readonly number[] | undefined;
}

/**
 * One raw recording, opened: `.meta` and `.ch` read, no signal yet. Sync words are no channels: {@link readSync} gives them.
 */
export class RawRecording {
  readonly band: RawBand | "samples";
  readonly meta: SpikeglxMeta | null;
  /** The file of the samples. */
  readonly url: string;
  /** Samples per second as the file states them: not of the session clock. */
  readonly samplingRate: number;
  readonly clock: RawClock;
  readonly geometry: SiteGeometry | null;
  /** `[channels]`: column in the file of each channel. */
  readonly columns: readonly number[];
  /** `[channels]`: volts of one step. */
  readonly voltsPerBit: Float64Array;
  /** Digital words at the end of each sample, of 16 lines each. */
  readonly syncCount: number;
  readonly notices: readonly Notice[];
  readonly #parts: RawRecordingParts;
  #isClosed = false;

  constructor(parts: RawRecordingParts) {
    this.band = parts.band;
    this.meta = parts.meta;
    this.url = parts.samples.url;
    this.samplingRate = parts.samplingRate;
    this.clock = parts.clock;
    this.geometry = parts.geometry;
    this.columns = parts.columns;
    this.voltsPerBit = Float64Array.from(parts.columns, (column) => parts.voltsPerBit[column] ?? Number.NaN);
    this.syncCount = parts.syncCount;
    this.notices = parts.notices;
    this.#parts = parts;
  }

  get sampleCount(): number {
    return this.#parts.samples.sampleCount;
  }

  get channelCount(): number {
    return this.columns.length;
  }

  /** The samples as stored, for what needs them so. */
  get store(): SampleStore {
    return this.#parts.samples;
  }

  /**
   * Volts `[samples, channels]`.
   *
   * Reads the chunks of a `.cbin` that the samples lie in, and of a `.bin` the samples themselves, all columns of them.
   *
   * @throws {@link QueryError} for samples or channels outside the recording, or an answer above 256 MiB
   * @throws {@link FormatError} where the file is damaged or cut
   */
  async read(request: RawReadRequest = {}, options: CallOptions = {}): Promise<NdArray<Float32Array>> {
    const [start, stop] = this.checkRequest(request);
    const channels = request.channels ?? this.columns.map((_, channel) => channel);
    const columns = channels.map((channel) => this.columns[channel] ?? 0);
    const factors = channels.map((channel) => this.voltsPerBit[channel] ?? 0);
    return this.#convert([start, stop], columns, factors, options);
  }

  /** Sync words `[samples, syncCount]` as stored. @throws as {@link read} */
  async readSyncWords(
    samples: readonly [start: number, stop: number] = [0, this.sampleCount],
    options: CallOptions = {},
  ): Promise<Int16Array> {
    this.#check(samples, this.syncCount, Int16Array.BYTES_PER_ELEMENT * LINES_PER_WORD);
    const first = this.store.columnCount - this.syncCount;
    const words = new Int16Array((samples[1] - samples[0]) * this.syncCount);
    for await (const piece of this.store.pieces(samples[0], samples[1], options)) {
      for (let sample = piece.start; sample < piece.stop; sample++) {
        const row = piece.offset + (sample - piece.start) * piece.sampleStride;
        for (let word = 0; word < this.syncCount; word++) {
          const value = piece.data[row + (first + word) * piece.columnStride] ?? 0;
          words[(sample - samples[0]) * this.syncCount + word] = value;
        }
      }
    }
    return words;
  }

  /**
   * Digital lines, then the auxiliary board's analog sync lines thresholded.
   *
   * @throws as {@link read}
   */
  async readSync(
    samples: readonly [start: number, stop: number] = [0, this.sampleCount],
    options: CallOptions & ThresholdOptions = {},
  ): Promise<SyncLines> {
    const digital = splitSyncWords(await this.readSyncWords(samples, options));
    const { analogSync } = this.#parts;
    const digitalCount = this.syncCount * LINES_PER_WORD;
    const [length, lineCount] = [samples[1] - samples[0], digitalCount + analogSync.length];
    if (analogSync.length === 0) return { samples: [samples[0], samples[1]], lines: digital, lineCount };
    const volts = await this.readAnalogSync(samples, options);
    const analog = thresholdLines(volts.data, analogSync.length, options);
    const lines = new Uint8Array(length * lineCount);
    for (let row = 0; row < length; row++) {
      lines.set(digital.subarray(row * digitalCount, (row + 1) * digitalCount), row * lineCount);
      lines.set(
        analog.subarray(row * analogSync.length, (row + 1) * analogSync.length),
        row * lineCount + digitalCount,
      );
    }
    return { samples: [samples[0], samples[1]], lines, lineCount };
  }

  /** Volts `[samples, lines]` of the auxiliary board's analog sync lines; no lines for a probe. @throws as {@link read} */
  async readAnalogSync(
    samples: readonly [start: number, stop: number] = [0, this.sampleCount],
    options: CallOptions = {},
  ): Promise<NdArray<Float32Array>> {
    const { analogSync, voltsPerBit } = this.#parts;
    this.#check(samples, analogSync.length, Float32Array.BYTES_PER_ELEMENT);
    const factors = analogSync.map((column) => voltsPerBit[column] ?? 0);
    return this.#convert(samples, analogSync, factors, options);
  }

  /** The samples of a request. @throws {@link QueryError} as {@link read} */
  checkRequest({ samples = [0, this.sampleCount], channels }: RawReadRequest): readonly [start: number, stop: number] {
    this.#check(samples, channels?.length ?? this.channelCount, Float32Array.BYTES_PER_ELEMENT);
    this.checkChannels(channels);
    return samples;
  }

  /** @throws {@link QueryError} for a channel that there is none of */
  checkChannels(channels: readonly number[] | undefined): void {
    const wrong = channels?.find(
      (channel) => !(Number.isInteger(channel) && channel >= 0 && channel < this.channelCount),
    );
    if (wrong === undefined) return;
    throw new QueryError(`channel ${wrong} is not among the ${this.channelCount} channels of ${this.url}`, {
      hint: "channels are counted from 0; sync words are none of them",
    });
  }

  /** Lets go of the chunks that are kept. Reads fail afterwards. */
  close(): void {
    this.#isClosed = true;
    this.store.release();
  }

  #check(samples: readonly [start: number, stop: number], columns: number, valueBytes: number): void {
    if (this.#isClosed) throw new QueryError(`${this.url} was closed`, { hint: "open it again" });
    checkSamples(samples, this.sampleCount, this.url);
    const rows = samples[1] - samples[0];
    checkReadBytes(rows * columns * valueBytes, `${rows} samples of ${columns} channels`);
  }

  async #convert(
    [start, stop]: readonly [start: number, stop: number],
    columns: readonly number[],
    factors: readonly number[],
    options: CallOptions,
  ): Promise<NdArray<Float32Array>> {
    const volts = new Float32Array((stop - start) * columns.length);
    for await (const piece of this.store.pieces(start, stop, options)) {
      convertPiece(piece, columns, factors, volts, (piece.start - start) * columns.length);
    }
    options.signal?.throwIfAborted();
    return ndArray(volts, [stop - start, columns.length], "V");
  }
}

/** A product of a 16-bit and a single-precision number is exact in double precision: one rounding, as in single precision. */
function convertPiece(
  { start, stop, data, offset, sampleStride, columnStride }: StoredSamples,
  columns: readonly number[],
  factors: readonly number[],
  volts: Float32Array,
  at: number,
): void {
  const width = columns.length;
  for (let tile = 0; tile < stop - start; tile += TILE) {
    const end = Math.min(tile + TILE, stop - start);
    for (let channel = 0; channel < width; channel++) {
      const column = offset + (columns[channel] ?? 0) * columnStride;
      const factor = factors[channel] ?? 0;
      for (let sample = tile; sample < end; sample++) {
        volts[at + sample * width + channel] = (data[column + sample * sampleStride] ?? 0) * factor;
      }
    }
  }
}
