import { type Interval, type LfpClock, QueryError } from "@crossprobe/core";

/** The clock of a recording that can tell the time of any sample without reading. */
export interface SampleClock extends LfpClock {
  /** Seconds of a sample number, which may be a fraction or lie outside the recording. */
  timeOf(sample: number): number;
  /**
   * Numbers `[start, stop)` of the samples with `interval.start <= t < interval.stop`, exact to the last bit of `timeOf`;
   * empty when there is none.
   *
   * @throws {@link QueryError} on an unsynced clock, or when the interval is not one
   */
  toSampleRange(interval: Interval): readonly [start: number, stop: number];
}

/**
 * The samples of an interval, cut at the recording: bisection on the very times that are given out, so that rounding cannot differ.
 *
 * @throws {@link QueryError} when the interval is not one
 */
export function samplesWithin(
  timeOf: SampleClock["timeOf"],
  sampleCount: number,
  { start, stop }: Interval,
): readonly [start: number, stop: number] {
  if (!(start <= stop)) {
    throw new QueryError(`not an interval: from ${start} to ${stop} s`, {
      hint: "give a start that is not after the stop",
    });
  }
  const first = firstAtOrAfter(timeOf, sampleCount, start);
  return [first, Math.max(first, firstAtOrAfter(timeOf, sampleCount, stop))];
}

/** Smallest sample number whose time is at or after `time`; the sample count when there is none. */
function firstAtOrAfter(timeOf: SampleClock["timeOf"], sampleCount: number, time: number): number {
  let [low, high] = [0, sampleCount];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (timeOf(middle) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
