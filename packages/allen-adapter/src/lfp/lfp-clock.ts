import { type CallOptions, FormatError, type Interval, type LfpClock, type Notice } from "@crossprobe/core";
import { type ElectricalSeries, readSamplingStep } from "@crossprobe/nwb";

/** A step between two samples that is this many usual steps long is a gap. */
const GAP_STEPS = 1.5;
/** Timestamps that are looked at together when gaps are searched. */
const SCAN_SAMPLES = 2 ** 20;

/**
 * The clock of an LFP file: a stored time for each sample, on the session clock. Reads the first and the last times.
 *
 * The rate is that of the whole recording, (samples - 1) / (last - first), as the release computes it; where gaps would falsify it, it
 * is that of the first stretch.
 *
 * Source: `timestamps` of the series, seconds on the master clock, explicit because probes drift (median 12 ms in 9600 s).
 *
 * @throws {@link FormatError} when there are fewer than two samples with a time, or times do not ascend
 */
export async function readLfpClock(
  series: ElectricalSeries,
  url: string,
  options?: CallOptions,
): Promise<{ readonly clock: LfpClock; readonly notices: readonly Notice[] }> {
  const { first, last, count, step, hasGaps } = await readSamplingStep(series, options);
  if (!(step > 0) || !Number.isFinite(step)) {
    const message = `The ${count} timestamps of ${series.path} go from ${first} to ${last} s`;
    throw new FormatError(`${message} (${url}).`, { format: "nwb", url, at: `${series.path}/timestamps` });
  }
  const coverage: Interval = { start: first, stop: last + step };
  const notices: Notice[] = [];
  if (hasGaps) {
    const message = "The samples do not fill the time from first to last; the rate is that of the first stretch.";
    notices.push({ code: "lfp-gaps", message, count: 1, where: `${url}#${series.path}/timestamps` });
  }
  return { clock: { kind: "samples", quality: "synced", samplingRate: 1 / step, coverage }, notices };
}

/** Spans without samples between two samples, found by reading every timestamp: 8 bytes a sample. */
export async function findGaps(
  series: ElectricalSeries,
  { samplingRate }: LfpClock,
  options?: CallOptions,
): Promise<readonly Interval[]> {
  const count = Math.min(series.sampleCount, series.clock.sampleCount);
  const step = 1 / samplingRate;
  const gaps: Interval[] = [];
  for (let from = 0; from < count - 1; from += SCAN_SAMPLES) {
    const times = await series.times(from, Math.min(count, from + SCAN_SAMPLES + 1), options);
    for (let i = 1; i < times.length; i++) {
      const [before = Number.NaN, after = Number.NaN] = [times[i - 1], times[i]];
      if (after - before > GAP_STEPS * step) gaps.push({ start: before + step, stop: after });
    }
  }
  return gaps;
}
