import {
  type CallOptions,
  type Channel,
  checkLfpRequest,
  type Interval,
  type InvalidInterval,
  type LfpBlock,
  type LfpClock,
  type LfpRequest,
  type LfpTraits,
  type Notice,
  type ProbeRef,
  type Provenance,
  QueryError,
  SharedRead,
} from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import type { ElectricalSeries } from "@crossprobe/nwb";
import { type CurrentSourceDensity, currentSourceDensityOf } from "./current-source-density.js";
import { findGaps } from "./lfp-clock.js";
import type { LfpFile } from "./lfp-file.js";

/** Bytes of samples of one read at most. */
const READ_BYTES = 256 * 2 ** 20;
/** Bytes of samples of one block, if not given. */
const BLOCK_BYTES = 16 * 2 ** 20;

/**
 * What the release did to the signal.
 *
 * Source: AllenSDK packaging and white paper: every 4th site, analog low-pass at 1000 Hz, decimation to 1250 Hz with a zero-phase
 * Chebyshev filter (corner 500 Hz), 0.1 Hz first-order high-pass, median of the channels in air subtracted.
 */
const LFP_TRAITS: LfpTraits = {
  passband: [0.1, 500],
  reference: "airMedian",
  lossyCodec: null,
  denoising: [],
  spatial: "subsample",
  usableUpTo: 500,
};

/** Everything that is known of an LFP before a sample is read. */
export interface LfpParts {
  readonly probe: ProbeRef;
  readonly file: Hdf5File;
  readonly series: ElectricalSeries;
  readonly channels: readonly Channel[];
  readonly clock: LfpClock;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
  /** Tagged spans of this probe and of the whole session. */
  readonly taggedIntervals: (options?: CallOptions) => Promise<readonly InvalidInterval[]>;
  readonly onClose: () => void;
}

/** The LFP of one probe over its NWB file. Samples are read by range; one read decodes the chunks that it touches. */
export class NwbLfpSource implements LfpFile {
  readonly traits = LFP_TRAITS;
  readonly sampleCount: number;
  readonly #parts: LfpParts;
  readonly #gaps: SharedRead<readonly Interval[]>;
  #isClosed = false;

  constructor(parts: LfpParts) {
    this.#parts = parts;
    this.sampleCount = Math.min(parts.series.sampleCount, parts.series.clock.sampleCount);
    this.#gaps = new SharedRead((options) => findGaps(parts.series, parts.clock, options));
  }

  get probe(): ProbeRef {
    return this.#parts.probe;
  }

  get channels(): readonly Channel[] {
    return this.#parts.channels;
  }

  get clock(): LfpClock {
    return this.#parts.clock;
  }

  get provenance(): readonly Provenance[] {
    return this.#parts.provenance;
  }

  get notices(): readonly Notice[] {
    return this.#parts.notices;
  }

  async toSampleRange(interval: Interval, options?: CallOptions): Promise<readonly [start: number, stop: number]> {
    this.#checkOpen(options);
    return this.#parts.series.toSampleRange(interval, options);
  }

  async read(request: LfpRequest, options?: CallOptions): Promise<LfpBlock> {
    this.#checkOpen(options);
    const { samples, channels } = await this.#resolve(request, options);
    const bytes = (samples[1] - samples[0]) * channels.length * 4;
    if (bytes > READ_BYTES) {
      throw new QueryError(`${Math.round(bytes / 2 ** 20)} MiB of LFP were asked for at once.`, {
        hint: `Read at most ${READ_BYTES / 2 ** 20} MiB, or use blocks().`,
      });
    }
    return this.#readBlock(samples, channels, options);
  }

  async *blocks(
    request: LfpRequest,
    options: CallOptions & { readonly blockBytes?: number } = {},
  ): AsyncIterable<LfpBlock> {
    this.#checkOpen(options);
    const { samples, channels } = await this.#resolve(request, options);
    const [start, stop] = samples;
    const step = Math.max(1, Math.floor((options.blockBytes ?? BLOCK_BYTES) / Math.max(1, channels.length * 4)));
    for (let from = start; from < stop; from += step) {
      this.#checkOpen(options);
      yield await this.#readBlock([from, Math.min(stop, from + step)], channels, { signal: options.signal });
    }
  }

  async invalidIntervals(options?: CallOptions): Promise<readonly InvalidInterval[]> {
    this.#checkOpen(options);
    const tagged = await this.#parts.taggedIntervals(options);
    const gaps = await this.#gaps.read(options);
    const own = gaps.map((gap): InvalidInterval => ({ ...gap, kind: "gap", probe: this.probe, tags: [] }));
    return [...tagged, ...own].sort((a, b) => a.start - b.start);
  }

  async currentSourceDensity(options?: CallOptions): Promise<CurrentSourceDensity> {
    this.#checkOpen(options);
    return currentSourceDensityOf(this.#parts.file, options);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.onClose();
  }

  #checkOpen(options?: CallOptions): void {
    options?.signal?.throwIfAborted();
    if (!this.#isClosed) return;
    throw new QueryError(`The LFP of ${this.#parts.file.url} is closed.`, { hint: "Open it again." });
  }

  /** Sample and channel numbers that a request stands for, each of them inside the recording. */
  async #resolve(request: LfpRequest, options?: CallOptions) {
    checkLfpRequest(request, this.probe);
    const { time, samples, channels } = request;
    const range = time ? await this.#parts.series.toSampleRange(time, options) : (samples ?? [0, this.sampleCount]);
    const [start, stop] = range;
    const isInside = Number.isSafeInteger(start) && Number.isSafeInteger(stop) && 0 <= start && start <= stop;
    if (!isInside || stop > this.sampleCount) {
      throw new QueryError(
        `Samples [${start}, ${stop}) are outside the ${this.sampleCount} of ${this.#parts.file.url}.`,
      );
    }
    const wanted = channels ?? this.channels.map((_, i) => i);
    const outside = wanted.find((channel) => this.channels[channel] === undefined);
    if (outside !== undefined) {
      throw new QueryError(`Channel ${outside} is outside the ${this.channels.length} of ${this.#parts.file.url}.`);
    }
    return { samples: range, channels: wanted };
  }

  async #readBlock(
    samples: readonly [start: number, stop: number],
    channels: readonly number[],
    options?: CallOptions,
  ): Promise<LfpBlock> {
    const { series } = this.#parts;
    const data = await series.read({ samples, channels }, options);
    return { samples, times: await series.times(samples[0], samples[1], options), data, channels };
  }
}
