import { DEFAULT_ERRATA, type ErrataSettings } from "./errata/errata-choice.js";
import { countCloseSpikes, DUPLICATE_SPIKES, NEGATIVE_TIMES, UNSORTED_TIMES } from "./errata/spikes.js";

/** Spikes of one unit in order, and what had to be done to get them there. */
export interface RepairedTrain {
  readonly times: Float64Array;
  readonly amplitudes: Float64Array | null;
  /** Spikes before zero, or without a time, that were removed. */
  readonly removed: number;
  /** Whether they had to be sorted. */
  readonly wasUnordered: boolean;
  /** Spikes at most 0.5 ms after the one before that are still there. */
  readonly closePairs: number;
  /** Such spikes that were removed. */
  readonly doublesRemoved: number;
}

/**
 * Removes spikes before zero, sorts, and where that is asked for removes spikes that stand twice; amplitudes go with their spikes.
 *
 * Source: what AllenSDK 2.x does when it writes a session file; files written by 1.x hold the sorter's order and times of -1.
 */
export function repairTrain(
  times: Float64Array,
  amplitudes: Float64Array | null,
  errata: ErrataSettings = DEFAULT_ERRATA,
): RepairedTrain {
  let train: { readonly times: Float64Array; readonly amplitudes: Float64Array | null } = { times, amplitudes };
  const mend = (erratum: typeof NEGATIVE_TIMES | typeof UNSORTED_TIMES | typeof DUPLICATE_SPIKES): boolean => {
    if (!errata.isOn(erratum.id) || !erratum.detect(train.times)) return false;
    const kept = erratum.repair(train.times);
    const pick = (values: Float64Array) => Float64Array.from(kept, (i) => values[i] ?? Number.NaN);
    train = { times: pick(train.times), amplitudes: train.amplitudes && pick(train.amplitudes) };
    return true;
  };
  mend(NEGATIVE_TIMES);
  const removed = times.length - train.times.length;
  const wasUnordered = mend(UNSORTED_TIMES);
  const before = train.times.length;
  mend(DUPLICATE_SPIKES);
  const doublesRemoved = before - train.times.length;
  return { ...train, removed, wasUnordered, closePairs: countCloseSpikes(train.times), doublesRemoved };
}
