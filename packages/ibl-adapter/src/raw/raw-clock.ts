import { QueryError } from "@crossprobe/core";
import { type SampleClock, samplesWithin } from "../sample-clock.js";
import { AP_SAMPLES_PER_LFP_SAMPLE, type ProbeSync } from "./probe-sync.js";
import type { RawBand } from "./spikeglx-meta.js";

/** The clock of a raw recording. */
export interface RawClock extends SampleClock {
  /** The sample number, a fraction, at a time: `timeOf` backwards. */
  sampleOf(time: number): number;
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
    toSampleRange: (interval) => {
      if (sync === undefined) {
        throw new QueryError("the recording has no session clock: there are no sync files of its probe", {
          hint: "ask by sample numbers; or give the .timestamps.npy or .sync.npy of the probe",
        });
      }
      return samplesWithin(timeOf, sampleCount, interval);
    },
  };
}
