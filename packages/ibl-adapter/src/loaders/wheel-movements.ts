import { QueryError } from "@crossprobe/core";
import { inferWheelEncoding } from "./wheel-encoding.js";
import { type EvenPosition, interpolatePosition } from "./wheel-signal.js";

/**
 * One count of the encoder of an electrophysiology rig in radians; {@link inferWheelEncoding} tells the count of any recording.
 *
 * Source: 1024 lines read four times each (`brainbox.behavior.wheel.ENC_RES`).
 */
export const RADIANS_PER_COUNT = (2 * Math.PI) / 4096;

/** When the wheel counts as moving; the unit of the positions is that of the position given. */
export interface MovementOptions {
  /** Samples per second; 1000 unless given. */
  readonly rate?: number | undefined;
  /** Least movement within the window; 8 encoder counts in radians unless given. */
  readonly threshold?: number | undefined;
  /** Seconds; 0.2 unless given. */
  readonly window?: number | undefined;
  /** Seconds: movements that lie closer are one; 0.1 unless given. */
  readonly minGap?: number | undefined;
  /** How far from its start a movement has begun; 1.5 encoder counts in radians unless given. */
  readonly onsetThreshold?: number | undefined;
  /** Seconds: shorter movements are none; 0.05 unless given. */
  readonly minDuration?: number | undefined;
}

/** Movements of the wheel, one row each, in the order of time. */
export interface WheelMovements {
  /** Seconds, session clock. */
  readonly onsets: Float64Array;
  readonly offsets: Float64Array;
  /** Displacement from the onset where it is largest, with its sign; unit of the position. */
  readonly peakAmplitudes: Float64Array;
  /** Seconds, when the smoothed speed was highest. */
  readonly peakVelocityTimes: Float64Array;
}

/**
 * Movements in an evenly sampled wheel position.
 *
 * A sample moves when the position changes by more than `threshold` in the window that begins with it. Movements closer than
 * `minGap` are joined, the onset is where the position leaves its start by more than `onsetThreshold` for the rest of the window, and
 * movements shorter than `minDuration` are dropped.
 *
 * Source: `brainbox.behavior.wheel.movements` (ibllib 4.1). That works in batches of 10000 samples and reads memory that was never
 * written for an onset on the last sample of a batch (9799, 19599, …); here every onset is measured.
 *
 * @throws {@link QueryError} when the lengths differ, or the times are not evenly spaced
 */
export function findMovements({ times, position }: EvenPosition, options: MovementOptions = {}): WheelMovements {
  const { rate = 1000, window = 0.2, minGap = 0.1, minDuration = 0.05 } = options;
  const { threshold = 8 * RADIANS_PER_COUNT, onsetThreshold = 1.5 * RADIANS_PER_COUNT } = options;
  if (times.length !== position.length) {
    throw new QueryError(`${position.length} positions at ${times.length} times`, { hint: "give one time a position" });
  }
  assertEven(times);
  const width = Math.round(window * rate);
  const moving = markMoving(position, width, threshold);
  joinGaps(moving, minGap * rate);
  const starts = edges(moving, true).map((start) => refineOnset(position, start, width, onsetThreshold));
  const stops = edges(moving, false);
  const at = (values: Float64Array, i: number): number => values[i] ?? Number.NaN;
  const long = starts
    .map((start, i) => [start, stops[i] ?? start] as const)
    .filter(([start, stop]) => at(times, stop) - at(times, start) >= minDuration);
  const isFar = (i: number): boolean => at(times, long[i]?.[0] ?? 0) - at(times, long[i - 1]?.[1] ?? 0) >= minGap;
  const onsets = long.filter((_, i) => i === 0 || isFar(i)).map(([start]) => start);
  const offsets = long.filter((_, i) => i === long.length - 1 || isFar(i + 1)).map(([, stop]) => stop);
  const speed = smoothedSteps(position);
  const peakOf = (values: (i: number) => number, i: number): number =>
    farthest(values, onsets[i] ?? 0, offsets[i] ?? 0);
  return {
    onsets: Float64Array.from(onsets, (i) => at(times, i)),
    offsets: Float64Array.from(offsets, (i) => at(times, i)),
    peakAmplitudes: Float64Array.from(onsets, (start, i) => {
      const first = at(position, start);
      return (
        at(
          position,
          peakOf((k) => at(position, k) - first, i),
        ) - first
      );
    }),
    peakVelocityTimes: Float64Array.from(onsets, (_, i) =>
      at(
        times,
        peakOf((k) => speed(k), i),
      ),
    ),
  };
}

/**
 * Movements of a wheel recording as IBL's extraction finds them: resampled at 1000 Hz, thresholds of 8 and 1.5 encoder counts, where
 * the recording itself tells what a count is ({@link inferWheelEncoding}).
 *
 * Source: `ibllib.io.extractors.training_wheel.extract_wheel_moves`; `_ibl_wheelMoves.intervals`, `.peakAmplitude`.
 *
 * @param timestamps seconds, session clock
 * @param position as stored: radians, in very old sessions centimetres; amplitudes come in the same unit
 * @throws {@link QueryError} for lengths that differ, or times that are not in order
 * @throws {@link FormatError} when no encoding can be told
 */
