import {
  type CallOptions,
  type Channel,
  formatRef,
  type Interval,
  type InvalidInterval,
  type LfpBlock,
  type LfpClock,
  type LfpRequest,
  type LfpSource,
  type LfpTraits,
  type Notice,
  type ProbeRef,
  type Provenance,
  QueryError,
} from "@crossprobe/core";
import { toTraits } from "./lfp-traits.js";
import type { LfpackRecording } from "./lfpack-recording.js";

const DEFAULT_BLOCK_BYTES = 16 * 2 ** 20;

/**
 * The LFP of a probe, answered from its LFPack recording.
 *
 * Saturated spans become invalid intervals on the recording's clock; where the recording is unsynced they are seconds of that clock and
 * not of the session.
 *
 * @param channels one for each column of the recording, in column order
 * @param notices what is to be said of the channels
 * @throws {@link QueryError} when there are not as many channels as columns
 */
export function toLfpSource(
  recording: LfpackRecording,
  probe: ProbeRef,
  channels: readonly Channel[],
  notices: readonly Notice[] = [],
): LfpSource {
  if (channels.length !== recording.channelCount) {
    throw new QueryError(
      `${formatRef(probe)} has ${channels.length} channels, its LFP ${recording.channelCount} columns (${recording.path} in ${recording.url})`,
      { hint: "give the channels of the recording's own columns" },
    );
  }
  return new LfpackSource(recording, probe, channels, notices);
}

class LfpackSource implements LfpSource {
  readonly probe: ProbeRef;
  readonly channels: readonly Channel[];
  readonly traits: LfpTraits;
  readonly provenance: readonly Provenance[];
  readonly #recording: LfpackRecording;
  readonly #channelNotices: readonly Notice[];

  constructor(recording: LfpackRecording, probe: ProbeRef, channels: readonly Channel[], notices: readonly Notice[]) {
    this.probe = probe;
    this.channels = channels;
    this.traits = toTraits(recording.meta);
    this.provenance = [{ url: recording.url, path: recording.path, conversion: "LFPack decoded to volts" }];
    this.#recording = recording;
    this.#channelNotices = notices;
  }

  get sampleCount(): number {
    return this.#recording.sampleCount;
  }

  get clock(): LfpClock {
    const { kind, quality, samplingRate, coverage } = this.#recording.clock;
    return { kind, quality, samplingRate, coverage };
  }

  get notices(): readonly Notice[] {
    return [...this.#recording.notices, ...this.#channelNotices];
  }

  async toSampleRange(interval: Interval, options?: CallOptions): Promise<readonly [start: number, stop: number]> {
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
    const columns = request.channels?.length ?? this.channels.length;
    const length = blockLength(options?.blockBytes ?? DEFAULT_BLOCK_BYTES, columns, this.#recording.meta.chunkLength);
    for (let at = start; at < stop; ) {
      // A block that ends with a chunk lets the next one begin with a fresh chunk.
      const end = Math.min(stop, length < this.#recording.meta.chunkLength ? at + length : at + length - (at % length));
      yield await this.#readBlock([at, end], request.channels, options);
      at = end;
    }
  }

  async invalidIntervals(options?: CallOptions): Promise<readonly InvalidInterval[]> {
    options?.signal?.throwIfAborted();
    return this.#recording
      .saturatedIntervals()
      .map(({ start, stop }) => ({ start, stop, kind: "saturated", probe: this.probe, tags: ["saturation"] }));
  }

  close(): void {
    this.#recording.close();
  }

  #samplesOf(request: LfpRequest): readonly [start: number, stop: number] {
    if (request.time !== undefined && request.samples !== undefined) {
      throw new QueryError(`the LFP of ${formatRef(this.probe)} was asked for by time and by samples at once`, {
        hint: "give one of them",
      });
    }
    if (request.time !== undefined) return this.#recording.clock.toSampleRange(request.time);
    const samples = request.samples ?? [0, this.sampleCount];
    this.#recording.checkSamples(samples);
    return samples;
  }

  async #readBlock(
    samples: readonly [start: number, stop: number],
    channels: readonly number[] | undefined,
    options?: CallOptions,
  ): Promise<LfpBlock> {
    const data = await this.#recording.read({ samples, channels }, { signal: options?.signal });
    return {
      samples: [samples[0], samples[1]],
      times: this.#recording.times(...samples),
      data,
      channels: channels === undefined ? this.channels.map((_, column) => column) : [...channels],
    };
  }
}

/** Samples of a block: at most the budget, whole chunks where at least one fits. */
function blockLength(blockBytes: number, columns: number, chunkLength: number): number {
  if (!(blockBytes > 0))
    throw new QueryError(`blocks of ${blockBytes} bytes hold nothing`, { hint: "give a positive number" });
  const samples = Math.max(1, Math.floor(blockBytes / (Math.max(1, columns) * Float32Array.BYTES_PER_ELEMENT)));
  return samples < chunkLength ? samples : samples - (samples % chunkLength);
}
