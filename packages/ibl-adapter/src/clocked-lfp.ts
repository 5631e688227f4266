import {
  type CallOptions,
  type Channel,
  checkLfpRequest,
  type Interval,
  type InvalidInterval,
  type InvalidSamples,
  type LfpBlock,
  type LfpClock,
  type LfpRequest,
  type LfpSource,
  type LfpTraits,
  type NdArray,
  type Notice,
  type ProbeRef,
  type Provenance,
  QueryError,
} from "@crossprobe/core";
import { checkReadBytes } from "./read-bytes.js";
import type { SampleClock } from "./sample-clock.js";

/** Bytes of samples of one block, if not given. */
const BLOCK_BYTES = 16 * 2 ** 20;

type SampleRange = readonly [start: number, stop: number];

/** What a recording does for an LFP source: everything that depends on how its samples are stored. */
export interface ClockedRecording {
  readonly sampleCount: number;
  readonly clock: SampleClock;
  /** What is known so far. */
  readonly notices: () => readonly Notice[];
  /** @throws {@link QueryError} unless these are sample numbers of the recording, which is open */
  readonly checkSamples: (samples: SampleRange) => void;
  /** @throws {@link QueryError} for a channel that there is none of */
  readonly checkChannels: (channels: readonly number[] | undefined) => void;
  /** Where a block from `start` of at most `length` samples (1 or more) best ends, not behind `stop`: such that the next begins with a fresh chunk. */
  readonly endOfBlock: (start: number, length: number, stop: number) => number;
  /** Volts `[samples, channels]`, and what they showed to be unusable. */
  readonly read: (
    samples: SampleRange,
    channels: readonly number[] | undefined,
    options: CallOptions,
  ) => Promise<{ readonly data: NdArray<Float32Array>; readonly invalid?: readonly InvalidSamples[] }>;
  readonly invalidIntervals: (options?: CallOptions) => Promise<readonly InvalidInterval[]>;
  readonly close: () => void;
}

/** What is said of a signal as a whole. */
export interface SignalFacts {
  readonly probe: ProbeRef;
  readonly channels: readonly Channel[];
  readonly traits: LfpTraits;
  readonly provenance: readonly Provenance[];
}

/** The LFP of a probe, answered from a recording whose clock needs no reading. */
export class ClockedLfp implements LfpSource {
  readonly probe: ProbeRef;
  readonly channels: readonly Channel[];
  readonly traits: LfpTraits;
  readonly provenance: readonly Provenance[];
  readonly #recording: ClockedRecording;

  constructor(recording: ClockedRecording, { probe, channels, traits, provenance }: SignalFacts) {
    this.probe = probe;
    this.channels = channels;
    this.traits = traits;
    this.provenance = provenance;
    this.#recording = recording;
  }

  get sampleCount(): number {
    return this.#recording.sampleCount;
  }

  get clock(): LfpClock {
    const { kind, quality, samplingRate, coverage } = this.#recording.clock;
    return { kind, quality, samplingRate, coverage };
  }

  get notices(): readonly Notice[] {
    return this.#recording.notices();
  }

  async toSampleRange(interval: Interval, options?: CallOptions): Promise<SampleRange> {
    options?.signal?.throwIfAborted();
    return this.#recording.clock.toSampleRange(interval);
  }

  async read(request: LfpRequest, options?: CallOptions): Promise<LfpBlock> {
    options?.signal?.throwIfAborted();
    return this.#readBlock(this.#samplesOf(request), request.channels, options);
  }

  async *blocks(
    request: LfpRequest,
    options?: CallOptions & { readonly blockBytes?: number },
  ): AsyncGenerator<LfpBlock> {
    options?.signal?.throwIfAborted();
    const [start, stop] = this.#samplesOf(request);
    this.#recording.checkChannels(request.channels);
    const length = samplesOfBlock(options?.blockBytes ?? BLOCK_BYTES, request.channels?.length ?? this.channels.length);
    for (let at = start; at < stop; ) {
      const end = this.#recording.endOfBlock(at, length, stop);
      yield await this.#readBlock([at, end], request.channels, options);
      at = end;
    }
  }

  async invalidIntervals(options?: CallOptions): Promise<readonly InvalidInterval[]> {
    options?.signal?.throwIfAborted();
    return this.#recording.invalidIntervals(options);
  }

  close(): void {
    this.#recording.close();
  }

  #samplesOf(request: LfpRequest): SampleRange {
    checkLfpRequest(request, this.probe);
    if (request.time !== undefined) return this.#recording.clock.toSampleRange(request.time);
    const samples = request.samples ?? [0, this.sampleCount];
    this.#recording.checkSamples(samples);
    return samples;
  }

  async #readBlock(
    [start, stop]: SampleRange,
    channels: readonly number[] | undefined,
    options?: CallOptions,
  ): Promise<LfpBlock> {
    checkReadBytes((stop - start) * Float64Array.BYTES_PER_ELEMENT, `the times of ${stop - start} samples`);
    const read = await this.#recording.read([start, stop], channels, { signal: options?.signal });
    const { clock } = this.#recording;
    return {
      samples: [start, stop],
      times: Float64Array.from({ length: stop - start }, (_, i) => clock.timeOf(start + i)),
      channels: channels === undefined ? this.channels.map((_, column) => column) : [...channels],
      ...read,
    };
  }
}

/** Samples of a block within a budget, one at the least. */
function samplesOfBlock(blockBytes: number, columns: number): number {
  if (!(blockBytes > 0)) {
    throw new QueryError(`blocks of ${blockBytes} bytes hold nothing`, { hint: "give a positive number" });
  }
  return Math.max(1, Math.floor(blockBytes / (Math.max(1, columns) * Float32Array.BYTES_PER_ELEMENT)));
}
