import {
  type Channel,
  type InvalidInterval,
  type LfpBlock,
  type LfpClock,
  type LfpRequest,
  type LfpSource,
  type LfpTraits,
  ndArray,
  type ProbeRef,
  ref,
} from "@crossprobe/core";

/** An LFP that is computed when read, at the times of a source: what a test knows exactly. */
export interface MemoryLfp {
  readonly probe?: ProbeRef;
  /** Seconds, ascending. */
  readonly times: Float64Array;
  /** Volts at `[times, channels]`, row after row. */
  readonly evaluate: (times: Float64Array, channels: readonly number[]) => Float32Array;
  readonly channels: readonly Channel[];
  readonly invalid?: readonly InvalidInterval[];
  readonly traits?: Partial<LfpTraits>;
  readonly quality?: LfpClock["quality"];
  /** Samples in one block. */
  readonly blockSamples?: number;
}

export const PLAIN_TRAITS: LfpTraits = {
  passband: null,
  reference: "none",
  lossyCodec: null,
  denoising: [],
  spatial: "all",
  usableUpTo: 125,
};

/** A channel without place, for tests of signals. */
export function plainChannel(index: number, probe: ProbeRef = ref("memory", "probe", "p")): Channel {
  return {
    ref: ref(probe.dataset, "channel", `${probe.id}/${index}`),
    probe,
    region: null,
    regionAbsent: "unknown",
    ccf: null,
    hemisphere: null,
    distanceFromTipUm: null,
    siteIndex: index,
    lateralUm: null,
    quality: null,
  };
}

/** `count` times from `start` at a rate. */
export function evenTimes(start: number, samplingRate: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => start + i / samplingRate);
}

/** An {@link LfpSource} over {@link MemoryLfp}, and the largest block it was asked for. */
export function memoryLfp(lfp: MemoryLfp): LfpSource & { readonly reads: number[] } {
  const { times, channels, blockSamples = 777 } = lfp;
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? 0;
  const samplingRate = (times.length - 1) / (last - first);
  const reads: number[] = [];
  const read = (samples: readonly [number, number], wanted: readonly number[]): LfpBlock => {
    const part = times.slice(...samples);
    reads.push(part.length);
    const data = ndArray(lfp.evaluate(part, wanted), [part.length, wanted.length], "V");
    return { samples, times: part, data, channels: wanted };
  };
  const rangeOf = ({ samples = [0, times.length], time }: LfpRequest): readonly [number, number] => {
    if (time === undefined) return samples;
    return [times.filter((t) => t < time.start).length, times.filter((t) => t < time.stop).length];
  };
  const all = channels.map((_, index) => index);
  return {
    reads,
    probe: lfp.probe ?? ref("memory", "probe", "p"),
    channels,
    sampleCount: times.length,
    clock: {
      kind: "samples",
      quality: lfp.quality ?? "synced",
      samplingRate,
      coverage: { start: first, stop: last + 1 / samplingRate },
    },
    traits: { ...PLAIN_TRAITS, ...lfp.traits },
    provenance: [],
    notices: [],
    toSampleRange: async (interval) => rangeOf({ time: interval }),
    read: async (request, options) => {
      options?.signal?.throwIfAborted();
      return read(rangeOf(request), request.channels ?? all);
    },
    async *blocks(request, options) {
      const [start, stop] = rangeOf(request);
      for (let from = start; from < stop; from += blockSamples) {
        options?.signal?.throwIfAborted();
        yield read([from, Math.min(stop, from + blockSamples)], request.channels ?? all);
      }
    },
    invalidIntervals: async () => lfp.invalid ?? [],
    close: () => undefined,
  };
}

/** Volts of sinusoids: channel `c` is `amplitude * sin(2 pi frequency t + phase)` of entry `c`. */
export function sinusoids(parts: readonly { frequency: number; amplitude?: number; phase?: number }[]) {
  return (times: Float64Array, channels: readonly number[]): Float32Array => {
    const data = new Float32Array(times.length * channels.length);
    times.forEach((time, row) => {
      channels.forEach((channel, column) => {
        const { frequency, amplitude = 1, phase = 0 } = parts[channel] ?? { frequency: Number.NaN };
        data[row * channels.length + column] = amplitude * Math.sin(2 * Math.PI * frequency * time + phase);
      });
    });
    return data;
  };
}
