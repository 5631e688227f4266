import type { Erratum } from "./erratum.js";

/** The timestamps of the running speed as stored. */
export interface StoredTimestamps {
  readonly shape: readonly number[];
  /** In C order. */
  readonly values: Float64Array;
}

export interface RunningSpans {
  readonly startTimes: Float64Array;
  readonly stopTimes: Float64Array;
}

export const RUNNING_2XN: Erratum<StoredTimestamps, RunningSpans> = {
  id: "running-2xn",
  title: "Running timestamps are (2, N): starts in row 0, ends in row 1",
  file: "session file",
  generation: "2019",
  place: "/processing/running/running_speed/timestamps",
  citation: "AllenSDK issues 1628, 1635",
  detects: "the timestamps have two axes, of which the first is 2",
  action: "repair",
  whenOff: "the starts alone: each span ends where the next begins",
  isOnByDefault: true,
  appliedBy: ["hub", "session"],
  detect: ({ shape }) => shape.length === 2 && shape[0] === 2,
  repair: ({ shape, values }) => {
    const count = shape[1] ?? 0;
    return { startTimes: values.slice(0, count), stopTimes: values.slice(count, 2 * count) };
  },
};
