import type { ByteStore } from "../byte-store.js";
import type { CallOptions } from "../call-options.js";
import { NotFoundError, QueryError } from "../errors.js";
import type { Channel } from "../model/channel.js";
import type { Interval, InvalidInterval } from "../model/interval.js";
import type { LfpBlock, LfpRequest, LfpSource } from "../model/lfp.js";
import { checkLfpRequest } from "../model/lfp-request.js";
import type { ProbeRef } from "../model/ref.js";
import { ndArray } from "../nd-array.js";

export interface MemoryLfpParts {
  readonly store: ByteStore;
  readonly probe: ProbeRef;
  readonly channels: readonly Channel[];
  readonly samples: number;
  readonly start: number;
  readonly rate: number;
  readonly invalid: readonly InvalidInterval[];
}

/** LFP over a file of raw little-endian float32, time first: the shortest honest {@link LfpSource}. */
export function memoryLfp(parts: MemoryLfpParts): LfpSource {
  const { store, probe, channels, samples: count, start, rate } = parts;
  const timeOf = (sample: number) => start + sample / rate;
  let isOpen = true;

  const rangeOf = (request: LfpRequest): readonly [number, number] => {
    if (!isOpen) throw new QueryError("this LFP source is closed", { hint: "open it again" });
    checkLfpRequest(request, probe);
    const [first, last] = request.samples ?? (request.time ? sampleRange(request.time) : [0, count]);
    if (first < 0 || last > count || first > last) throw new QueryError(`samples ${first} to ${last} of ${count}`);
    for (const channel of request.channels ?? []) {
      if (channels[channel] === undefined) throw new QueryError(`channel ${channel} of ${channels.length}`);
    }
    return [first, last];
  };
  const sampleRange = (interval: Interval): readonly [number, number] => [
    firstAt(interval.start),
    firstAt(interval.stop),
  ];
  const firstAt = (time: number): number => {
    let sample = Math.min(count, Math.max(0, Math.round((time - start) * rate)));
    while (sample > 0 && timeOf(sample - 1) >= time) sample--;
    while (sample < count && timeOf(sample) < time) sample++;
    return sample;
  };
  const read = async (request: LfpRequest, options?: CallOptions): Promise<LfpBlock> => {
    const [first, last] = rangeOf(request);
    const wanted = request.channels ?? channels.map((_, index) => index);
    const row = channels.length * 4;
    const bytes = await store.read("lfp.f32", {
      ...options,
      range: { offset: first * row, length: (last - first) * row },
    });
    if (bytes === undefined) throw new NotFoundError("lfp.f32 is gone");
    const stored = new Float32Array(bytes.slice().buffer);
    const data = new Float32Array((last - first) * wanted.length);
    for (let i = 0; i < last - first; i++) {
      for (const [k, channel] of wanted.entries())
        data[i * wanted.length + k] = stored[i * channels.length + channel] ?? 0;
    }
    const times = Float64Array.from({ length: last - first }, (_, i) => timeOf(first + i));
    return { samples: [first, last], times, data: ndArray(data, [last - first, wanted.length], "V"), channels: wanted };
  };
  return {
    ...{ probe, channels, sampleCount: count, provenance: [], notices: [] },
    clock: { kind: "affine", quality: "synced", samplingRate: rate, coverage: { start, stop: timeOf(count) } },
    traits: {
      ...{ passband: null, reference: "none", lossyCodec: null, denoising: [], spatial: "all", usableUpTo: rate / 2 },
    },
    toSampleRange: async (interval) => sampleRange(interval),
    read,
    async *blocks(request, options) {
      const [first, last] = rangeOf(request);
      const rowBytes = 4 * (request.channels?.length ?? channels.length);
      const step = Math.max(1, Math.floor((options?.blockBytes ?? 16 * 2 ** 20) / rowBytes));
      for (let at = first; at < last; at += step) {
        yield await read({ samples: [at, Math.min(last, at + step)], channels: request.channels }, options);
      }
    },
    invalidIntervals: async () => parts.invalid,
    close: () => {
      isOpen = false;
    },
  };
}
