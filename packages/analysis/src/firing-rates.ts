import { type Interval, type SpikeTable, spikeTrain } from "@crossprobe/core";
import { durationOf, unionOf } from "./intervals.js";
import { isRecorded, recordedSpans } from "./recorded-spans.js";
import { lowerBound } from "./sorted-search.js";

/**
 * What a rate was taken over: `given` by the caller, `observed` as the source states it for the unit, or `spikeCoverage`:
 * first to last spike of the probe, both included.
 */
export type RateIntervalKind = "given" | "observed" | "spikeCoverage";
export const RATE_INTERVAL_KINDS: readonly RateIntervalKind[] = ["given", "observed", "spikeCoverage"];

/** The rate of one unit; `null` where nothing says over what it could be taken, that lasts no time, or none of it was recorded. */
export interface UnitRate {
  /** Spikes per second. */
  readonly rate: number | null;
  readonly kind: RateIntervalKind | null;
  /** Spikes counted. */
  readonly spikes: number;
  /** Seconds that the count is divided by. */
  readonly seconds: number;
}

/** Spikes with `start <= t < stop`; `times` ascend. */
export function countSpikes(times: ArrayLike<number>, interval: Interval): number {
  return lowerBound(times, interval.stop) - lowerBound(times, interval.start);
}

/**
 * Spikes per second in the union of half-open intervals; null when that lasts no time.
 *
 * @param times ascending, seconds on the session clock
 */
export function firingRate(times: ArrayLike<number>, intervals: readonly Interval[]): number | null {
  const union = unionOf(intervals);
  const seconds = durationOf(union);
  return seconds > 0 ? spikesIn(times, union) / seconds : null;
}

/**
 * Rate of unit `index` of a spike table.
 *
 * Over `given` if there is one; else over what the source says it observed of this unit; else from the first to the last spike
 * of the probe. The three are different denominators: `kind` says which it was.
 *
 * A `given` interval divides as asked, also where it reaches beyond what was recorded ({@link recordedSpans}): spikes over all
 * of its seconds. Where none of it was recorded the rate is null, with `kind` null too: nothing was seen, which is not zero.
 */
export function unitRate(spikes: SpikeTable, index: number, given?: Interval): UnitRate {
  const times = spikeTrain(spikes, index);
  const observed = spikes.observed[index] ?? null;
  if (given !== undefined) {
    const recorded = recordedSpans(spikes, index);
    return recorded === null || isRecorded(given, recorded) ? rateOver(times, [given], "given") : NO_RATE;
  }
  if (observed !== null && observed.length > 0) return rateOver(times, observed, "observed");
  if (spikes.coverage === null) return NO_RATE;
  const seconds = spikes.coverage.last - spikes.coverage.first;
  return {
    rate: seconds > 0 ? times.length / seconds : null,
    kind: "spikeCoverage",
    spikes: times.length,
    seconds,
  };
}

const NO_RATE: UnitRate = { rate: null, kind: null, spikes: 0, seconds: 0 };

function rateOver(times: Float64Array, intervals: readonly Interval[], kind: RateIntervalKind): UnitRate {
  const union = unionOf(intervals);
  const seconds = durationOf(union);
  const spikes = spikesIn(times, union);
  return { rate: seconds > 0 ? spikes / seconds : null, kind, spikes, seconds };
}

function spikesIn(times: ArrayLike<number>, union: readonly Interval[]): number {
  return union.reduce((count, interval) => count + countSpikes(times, interval), 0);
}
