import { type CallOptions, isDataError, type LfpClock } from "@crossprobe/core";
import type { LfpackFile } from "./lfpack-file.js";

/** What one scale of a recording is, or why it cannot be read. */
export interface LfpackScaleSummary {
  /** Null in the flat layout, which has no names. */
  readonly recording: string | null;
  readonly scale: number;
  /** Null where the scale opens; else what is wrong with it, and nothing else below is known. */
  readonly error: string | null;
  readonly formatVersion: 1 | 2 | null;
  readonly channelCount: number | null;
  readonly sampleCount: number | null;
  /** Hertz on the session clock; nominal where the clock is unsynced. */
  readonly samplingRate: number | null;
  readonly clock: Pick<LfpClock, "kind" | "quality" | "coverage"> | null;
  /** Null where the recording has no saturation table. */
  readonly saturatedSpanCount: number | null;
  readonly hasRegions: boolean | null;
}

/**
 * Every scale of every recording of an archive, from headers alone: a scale whose header does not read is listed with its error, and
 * chunks are not looked at.
 */
export async function summarizeLfpack(file: LfpackFile, options?: CallOptions): Promise<readonly LfpackScaleSummary[]> {
  const names = file.isFlat ? [null] : await file.recordings(options);
  const summaries: LfpackScaleSummary[] = [];
  for (const name of names) {
    for (const scale of await file.scales(name, options))
      summaries.push(await summarizeScale(file, name, scale, options));
  }
  return summaries;
}

async function summarizeScale(
  file: LfpackFile,
  recording: string | null,
  scale: number,
  options?: CallOptions,
): Promise<LfpackScaleSummary> {
  try {
    const { meta, clock, saturation, hasRegions } = await file.readHeader(recording, scale, options);
    return {
      recording,
      scale,
      error: null,
      formatVersion: meta.formatVersion,
      channelCount: meta.channelCount,
      sampleCount: meta.sampleCount,
      samplingRate: clock.samplingRate,
      clock: { kind: clock.kind, quality: clock.quality, coverage: clock.coverage },
      saturatedSpanCount: saturation?.spans.length ?? null,
      hasRegions,
    };
  } catch (error) {
    if (!isDataError(error, "format") && !isDataError(error, "schema")) throw error;
    return {
      recording,
      scale,
      error: error.message,
      formatVersion: null,
      channelCount: null,
      sampleCount: null,
      samplingRate: null,
      clock: null,
      saturatedSpanCount: null,
      hasRegions: null,
    };
  }
}
