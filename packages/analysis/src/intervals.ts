import type { Interval, InvalidInterval, ProbeRef } from "@crossprobe/core";
import { isSameRef, QueryError } from "@crossprobe/core";

/** Checks that an interval given by a user runs forward between finite seconds. @throws {@link QueryError} if not */
export function checkInterval(interval: Interval, name: string): void {
  const { start, stop } = interval;
  if (Number.isFinite(start) && Number.isFinite(stop) && start < stop) return;
  throw new QueryError(`${name} ${start}:${stop} is no interval`, {
    hint: "give <start>:<stop> in seconds on the session clock, with start before stop",
  });
}

/** The same seconds as ascending intervals that neither overlap nor touch; empty and backward ones are dropped. */
export function unionOf(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter(({ start, stop }) => start < stop).sort((a, b) => a.start - b.start);
  const union: { start: number; stop: number }[] = [];
  for (const { start, stop } of sorted) {
    const last = union.at(-1);
    if (last !== undefined && start <= last.stop) last.stop = Math.max(last.stop, stop);
    else union.push({ start, stop });
  }
  return union;
}

/** Seconds that ascending, disjoint intervals hold together. */
export function durationOf(union: readonly Interval[]): number {
  return union.reduce((seconds, { start, stop }) => seconds + (stop - start), 0);
}

/** Whether `start <= time < stop` of any of the intervals. */
export function isInside(time: number, intervals: readonly Interval[]): boolean {
  return intervals.some(({ start, stop }) => start <= time && time < stop);
}

/** Whether the closed span `[first, last]` touches any of the half-open intervals. */
export function touchesAny(first: number, last: number, intervals: readonly Interval[]): boolean {
  return intervals.some(({ start, stop }) => first < stop && last >= start);
}

/** Whether every second of `interval` lies inside the union of `intervals`. */
export function isCovered(interval: Interval, intervals: readonly Interval[]): boolean {
  return unionOf(intervals).some(({ start, stop }) => start <= interval.start && interval.stop <= stop);
}

/** Each interval with `seconds` added at both ends. */
export function widened(intervals: readonly Interval[], seconds: number): Interval[] {
  return intervals.map(({ start, stop }) => ({ start: start - seconds, stop: stop + seconds }));
}

/** The invalid spans that concern a probe: its own and those of the whole session. */
export function concerning(intervals: readonly InvalidInterval[], probe: ProbeRef): InvalidInterval[] {
  return intervals.filter((interval) => interval.probe === null || isSameRef(interval.probe, probe));
}

/** An interval for reading, to a hundredth of a second. */
export function spanText({ start, stop }: Interval): string {
  return `${Number(start.toFixed(2))} to ${Number(stop.toFixed(2))} s`;
}
