import { QueryError } from "@crossprobe/core";
import { type SampleClock, samplesWithin } from "../sample-clock.js";

/** Pairs of sample number and session time that a sync fit went through. */
export interface SyncKnots {
  readonly samples: Float64Array;
  /** Seconds on the session clock. */
  readonly times: Float64Array;
}

/** What a recording stores about its clock. */
export interface ClockFacts {
  /** Raw rate divided by the decimation, hertz: never a basis for session times. */
  readonly nominalRate: number;
  /** Samples per second of the session clock; null where unknown. */
  readonly syncRate: number | null;
  /** Session time of sample 0 on the fitted line; null where unknown. */
  readonly syncStart: number | null;
  readonly knots: SyncKnots | null;
}

/** The clock of one scale of a recording. */
export interface RecordingClock extends SampleClock {
  readonly kind: "affine" | "piecewise";
  /**
   * Seconds of a sample number, which may be a fraction or lie outside the recording.
   *
   * Session clock if `quality` is `synced`; else seconds from the start that the file states, or from 0.
   */
  timeOf(sample: number): number;
  /** `timeOf` each of samples `[start, stop)`. */
  times(start: number, stop: number): Float64Array;
}

/**
 * Puts the clock of a recording together.
 *
 * - knots: linear between them, the fitted line outside, with a jump where the two meet
 * - no knots: `start + sample / rate`
 * - start or rate unknown: the same with 0 and the nominal rate in their place, and `quality` is `unsynced`
 *
 * Knots that leave samples outside while the line is unknown cannot place those samples: the clock is then unsynced too.
 *
 * Source: LFPack (`LFPackReader._sample_to_time`).
 */
export function createClock(facts: ClockFacts, sampleCount: number): RecordingClock {
  const hasLine = facts.syncStart !== null && facts.syncRate !== null;
  const knots = facts.knots !== null && (hasLine || covers(facts.knots, sampleCount)) ? facts.knots : null;
  const rate = facts.syncRate ?? (knots === null ? facts.nominalRate : meanRate(knots, sampleCount));
  const start = facts.syncStart ?? 0;
  const onLine = (sample: number): number => start + sample / rate;
  const timeOf = knots === null ? onLine : (sample: number) => interpolate(knots, sample) ?? outside(sample);
  // Without a line, samples past the knots continue at the mean rate.
  const outside = (sample: number): number =>
    hasLine || knots === null ? onLine(sample) : continued(knots, sample, rate);
  const quality = hasLine || knots !== null ? "synced" : "unsynced";
  return {
    kind: knots === null ? "affine" : "piecewise",
    quality,
    samplingRate: rate,
    coverage: { start: timeOf(0), stop: afterLast(timeOf, sampleCount, rate) },
    timeOf,
    times: (first, stop) => Float64Array.from({ length: Math.max(0, stop - first) }, (_, i) => timeOf(first + i)),
    toSampleRange: (interval) => {
      if (quality === "unsynced") throw unsynced();
      return samplesWithin(timeOf, sampleCount, interval);
    },
  };
}

function unsynced(): QueryError {
  return new QueryError(
    "the recording has no session clock: its file does not state when it started, or how fast it ran",
    {
      hint: "ask by sample numbers; its seconds must not be joined with spikes or events",
    },
  );
}

function covers({ samples }: SyncKnots, sampleCount: number): boolean {
  return (samples[0] ?? 1) <= 0 && (samples.at(-1) ?? 0) >= sampleCount - 1;
}

function meanRate(knots: SyncKnots, sampleCount: number): number {
  if (sampleCount < 2) return (knots.samples.at(-1) ?? 0) / ((knots.times.at(-1) ?? 0) - (knots.times[0] ?? 0));
  return (sampleCount - 1) / ((interpolate(knots, sampleCount - 1) ?? 0) - (interpolate(knots, 0) ?? 0));
}

function continued({ samples, times }: SyncKnots, sample: number, rate: number): number {
  const [first, last] = [samples[0] ?? 0, samples.at(-1) ?? 0];
  return sample < first ? (times[0] ?? 0) - (first - sample) / rate : (times.at(-1) ?? 0) + (sample - last) / rate;
}

/** Linear interpolation as `numpy.interp` rounds it; `undefined` outside the knots. */
function interpolate({ samples, times }: SyncKnots, sample: number): number | undefined {
  let [low, high] = [0, samples.length - 1];
  const [first, last] = [samples[low] ?? 0, samples[high] ?? 0];
  if (!(sample >= first && sample <= last)) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((samples[middle] ?? 0) <= sample) low = middle;
    else high = middle;
  }
  const [x0, x1, y0, y1] = [samples[low] ?? 0, samples[high] ?? 0, times[low] ?? 0, times[high] ?? 0];
  if (sample === x1) return y1;
  return ((y1 - y0) / (x1 - x0)) * (sample - x0) + y0;
}

/** Time of the sample that would follow the last; the jump to the fitted line must not bring it before the last. */
function afterLast(timeOf: (sample: number) => number, sampleCount: number, rate: number): number {
  const [last, next] = [timeOf(sampleCount - 1), timeOf(sampleCount)];
  return next > last ? next : last + 1 / rate;
}

/** Whether the clock goes back where the knots meet the fitted line: sample numbers there do not follow time order. */
export function findBackwardJump(facts: ClockFacts, clock: RecordingClock, sampleCount: number): number | undefined {
  if (clock.kind !== "piecewise" || facts.knots === null) return undefined;
  const edges = [Math.ceil(facts.knots.samples[0] ?? 0), Math.floor(facts.knots.samples.at(-1) ?? 0) + 1];
  return edges.find((edge) => edge > 0 && edge < sampleCount && clock.timeOf(edge) <= clock.timeOf(edge - 1));
}
