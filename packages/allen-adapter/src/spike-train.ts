/** Spikes of one unit closer than this to the one before are counted as suspects. Source: ecephys_spike_sorting issue 27. */
const CLOSE_SECONDS = 0.0005;

/** Spikes of one unit in order, and what had to be done to get them there. */
export interface RepairedTrain {
  readonly times: Float64Array;
  readonly amplitudes: Float64Array | null;
  /** Spikes before zero, or without a time. */
  readonly removed: number;
  readonly wasUnordered: boolean;
  /** Spikes at most 0.5 ms after the one before. They are kept. */
  readonly closePairs: number;
}

/**
 * Removes spikes before zero, then sorts; amplitudes go with their spikes.
 *
 * Source: what AllenSDK 2.x does when it writes a session file; files written by 1.x hold the sorter's order and times of -1.
 */
export function repairTrain(times: Float64Array, amplitudes: Float64Array | null): RepairedTrain {
  if (isInOrder(times))
    return { times, amplitudes, removed: 0, wasUnordered: false, closePairs: countClosePairs(times) };
  const kept = [...times.keys()].filter((position) => at(times, position) >= 0);
  const wasUnordered = kept.some((position, i) => i > 0 && at(times, position) < at(times, kept[i - 1]));
  if (wasUnordered) kept.sort((a, b) => at(times, a) - at(times, b));
  const ordered = Float64Array.from(kept, (position) => at(times, position));
  return {
    times: ordered,
    amplitudes: amplitudes && Float64Array.from(kept, (position) => at(amplitudes, position)),
    removed: times.length - kept.length,
    wasUnordered,
    closePairs: countClosePairs(ordered),
  };
}

function isInOrder(times: Float64Array): boolean {
  return times.every((time, i) => time >= 0 && (i === 0 || time >= at(times, i - 1)));
}

function at(values: Float64Array, position: number | undefined): number {
  return values[position ?? 0] ?? Number.NaN;
}

function countClosePairs(times: Float64Array): number {
  let count = 0;
  for (let i = 1; i < times.length; i++) if (at(times, i) - at(times, i - 1) <= CLOSE_SECONDS) count++;
  return count;
}
