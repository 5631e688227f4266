import type { Interval, SpikeTable } from "@crossprobe/core";
import { durationOf, unionOf } from "./intervals.js";

/** When spikes of a unit could be recorded, seconds on the session clock. */
export interface RecordedSpans {
  /** Ascending and disjoint. */
  readonly spans: readonly Interval[];
  /** Whether the last instant of a span belongs to it: it does where it is a spike. */
  readonly isClosed: boolean;
}

/**
 * What the source observed of unit `index`, as it states it; else from the first to the last spike of the probe. Null where
 * neither is known.
 */
export function recordedSpans({ observed, coverage }: SpikeTable, index: number): RecordedSpans | null {
  const stated = observed[index] ?? null;
  if (stated !== null && stated.length > 0) return { spans: unionOf(stated), isClosed: false };
  return coverage === null ? null : { spans: [{ start: coverage.first, stop: coverage.last }], isClosed: true };
}

/** Whether any instant of `interval` was recorded. */
export function isRecorded(interval: Interval, { spans, isClosed }: RecordedSpans): boolean {
  return spans.some(
    ({ start, stop }) => start < interval.stop && (interval.start < stop || (isClosed && interval.start === stop)),
  );
}

/** Seconds of `interval` that were not recorded. */
export function secondsBeyond({ start, stop }: Interval, { spans }: RecordedSpans): number {
  const inside = spans.map((span) => ({ start: Math.max(start, span.start), stop: Math.min(stop, span.stop) }));
  return stop - start - durationOf(unionOf(inside));
}
