import {
  type CallOptions,
  type Channel,
  formatRef,
  type InvalidInterval,
  type InvalidSamples,
  type LfpSource,
  type Notice,
  type ProbeRef,
  QueryError,
} from "@crossprobe/core";
import { ClockedLfp } from "../clocked-lfp.js";
import type { ChannelBins } from "./channel-bins.js";
import { toTraits } from "./lfp-traits.js";
import type { LfpackRecording } from "./lfpack-recording.js";
import type { LfpackReadRequest } from "./read-request.js";

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
  const { sampleCount, clock, meta } = recording;
  return new ClockedLfp(
    {
      ...{ sampleCount, clock },
      notices: () => [...recording.notices, ...notices],
      checkSamples: (samples) => recording.checkSamples(samples),
      checkChannels: (wanted) => void recording.columnsOf({ channels: wanted, bins }),
      endOfBlock: (start, length, stop) => endOfBlock(start, length, stop, meta.chunkLength),
      read: (samples, wanted, options) => readVolts(recording, samples, { channels: wanted, bins }, options),
      invalidIntervals: (options) => invalidIntervalsOf(recording, probe, options),
      close: () => recording.close(),
    },
    {
      ...{ probe, channels },
      traits: toTraits(meta, bins),
      provenance: [{ url: recording.url, path: recording.path, conversion: "LFPack decoded to volts" }],
    },
  );
}

/** A block ends with a chunk where at least one fits. */
function endOfBlock(start: number, length: number, stop: number, chunkLength: number): number {
  if (length < chunkLength) return Math.min(stop, start + length);
  const whole = length - (length % chunkLength);
  return Math.min(stop, start + whole - (start % whole));
}

async function readVolts(
  recording: LfpackRecording,
  samples: readonly [start: number, stop: number],
  columns: Pick<LfpackReadRequest, "channels" | "bins">,
  options: CallOptions,
) {
  const { data, shape, unit, invalid } = await recording.read({ samples, ...columns }, options);
  // Saturated spans are among the invalid intervals, whatever is read.
  const others = invalid.filter(({ kind }) => kind !== "saturated");
  return {
    data: { data, shape, unit },
    ...(others.length > 0 && {
      invalid: others.map(({ start, stop, kind }): InvalidSamples => ({ samples: [start, stop], kind })),
    }),
  };
}

/** In time order: saturated spans by the table, and what is known of zeros. */
async function invalidIntervalsOf(
  recording: LfpackRecording,
  probe: ProbeRef,
  options?: CallOptions,
): Promise<readonly InvalidInterval[]> {
  const { clock } = recording;
  const saturated = recording
    .saturatedIntervals()
    .map(({ start, stop }): InvalidInterval => ({ start, stop, kind: "saturated", probe, tags: ["saturation"] }));
  const zeros = (await recording.invalidSpans(options)).flatMap(({ start, stop, kind }): InvalidInterval[] =>
    kind === "saturated" ? [] : [{ start: clock.timeOf(start), stop: clock.timeOf(stop), kind, probe, tags: [] }],
  );
  return [...saturated, ...zeros].sort((a, b) => a.start - b.start);
}
