import { type CallOptions, formatRef, type LfpSource } from "@crossprobe/core";
import { BLOCK_BYTES, type InvalidSpan, type LfpSignal, type SignalBlock, type SignalRequest } from "./lfp-signal.js";
import { channelsOf, mapSamples } from "./map-block.js";

/** The LFP of a probe, as the hub gives it; closing it closes the source. */
export function hubSignal(source: LfpSource): LfpSignal {
  const name = formatRef(source.probe);
  return {
    name,
    argument: name,
    identity: { probe: source.probe },
    columns: source.channels,
    sampleCount: source.sampleCount,
    clock: source.clock,
    traits: source.traits,
    provenance: source.provenance,
    get notices() {
      return source.notices;
    },
    caveats: (source.traits.caveats ?? []).map(({ message }) => message),
    invalidUnknown: null,
    toSampleRange: (interval, options) => source.toSampleRange(interval, options),
    blocks: (request, options) => readBlocks(source, request, options),
    invalidSpans: (options) => readInvalid(source, options),
    close: async () => source.close(),
  };
}

async function* readBlocks(
  source: LfpSource,
  { samples, map }: SignalRequest,
  options?: CallOptions,
): AsyncGenerator<SignalBlock> {
  const channels = map === undefined ? undefined : channelsOf(map);
  const settings = { signal: options?.signal, blockBytes: BLOCK_BYTES };
  for await (const block of source.blocks({ samples, channels }, settings)) {
    const { data } = block.data;
    const mapped = map === undefined || channels === undefined ? data : mapSamples(map, data, channels);
    yield { samples: block.samples, times: block.times, data: mapped, invalid: block.invalid ?? [] };
  }
}

async function readInvalid(source: LfpSource, options?: CallOptions): Promise<readonly InvalidSpan[]> {
  const { clock, sampleCount } = source;
  const step = 1 / clock.samplingRate;
  const clamp = (sample: number) => Math.min(sampleCount, Math.max(0, sample));
  const spans: InvalidSpan[] = [];
  for (const { start, stop, kind, tags } of await source.invalidIntervals(options)) {
    // A sample stands for the time up to the next one: one that begins before the span may reach into it.
    const samples =
      clock.quality === "synced"
        ? await source.toSampleRange({ start: start - step * (1 - 1e-6), stop }, options)
        : ([
            clamp(Math.floor((start - clock.coverage.start) / step)),
            clamp(Math.ceil((stop - clock.coverage.start) / step)),
          ] as const);
    spans.push({ start, stop, kind, tags, samples });
  }
  return spans;
}
