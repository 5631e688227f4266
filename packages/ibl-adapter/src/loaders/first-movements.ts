import { QueryError } from "@crossprobe/core";
import type { WheelMovements } from "./wheel-movements.js";

/** What trials have to say for their first movements to be found; seconds on the session clock, NaN where it did not happen. */
export interface CueAndFeedback {
  readonly goCueTimes: ArrayLike<number>;
  readonly feedbackTimes: ArrayLike<number>;
}

export interface FirstMovementOptions {
  /**
   * Seconds that the wheel rested before the go cue, for all trials or for each: a movement may begin so long before the cue. 0.2 unless
   * given; `trials.quiescencePeriod` states it.
   */
  readonly quiescence?: number | ArrayLike<number> | undefined;
  /** Least size of a movement that counts, unit of the amplitudes; 0.1 (rad, a third of the way to the threshold) unless given. */
  readonly leastAmplitude?: number | undefined;
}

/** The first movement of each trial. */
export interface FirstMovements {
  /** Seconds, session clock, `[trials]`; NaN where no movement was large enough, or the trial lacks its cue or feedback. */
  readonly times: Float64Array;
  /** Whether no further movement, of any size, began before the feedback; null where there was none. */
  readonly isFinal: readonly (boolean | null)[];
  /** Row of the movement; null where there was none. */
  readonly movementIndex: readonly (number | null)[];
  /** Trials that lack the time of their cue or of their feedback. */
  readonly unclearCount: number;
}

/**
 * Onset of the first movement of each trial that is large enough: after the go cue less the quiescence, before the feedback.
 *
 * Source: `ibllib.io.extractors.training_wheel.extract_first_movement_times` (ibllib 4.1), which wrote `trials.firstMovement_times`.
 *
 * @throws {@link QueryError} when times or quiescence are of another number of trials
 */
export function findFirstMovements(
  { onsets, peakAmplitudes }: Pick<WheelMovements, "onsets" | "peakAmplitudes">,
  { goCueTimes, feedbackTimes }: CueAndFeedback,
  { quiescence = 0.2, leastAmplitude = 0.1 }: FirstMovementOptions = {},
): FirstMovements {
  const count = goCueTimes.length;
  // More periods than trials are stored where the last trial was not finished.
  if (feedbackTimes.length !== count || (typeof quiescence !== "number" && quiescence.length < count)) {
    const periods = typeof quiescence === "number" ? "" : `, ${quiescence.length} quiescence periods`;
    throw new QueryError(`${count} go cues, ${feedbackTimes.length} feedbacks${periods}`, {
      hint: "give one of each for each trial",
    });
  }
  const times = new Float64Array(count).fill(Number.NaN);
  const isFinal: (boolean | null)[] = new Array<null>(count).fill(null);
  const movementIndex: (number | null)[] = new Array<null>(count).fill(null);
  let unclearCount = 0;
  for (let trial = 0; trial < count; trial++) {
    const rest = typeof quiescence === "number" ? quiescence : (quiescence[trial] ?? Number.NaN);
    const start = (goCueTimes[trial] ?? Number.NaN) - rest;
    const stop = feedbackTimes[trial] ?? Number.NaN;
    if (Number.isNaN(stop - start)) unclearCount++;
    const within = indicesWithin(onsets, start, stop);
    const first = within.find((i) => Math.abs(peakAmplitudes[i] ?? 0) >= leastAmplitude);
    if (first === undefined) continue;
    times[trial] = onsets[first] ?? Number.NaN;
    isFinal[trial] = first === within.at(-1);
    movementIndex[trial] = first;
  }
  return { times, isFinal, movementIndex, unclearCount };
}

/** Positions of the values strictly between two; none where either is NaN. */
function indicesWithin(values: ArrayLike<number>, start: number, stop: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (value > start && value < stop) found.push(i);
  }
  return found;
}
