import { QueryError } from "@crossprobe/core";
import { filterWithin, sosFilter } from "../lfp/time-filter.js";
import { butterworth } from "../lfp/time-filter-design.js";

/** Wheel position at a fixed rate. */
export interface EvenPosition {
  /** Seconds on the session clock; float64, as float32 is a quarter of a millisecond off after an hour. */
  readonly times: Float64Array;
  /** In the unit of the input, not filtered. */
  readonly position: Float64Array;
}

/**
 * Wheel position at a fixed rate, by straight lines between the samples of the encoder: `t0, t0 + 1/rate, …` below the last sample.
 *
 * Source: `brainbox.behavior.wheel.interpolate_position` (ibllib 4.1), with the steps of `numpy.arange`.
 *
 * @param fillGaps seconds; between samples that lie so far apart or farther the position stays what it was. None unless given
 * @throws {@link QueryError} for lengths that differ, fewer than two samples, or times that are not in order
 */
export function interpolatePosition(
  timestamps: ArrayLike<number>,
  position: ArrayLike<number>,
  { rate = 1000, fillGaps }: { readonly rate?: number | undefined; readonly fillGaps?: number | undefined } = {},
): EvenPosition {
  const last = timestamps.length - 1;
  if (timestamps.length !== position.length || last < 1) {
    throw new QueryError(`${position.length} positions at ${timestamps.length} times are no wheel recording`, {
      hint: "give two samples or more, one time for each position",
    });
  }
  const at = (values: ArrayLike<number>, i: number): number => values[i] ?? Number.NaN;
  assertForward(timestamps);
  const [start, stop] = [at(timestamps, 0), at(timestamps, last)];
  const step = start + 1 / rate - start;
  const count = Math.max(0, Math.ceil((stop - start) * rate));
  const times = Float64Array.from({ length: count }, (_, i) => start + i * step);
  const kept = count > 0 && at(times, count - 1) > stop ? times.subarray(0, -1) : times;
  const even = new Float64Array(kept.length);
  let left = 0;
  for (let i = 0; i < kept.length; i++) {
    const time = at(kept, i);
    while (left < last - 1 && at(timestamps, left + 1) <= time) left++;
    const gap = at(timestamps, left + 1) - at(timestamps, left);
    const slope = (at(position, left + 1) - at(position, left)) / gap;
    const isGap = fillGaps !== undefined && gap >= fillGaps && time < at(timestamps, left + 1);
    even[i] = isGap ? at(position, left) : slope * (time - at(timestamps, left)) + at(position, left);
  }
  return { times: kept, position: even };
}

function assertForward(timestamps: ArrayLike<number>): void {
  for (let i = 0; i < timestamps.length; i++) {
    const [time = Number.NaN, before = Number.NEGATIVE_INFINITY] = [timestamps[i], timestamps[i - 1]];
    if (Number.isFinite(time) && time >= before) continue;
    const what = Number.isFinite(time) ? "goes backwards" : "is no number";
    throw new QueryError(`wheel time ${what} at sample ${i}`, {
      hint: "sort the samples by time first, and leave out those without one",
    });
  }
}

/** How wheel velocity is smoothed; IBL's defaults. */
export interface VelocityOptions {
  /** Samples per second of the position; 1000 unless given. */
  readonly rate?: number | undefined;
  /** Corner of the low-pass filter in hertz; 20 unless given. */
  readonly cornerHz?: number | undefined;
  /** Order of the Butterworth filter; 8 unless given. */
  readonly order?: number | undefined;
}

/** Unit of the position per second, and per second squared. */
export interface Velocity {
  readonly velocity: Float64Array;
  readonly acceleration: Float64Array;
}

/**
 * Velocity and acceleration of an evenly sampled position: Butterworth low-pass both ways, then differences; the first of each is 0.
 *
 * Source: `brainbox.behavior.wheel.velocity_filtered` (ibllib 4.1), `scipy.signal.sosfiltfilt`.
 *
 * @throws {@link QueryError} for a recording shorter than the filter's padding (28 samples at order 8)
 */
export function filterVelocity(position: ArrayLike<number>, options: VelocityOptions = {}): Velocity {
  const { rate = 1000, cornerHz = 20, order = 8 } = options;
  const filter = sosFilter(butterworth(order, { highHz: cornerHz }, rate));
  const stop = position.length;
  const input = { values: Float64Array.from(position), rows: 1, start: 0, stop };
  const velocity = differences(filterWithin(filter, input, [0, stop], stop).values, rate);
  return { velocity, acceleration: differences(velocity, rate) };
}

/** Source: `numpy.insert(numpy.diff(x), 0, 0) * rate`. */
function differences(values: Float64Array, rate: number): Float64Array {
  return values.map((value, i) => (i === 0 ? 0 : (value - (values[i - 1] ?? value)) * rate));
}