export function extractMovements(timestamps: ArrayLike<number>, position: ArrayLike<number>): WheelMovements {
  const { step } = inferWheelEncoding(position);
  const thresholds = { threshold: 8 * step, onsetThreshold: 1.5 * step };
  return findMovements(interpolatePosition(timestamps, position), thresholds);
}

/** Source: the assertion of `brainbox.behavior.wheel.movements`: no step is further than 1e-10 s from the mean one. */
function assertEven(times: Float64Array): void {
  const mean = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / (times.length - 1);
  const uneven = times.findIndex((time, i) => i > 0 && !(Math.abs(time - (times[i - 1] ?? time) - mean) < 1e-10));
  if (uneven === -1) return;
  throw new QueryError(`wheel positions are not evenly spaced in time at sample ${uneven}`, {
    hint: "resample them first (interpolatePosition)",
  });
}

/** `moving[i]`: whether the window before sample `i` moves, shifted by one so that the first never does; nor does the last. */
function markMoving(position: Float64Array, width: number, threshold: number): Uint8Array {
  const count = position.length;
  const moving = new Uint8Array(count + 1);
  const [highest, lowest] = [slidingExtreme(position, width, 1), slidingExtreme(position, width, -1)];
  for (let i = 0; i < count; i++) moving[i + 1] = (highest[i] ?? 0) - (lowest[i] ?? 0) > threshold ? 1 : 0;
  moving[count] = 0;
  return moving;
}

/** Largest (sign 1) or smallest (sign −1) value in `[i, i + width)`, cut at the end. */
function slidingExtreme(values: Float64Array, width: number, sign: 1 | -1): Float64Array {
  const extreme = new Float64Array(values.length);
  const queue = new Int32Array(values.length);
  let [head, tail] = [0, 0];
  const at = (i: number): number => sign * (values[i] ?? 0);
  // From the last sample back, so that the window lies ahead; the queue's values fall from head to tail.
  for (let i = values.length - 1; i >= 0; i--) {
    while (tail > head && at(queue[tail - 1] ?? 0) <= at(i)) tail--;
    queue[tail++] = i;
    while ((queue[head] ?? 0) >= i + width) head++;
    extreme[i] = sign * at(queue[head] ?? 0);
  }
  return extreme;
}

/** Samples where moving begins (`rising`) or ends. */
function edges(moving: Uint8Array, rising: boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i + 1 < moving.length; i++) {
    if (moving[i] !== moving[i + 1] && (moving[i + 1] === 1) === rising) found.push(i);
  }
  return found;
}

function joinGaps(moving: Uint8Array, minGap: number): void {
  const [starts, stops] = [edges(moving, true), edges(moving, false)];
  for (const [i, stop] of stops.entries()) {
    const next = starts[i + 1];
    if (next !== undefined && next - stop < minGap) moving.fill(1, stop, next + 1);
  }
}

/** The last sample of the window that has not left the start yet. */
function refineOnset(position: Float64Array, start: number, width: number, threshold: number): number {
  const first = position[start] ?? 0;
  for (let i = width - 1; i >= 0; i--) {
    const value = position[start + i];
    if (value === undefined || !(Math.abs(value - first) > threshold)) return start + i;
  }
  return start + width - 1;
}

function farthest(values: (i: number) => number, start: number, stop: number): number {
  let best = start;
  for (let i = start; i < stop; i++) if (Math.abs(values(i)) > Math.abs(values(best))) best = i;
  return best;
}

/** Steps of the position, smoothed by a Gaussian of 10 points. Source: `scipy.signal.windows.gaussian(10, 1.8)`, convolved "same". */
function smoothedSteps(position: Float64Array): (i: number) => number {
  const taps = Float64Array.from({ length: 10 }, (_, i) => Math.exp(-0.5 * ((i - 4.5) / 1.8) ** 2));
  const step = (i: number): number => {
    if (i < 0 || i >= position.length) return 0;
    return (position[i] ?? 0) - (i === 0 ? 0 : (position[i - 1] ?? 0));
  };
  return (i) => taps.reduce((sum, tap, k) => sum + tap * step(i + 4 - k), 0);
}

/**
 * Onset of the movement during which each event fell; NaN where it fell into none.
 *
 * Source: `brainbox.behavior.wheel.get_movement_onset`; both ends of a movement belong to it.
 *
 * @param intervals `[start, stop]` of each movement, one after the other
 * @param events in ascending order
 * @throws {@link QueryError} when the events are not in ascending order
 */
export function onsetsOfEvents(intervals: ArrayLike<number>, events: ArrayLike<number>): Float64Array {
  const onsets = new Float64Array(events.length).fill(Number.NaN);
  for (let i = 0; i < events.length; i++) {
    const event = events[i] ?? Number.NaN;
    if (i > 0 && !(event > (events[i - 1] ?? Number.NaN))) {
      throw new QueryError(`event ${i} is not later than the one before`, {
        hint: "sort the events, and leave NaN out",
      });
    }
    for (let k = 0; k < intervals.length; k += 2) {
      const [start = 0, stop = 0] = [intervals[k], intervals[k + 1]];
      if (event >= start && event <= stop) onsets[i] = start;
    }
  }
  return onsets;
}
