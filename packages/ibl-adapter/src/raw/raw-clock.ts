import { type Interval, type LfpClock, QueryError } from "@crossprobe/core";
import { AP_SAMPLES_PER_LFP_SAMPLE, type ProbeSync } from "./probe-sync.js";
import type { RawBand } from "./spikeglx-meta.js";

/** The clock of a raw recording. */
export interface RawClock extends LfpClock {
  /** Seconds of a sample number, which may be a fraction or lie outside the recording. */
  timeOf(sample: number): number;
  /** The sample number, a fraction, at a time: `timeOf` backwards. */
  sampleOf(time: number): number;
  /**
   * Numbers `[start, stop)` of the samples with `interval.start <= t < interval.stop`; empty when there is none.
   *
   * @throws {@link QueryError} on an unsynced clock, or when the interval is not one
   */
  toSampleRange(interval: Interval): readonly [start: number, stop: number];
}

export interface RawClockFacts {
  readonly band: RawBand;
  readonly sampleCount: number;
  /** As the file states it. */
  readonly samplingRate: number;
  /** Undefined: seconds from the first sample at the stated rate, unsynced. */
  readonly sync: ProbeSync | undefined;
}

/** Puts the clock of a raw recording together: the probe's piecewise-linear map, continued beyond its ends. */
export function createRawClock({ band, sampleCount, samplingRate, sync }: RawClockFacts): RawClock {
  // Samples in the unit that the map starts from.
  const scale = sync?.from === "apSamples" ? (band === "lf" ? AP_SAMPLES_PER_LFP_SAMPLE : 1) : 1 / samplingRate;
  const timeOf = (sample: number): number => {
    if (sync === undefined) return sample / samplingRate;
    return sync.map.at(sync.from === "apSamples" ? sample * scale : sample / samplingRate);
  };
  const sampleOf = (time: number): number =>
    sync === undefined ? time * samplingRate : sync.map.inverse(time) / scale;
  const coverage = { start: timeOf(0), stop: timeOf(sampleCount) };
  return {
    kind: sync === undefined ? "affine" : "piecewise",
    quality: sync === undefined ? "unsynced" : "synced",
    samplingRate: sampleCount === 0 ? samplingRate : sampleCount / (coverage.stop - coverage.start),
    coverage,
    timeOf,
    sampleOf,
    toSampleRange: ({ start, stop }) => {
      if (sync === undefined) {
        throw new QueryError("the recording has no session clock: there are no sync files of its probe", {
          hint: "ask by sample numbers; or give the .timestamps.npy or .sync.npy of the probe",
        });
      }
      if (!(start <= stop)) {
        throw new QueryError(`not an interval: from ${start} to ${stop} s`, {
          hint: "give a start that is not after the stop",
        });
      }
      const first = firstAtOrAfter(timeOf, sampleCount, start);
      return [first, Math.max(first, firstAtOrAfter(timeOf, sampleCount, stop))];
    },
  };
}

/** Smallest sample number whose time is at or after `time`; the sample count when there is none. */
function firstAtOrAfter(timeOf: (sample: number) => number, sampleCount: number, time: number): number {
  let [low, high] = [0, sampleCount];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (timeOf(middle) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
