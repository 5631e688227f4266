import type { Erratum } from "./erratum.js";

/** Ends of the rows of a ragged column, and the length of what they divide. */
export interface RaggedEnds {
  readonly ends: ArrayLike<number>;
  readonly length: number;
}

export const INDEX_OVERFLOW: Erratum<RaggedEnds, null> = {
  id: "index-overflow",
  title: "The index of spike times is written as a 16-bit number that overflowed",
  file: "session file",
  generation: "2020",
  place: "/units/spike_times_index",
  citation: "AllenSDK issue 2152 (hdmf 2.4)",
  detects: "the index decreases, or does not end at the length of the data",
  action: "quarantine",
  whenOff: "refused, on or off: its rows cannot be told apart",
  isOnByDefault: true,
  appliedBy: [],
  detect: ({ ends, length }) => {
    const all = Array.from(ends);
    return all.some((end, i) => end < (all[i - 1] ?? 0)) || (all.at(-1) ?? 0) !== length;
  },
  // Ends are known modulo 65 536: more than one unit could have the missing spikes.
  repair: () => null,
};

/** Spikes of one unit, seconds, in the order of the file. */
export type StoredTrain = Float64Array;

/** Numbers of the spikes that stay, in the order in which they are to be. */
export type KeptSpikes = readonly number[];

export const NEGATIVE_TIMES: Erratum<StoredTrain, KeptSpikes> = {
  id: "negative-times",
  title: "Spikes before zero are kept, some as -1",
  file: "session file",
  generation: "2019",
  place: "/units/spike_times",
  citation: "AllenSDK 2.0 packaging removes them",
  detects: "a time below zero, or none",
  action: "repair",
  whenOff: "all spikes",
  isOnByDefault: true,
  appliedBy: ["hub", "session"],
  detect: (times) => times.some((time) => !(time >= 0)),
  repair: (times) => numbersOf(times).filter((i) => at(times, i) >= 0),
};

export const UNSORTED_TIMES: Erratum<StoredTrain, KeptSpikes> = {
  id: "spike-times-unsorted",
  title: "Spikes are in the order of the sorter, not of time",
  file: "session file",
  generation: "2019",
  place: "/units/spike_times",
  citation: "AllenSDK 2.0 packaging sorts them",
  detects: "a time before the one that precedes it",
  action: "repair",
  whenOff: "the order of the file",
  isOnByDefault: true,
  appliedBy: ["hub", "session"],
  detect: (times) => times.some((time, i) => i > 0 && time < at(times, i - 1)),
  repair: (times) => numbersOf(times).sort((a, b) => at(times, a) - at(times, b)),
};

/** Seconds. Source: ecephys_spike_sorting issue 27. */
const CLOSE_SECONDS = 0.0005;

export const DUPLICATE_SPIKES: Erratum<StoredTrain, KeptSpikes> = {
  id: "duplicate-spikes",
  title: "The same spike may be counted twice, within half a millisecond",
  file: "session file",
  generation: "2019, 2020",
  place: "/units/spike_times",
  citation: "ecephys_spike_sorting issue 27",
  detects: "a spike at most 0.5 ms after the one before",
  action: "repair",
  whenOff: "all spikes, with a count of the suspects (close-spikes)",
  isOnByDefault: false,
  appliedBy: ["hub", "session"],
  detect: (times) => times.some((_, i) => isClose(times, i)),
  repair: (times) => numbersOf(times).filter((i) => !isClose(times, i)),
};

/** Spikes that follow the one before at most 0.5 ms later; times must ascend. */
export function countCloseSpikes(times: StoredTrain): number {
  let count = 0;
  for (let i = 1; i < times.length; i++) if (isClose(times, i)) count++;
  return count;
}

function isClose(times: StoredTrain, i: number): boolean {
  return i > 0 && at(times, i) - at(times, i - 1) <= CLOSE_SECONDS;
}

function numbersOf(times: StoredTrain): number[] {
  return Array.from(times.keys());
}

function at(times: StoredTrain, i: number): number {
  return times[i] ?? Number.NaN;
}
