import { type CallOptions, type Notice, type Provenance, table } from "@crossprobe/core";
import { AlfReads, assertShape, rowsOf } from "../alf-reads.js";
import { collectionHolding } from "./collection.js";
import { type FirstMovementOptions, type FirstMovements, findFirstMovements } from "./first-movements.js";
import type { LoadedTable } from "./loaded.js";
import { numbersOf } from "./numbers-of.js";
import type { SessionFiles } from "./session-files.js";
import { loadTrials, type TrialsOptions } from "./trials.js";
import { extractMovements, type WheelMovements } from "./wheel-movements.js";
import { assertWheelRecording } from "./wheel-recording.js";

export interface ReactionTimeOptions extends TrialsOptions, FirstMovementOptions {
  /** Whether first movements are found again in the wheel's movements even where the trials state them. */
  readonly isRecomputed?: boolean | undefined;
}

/**
 * Reaction times: columns `firstMovement_times` (s, session clock) and `reactionTimes` (s after the go cue, negative where the movement
 * began before it), one row a trial.
 *
 * First movements are those of the trials; where these state none, or when asked, they are found in `wheelMoves`, and without stored
 * movements in the wheel's position. A notice says so.
 *
 * Absent: NaN where no movement was large enough, or the trial lacks its cue or feedback.
 *
 * Source: `brainbox.io.one.load_wheel_reaction_times` (ibllib 4.1).
 *
 * @throws {@link NotFoundError} where the session has no trials, or states no first movements and no wheel
 * @throws {@link FormatError} where the trials lack the times of go cues or feedbacks
 */
export async function loadReactionTimes(
  session: SessionFiles,
  asked: ReactionTimeOptions = {},
  options: CallOptions = {},
): Promise<LoadedTable> {
  const trials = await loadTrials(session, asked, options);
  const goCueTimes = numbersOf(trials, "goCue_times");
  const stored = trials.table.columns.get("firstMovement_times");
  const found =
    stored === undefined || asked.isRecomputed === true
      ? await firstMovementsOf(session, trials, asked, options)
      : { times: numbersOf(trials, "firstMovement_times"), provenance: [], notices: [] };
  const reactionTimes = goCueTimes.map((time, i) => (found.times[i] ?? Number.NaN) - time);
  return {
    collection: trials.collection,
    table: table([
      ["firstMovement_times", found.times],
      ["reactionTimes", reactionTimes],
    ]),
    units: { firstMovement_times: "s", reactionTimes: "s" },
    provenance: [...trials.provenance, ...found.provenance],
    notices: [...trials.notices, ...found.notices],
  };
}

interface FoundTimes {
  readonly times: Float64Array;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}

async function firstMovementsOf(
  session: SessionFiles,
  trials: LoadedTable,
  asked: ReactionTimeOptions,
  options: CallOptions,
): Promise<FoundTimes> {
  const { movements, reads } = await loadMovements(session, asked, options);
  const times = { goCueTimes: numbersOf(trials, "goCue_times"), feedbackTimes: numbersOf(trials, "feedback_times") };
  const first = findFirstMovements(movements, times, asked);
  noteFirstMovements(reads, first);
  return { times: first.times, provenance: reads.provenance, notices: reads.notices };
}

function noteFirstMovements(reads: AlfReads, { times, unclearCount }: FirstMovements): void {
  reads.note(
    "first-movements-recomputed",
    "first movements were found in the movements of the wheel",
    times.length,
    reads.collection,
  );
  const unclear = "trials lack the time of their go cue or feedback, and so have no first movement";
  reads.note("trials-without-times", unclear, unclearCount, reads.collection);
}

type Movements = Pick<WheelMovements, "onsets" | "peakAmplitudes">;

/** Stored movements, or those found in the position where they, or their amplitudes, are not stored. */
async function loadMovements(
  session: SessionFiles,
  asked: ReactionTimeOptions,
  options: CallOptions,
): Promise<{ movements: Movements; reads: AlfReads }> {
  const collection = asked.collection ?? collectionHolding(session.files, "wheel", "position");
  const reads = new AlfReads(session.files, collection, options, asked);
  const intervals = await reads.npy("wheelMoves", "intervals");
  const amplitudes = await reads.npy("wheelMoves", "peakAmplitude");
  if (intervals !== undefined && amplitudes !== undefined) {
    const count = rowsOf(intervals);
    assertShape(intervals, [count, 2], "start and end of each movement");
    assertShape(amplitudes, [count], `${intervals.url} has ${count} movements`);
    const onsets = Float64Array.from({ length: count }, (_, i) => Number(intervals.data[2 * i]));
    return { movements: { onsets, peakAmplitudes: Float64Array.from(amplitudes.data, Number) }, reads };
  }
  const position = await reads.requireNpy("wheel", "position");
  const timestamps = await reads.requireNpy("wheel", "timestamps");
  assertShape(timestamps, [rowsOf(position)], `${position.url} has ${rowsOf(position)} rows`);
  assertWheelRecording(position, timestamps);
  reads.converted(position.url, "movements found as IBL's extraction does");
  return { movements: extractMovements(timestamps.data, position.data), reads };
}
