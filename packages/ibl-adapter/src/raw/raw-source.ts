import {
  type CallOptions,
  type Channel,
  formatRef,
  type Interval,
  type InvalidInterval,
  type LfpBlock,
  type LfpCaveat,
  type LfpClock,
  type LfpRequest,
  type LfpSource,
  type LfpTraits,
  type Notice,
  type ProbeRef,
  type Provenance,
  QueryError,
} from "@crossprobe/core";
import { toRawChannels } from "./raw-channels.js";
import { MAX_READ_BYTES, type RawRecording } from "./raw-recording.js";
import { toRawTraits } from "./raw-traits.js";

const DEFAULT_BLOCK_BYTES = 16 * 2 ** 20;

/** Spans of a recording that are known not to be used. */
export type InvalidSpans = (options?: CallOptions) => Promise<readonly InvalidInterval[]>;

/** What is known of a raw recording beside its own files. */
export interface RawSourceFacts {
  /** One for each channel of the recording, in its order; as {@link toRawChannels} has them if not given. */
  readonly channels?: readonly Channel[] | undefined;
  /** What is to be said of the channels. */
  readonly notices?: readonly Notice[] | undefined;
  /** What another source knows. Without it there are none, and a caveat: nothing beside the samples says where the amplifier was at its rail. */
  readonly invalid?: InvalidSpans | undefined;
}

const UNTAGGED: LfpCaveat = {
  code: "saturation-unknown",
  message:
    "nothing beside a raw recording says where its amplifier was saturated: no span is invalid, whatever the samples are",
  source: "SpikeGLX `.meta` and `.ch`, which have no such field",
};

/**
 * A raw recording of a probe in volts on the session clock: of its LFP file an LFP source like any other, of its AP file the same for action
 * potentials.
 *
 * @throws {@link QueryError} when there are not as many channels, or the recording is not a probe's
 */
export function toRawSource(recording: RawRecording, probe: ProbeRef, facts: RawSourceFacts = {}): LfpSource {
  const { channels = toRawChannels(recording, probe), notices = [], invalid } = facts;
  if (recording.band === "nidq") {
    throw new QueryError(`${recording.url} is of the auxiliary board: it has no channels of ${formatRef(probe)}`, {
      hint: "give the .ap or .lf file of the probe; the recording itself reads the board's lines",
    });
  }
  if (channels.length !== recording.channelCount) {
    throw new QueryError(
      `${formatRef(probe)} has ${channels.length} channels, ${recording.url} ${recording.channelCount}`,
      { hint: "give the channels of the recording, in its order" },
    );
  }
  return new RawSource(recording, probe, { channels, notices, invalid });
}

class RawSource implements LfpSource {
  readonly probe: ProbeRef;
  readonly channels: readonly Channel[];
  readonly traits: LfpTraits;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
  readonly #recording: RawRecording;
  readonly #invalid: InvalidSpans | undefined;

  constructor(
    recording: RawRecording,
    probe: ProbeRef,
    {
      channels,
      notices,
      invalid,
    }: { channels: readonly Channel[]; notices: readonly Notice[]; invalid: InvalidSpans | undefined },
  ) {
    const { traits, notices: ofTraits } = toRawTraits(recording);
    this.probe = probe;
    this.channels = channels;
    this.traits = invalid === undefined ? { ...traits, caveats: [...(traits.caveats ?? []), UNTAGGED] } : traits;
    this.provenance = [{ url: recording.url, conversion: "int16 x imAiRangeMax / maximum / gain -> V" }];
    this.notices = [...recording.notices, ...ofTraits, ...notices];
    this.#recording = recording;
    this.#invalid = invalid;
  }

  get sampleCount(): number {
    return this.#recording.sampleCount;
  }

  get clock(): LfpClock {
    const { kind, quality, samplingRate, coverage } = this.#recording.clock;
    return { kind, quality, samplingRate, coverage };
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
    this.#recording.checkChannels(request.channels);
    const blockBytes = options?.blockBytes ?? DEFAULT_BLOCK_BYTES;
    if (!(blockBytes > 0)) {
      throw new QueryError(`blocks of ${blockBytes} bytes hold nothing`, { hint: "give a positive number" });
    }
    const width = Math.max(1, request.channels?.length ?? this.channels.length);
    const length = Math.max(1, Math.floor(blockBytes / (width * Float32Array.BYTES_PER_ELEMENT)));
    for (let at = start; at < stop; ) {
      // A block that ends with a chunk lets the next one begin with a fresh chunk.
      const end = at + length >= stop ? stop : this.#recording.store.boundBefore(at, at + length);
      yield await this.#readBlock([at, end], request.channels, options);
      at = end;
    }
  }

  async invalidIntervals(options?: CallOptions): Promise<readonly InvalidInterval[]> {
    options?.signal?.throwIfAborted();
    return (await this.#invalid?.(options)) ?? [];
  }

  close(): void {
    this.#recording.close();
  }

  #samplesOf(request: LfpRequest): readonly [start: number, stop: number] {
    if (request.time !== undefined && request.samples !== undefined) {
      throw new QueryError(`the signal of ${formatRef(this.probe)} was asked for by time and by samples at once`, {
        hint: "give one of them",
      });
    }
    if (request.time !== undefined) return this.#recording.clock.toSampleRange(request.time);
    const samples = request.samples ?? [0, this.sampleCount];
    this.#recording.checkRequest({ samples, channels: [] });
    return samples;
  }

  async #readBlock(
    [start, stop]: readonly [start: number, stop: number],
    channels: readonly number[] | undefined,
    options?: CallOptions,
  ): Promise<LfpBlock> {
    const timeBytes = (stop - start) * Float64Array.BYTES_PER_ELEMENT;
    if (timeBytes > MAX_READ_BYTES) {
      throw new QueryError(`the times of ${stop - start} samples are ${timeBytes} bytes, above 256 MiB`, {
        hint: "use blocks()",
      });
    }
    const data = await this.#recording.read({ samples: [start, stop], channels }, { signal: options?.signal });
    const { clock } = this.#recording;
    return {
      samples: [start, stop],
      times: Float64Array.from({ length: stop - start }, (_, i) => clock.timeOf(start + i)),
      data,
      channels: channels === undefined ? this.channels.map((_, column) => column) : [...channels],
    };
  }
}
