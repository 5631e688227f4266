import {
  type CallOptions,
  type Channel,
  formatRef,
  type InvalidInterval,
  type LfpCaveat,
  type LfpSource,
  type Notice,
  type ProbeRef,
  QueryError,
} from "@crossprobe/core";
import { ClockedLfp } from "../clocked-lfp.js";
import { toRawChannels } from "./raw-channels.js";
import type { RawRecording } from "./raw-recording.js";
import { toRawTraits } from "./raw-traits.js";

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
  const { traits, notices: ofTraits } = toRawTraits(recording);
  const { sampleCount, clock } = recording;
  return new ClockedLfp(
    {
      ...{ sampleCount, clock },
      notices: () => [...recording.notices, ...ofTraits, ...notices],
      checkSamples: (samples) => void recording.checkRequest({ samples, channels: [] }),
      checkChannels: (wanted) => recording.checkChannels(wanted),
      endOfBlock: (start, length, stop) =>
        start + length >= stop ? stop : recording.store.boundBefore(start, start + length),
      read: async (samples, wanted, options) => ({
        data: await recording.read({ samples, channels: wanted }, options),
      }),
      invalidIntervals: async (options) => (await invalid?.(options)) ?? [],
      close: () => recording.close(),
    },
    {
      ...{ probe, channels },
      traits: invalid === undefined ? { ...traits, caveats: [...(traits.caveats ?? []), UNTAGGED] } : traits,
      provenance: [{ url: recording.url, conversion: "int16 x imAiRangeMax / maximum / gain -> V" }],
    },
  );
}
