import type { CallOptions } from "@crossprobe/core";
import type { ElectricalSeries } from "./electrical-series.js";

/** Samples whose times tell the usual step. */
const PROBE_SAMPLES = 1000;
/** How far the mean step of a recording may be off the usual step before it must have gaps. */
const DRIFT = 1e-3;

/** How the samples of a series follow one another, by their stored times. */
export interface SamplingStep {
  /** Times of the first and the last sample, seconds; NaN where there is none. */
  readonly first: number;
  readonly last: number;
  /** Samples that have a time. */
  readonly count: number;
  /**
   * Seconds from a sample to the next: the mean of the whole recording, or where gaps would falsify it the median of its first stretch. NaN,
   * zero or negative where times do not run forward.
   */
  readonly step: number;
  /** Whether the samples do not fill the time from first to last. */
  readonly hasGaps: boolean;
}

/** Reads the first thousand times and the last. */
export async function readSamplingStep(series: ElectricalSeries, options?: CallOptions): Promise<SamplingStep> {
  const count = Math.min(series.sampleCount, series.clock.sampleCount);
  const head = count > 0 ? await series.times(0, Math.min(count, PROBE_SAMPLES), options) : new Float64Array(0);
  const [last = Number.NaN] = count > 0 ? await series.times(count - 1, count, options) : [];
  const first = head[0] ?? Number.NaN;
  const mean = (last - first) / (count - 1);
  const usual = medianStep(head);
  const hasGaps = mean > 0 && Math.abs(mean / usual - 1) > DRIFT;
  return { first, last, count, step: hasGaps ? usual : mean, hasGaps };
}

function medianStep(times: Float64Array): number {
  const steps = times.subarray(1).map((time, i) => time - (times[i] ?? time));
  steps.sort();
  return steps[steps.length >> 1] ?? Number.NaN;
}
