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
import type { ChannelBins } from "./channel-bins.js";
import { toTraits } from "./lfp-traits.js";
import type { LfpackRecording } from "./lfpack-recording.js";

const DEFAULT_BLOCK_BYTES = 16 * 2 ** 20;

export interface LfpSourceOptions {
  /** Adjacent channels put together, as their mean unless `sum` is asked for; each channel as it is if not given. */
  readonly bins?: { readonly size: number; readonly combine?: ChannelBins["combine"] | undefined } | undefined;
}

/**
 * The LFP of a probe, answered from its LFPack recording.
 *
 * Saturated spans become invalid intervals on the recording's clock, and so do whole chunks of zeros in format 2, which are known without
 * decoding. Zeros elsewhere are found by decoding every chunk: `recording.scanZeros()` first, where they matter. Where the recording is
 * unsynced all are seconds of its own clock and not of the session.
 *
 * @param channels one for each column (of the recording, or of the bins), in column order
 * @param notices what is to be said of the channels
 * @throws {@link QueryError} when there are not as many channels as columns
 */
export function toLfpSource(
  recording: LfpackRecording,
  probe: ProbeRef,
  channels: readonly Channel[],
  notices: readonly Notice[] = [],
  options: LfpSourceOptions = {},
): LfpSource {
  const bins: ChannelBins | undefined = options.bins && {
    size: options.bins.size,
    combine: options.bins.combine ?? "mean",
  };
  const columnCount = recording.columnsOf({ bins }).columns.length;
  if (channels.length !== columnCount) {
    throw new QueryError(
      `${formatRef(probe)} has ${channels.length} channels, its LFP ${columnCount} columns (${recording.path} in ${recording.url})`,
      { hint: "give the channels of the recording's own columns" },
    );
  }
  return new LfpackSource(recording, probe, channels, notices, bins);
}

class LfpackSource implements LfpSource {
  readonly probe: ProbeRef;
  readonly channels: readonly Channel[];
  readonly traits: LfpTraits;
  readonly provenance: readonly Provenance[];
  readonly #recording: LfpackRecording;
  readonly #channelNotices: readonly Notice[];
  readonly #bins: ChannelBins | undefined;

  constructor(
    recording: LfpackRecording,
    probe: ProbeRef,
    channels: readonly Channel[],
    notices: readonly Notice[],
    bins: ChannelBins | undefined,
  ) {
    this.probe = probe;
    this.channels = channels;
    this.traits = toTraits(recording.meta, bins);
    this.#bins = bins;
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
    const { clock } = this.#recording;
    const saturated = this.#recording.saturatedIntervals().map(
      ({ start, stop }): InvalidInterval => ({
        start,
        stop,
        kind: "saturated",
        probe: this.probe,
        tags: ["saturation"],
      }),
    );
    const zeros = (await this.#recording.invalidSpans(options)).flatMap(({ start, stop, kind }): InvalidInterval[] =>
      kind === "saturated"
        ? []
        : [{ start: clock.timeOf(start), stop: clock.timeOf(stop), kind, probe: this.probe, tags: [] }],
    );
    return [...saturated, ...zeros].sort((a, b) => a.start - b.start);
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
    const data = await this.#recording.read({ samples, channels, bins: this.#bins }, { signal: options?.signal });
    // Saturated spans are among the invalid intervals, whatever is read.
    const invalid = data.invalid.filter(({ kind }) => kind !== "saturated");
    return {
      samples: [samples[0], samples[1]],
      times: this.#recording.times(...samples),
      data: { data: data.data, shape: data.shape, unit: data.unit },
      channels: channels === undefined ? this.channels.map((_, column) => column) : [...channels],
      ...(invalid.length > 0 && {
        invalid: invalid.map(({ start, stop, kind }) => ({ samples: [start, stop], kind })),
      }),
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
