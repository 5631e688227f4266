import { type CallOptions, type Column, NotFoundError, type Notice, table } from "@crossprobe/core";
import type { AlfContent } from "../alf-content.js";
import type { FileChoice } from "../alf-file.js";
import { attributeKey } from "../alf-name.js";
import { loadObject } from "./alf-object.js";
import { collectionHolding } from "./collection.js";
import type { LoadedTable } from "./loaded.js";
import type { SessionFiles } from "./session-files.js";

/** Which trials. */
export interface TrialsOptions extends FileChoice {
  /** Folder of the trials; the only one that holds a trials table unless given. */
  readonly collection?: string | undefined;
}

/**
 * What the columns of the trials mean. Times are seconds on the session clock, NaN where the event did not happen.
 *
 * Source: IBL's description of data sets, and `one/alf/spec.py` for the words.
 */
export const TRIALS_COLUMNS: Readonly<Record<string, { readonly unit: string; readonly meaning: string }>> = {
  intervals_0: { unit: "s", meaning: "start of the trial" },
  intervals_1: { unit: "s", meaning: "end of the trial" },
  intervals_bpod_0: { unit: "s", meaning: "start of the trial on the clock of the task controller" },
  intervals_bpod_1: { unit: "s", meaning: "end of the trial on the clock of the task controller" },
  goCue_times: { unit: "s", meaning: "start of the go tone" },
  goCueTrigger_times: { unit: "s", meaning: "command for the go tone, some milliseconds before it" },
  stimOn_times: { unit: "s", meaning: "the stimulus appears" },
  stimOnTrigger_times: { unit: "s", meaning: "command for the stimulus" },
  stimOff_times: { unit: "s", meaning: "the stimulus disappears" },
  stimOffTrigger_times: { unit: "s", meaning: "command to take the stimulus away" },
  response_times: { unit: "s", meaning: "the wheel reaches the threshold, or time is up" },
  feedback_times: { unit: "s", meaning: "the reward valve opens, or the noise starts" },
  firstMovement_times: { unit: "s", meaning: "first movement of the wheel that is large enough" },
  choice: { unit: "", meaning: "+1 clockwise (right for a stimulus on the left), -1 anticlockwise, 0 none" },
  contrastLeft: { unit: "", meaning: "contrast from 0 to 1 on the left, NaN where the stimulus was on the right" },
  contrastRight: { unit: "", meaning: "contrast from 0 to 1 on the right, NaN where the stimulus was on the left" },
  feedbackType: { unit: "", meaning: "+1 correct, -1 error or no response" },
  rewardVolume: { unit: "uL", meaning: "reward given, 0 for none" },
  probabilityLeft: { unit: "", meaning: "probability that the stimulus is on the left: 0.5, 0.2 or 0.8" },
  quiescencePeriod: { unit: "s", meaning: "how long the wheel had to rest before the stimulus" },
  repNum: { unit: "", meaning: "how many times the trial was repeated" },
  included: { unit: "", meaning: "1 where the trial belongs to the session's analysis" },
};

/**
 * The trials of a session: one row a trial, every column of the table and every array beside it; arrays of two columns as `x_0`, `x_1`.
 *
 * `itiDuration` is left out, as its length is often another; {@link interTrialIntervals} derives it. Contrasts are fractions as in
 * the file, never percent.
 *
 * Source: `SessionLoader.load_trials` (`brainbox/io/one.py`, ibllib 4.1).
 *
 * @throws {@link NotFoundError} where the session has no trials
 * @throws {@link QueryError} where several folders hold trials and none is chosen
 * @throws {@link FormatError} when columns differ in length
 */
export async function loadTrials(
  session: SessionFiles,
  asked: TrialsOptions = {},
  options: CallOptions = {},
): Promise<LoadedTable> {
  const collection = asked.collection ?? collectionHolding(session.files, "trials", "table");
  const files = session.files.filter((file) => file.collection === collection && file.name.object === "trials");
  const attributes = [...new Set(files.map(({ name }) => attributeKey(name)))].filter((key) => key !== "itiDuration");
  if (attributes.length === 0) {
    throw new NotFoundError(`no trials in ${collection || "the session folder"}: the session lists none there`, {
      hint: "the session may be passive or not extracted; or give another `collection`",
    });
  }
  const present = new Set(
    attributes.filter((key) => files.some((file) => file.isPresent && attributeKey(file.name) === key)),
  );
  const loaded = await loadObject(session, "trials", { ...asked, collection, attributes: [...present] }, options);
  const columns = [...loaded.attributes].flatMap(([key, content]) => columnsOf(key, content));
  const units = columns.map(([name]) => [name, TRIALS_COLUMNS[name]?.unit ?? ""]);
  const notices = [
    ...loaded.notices,
    ...leftOut(
      attributes.filter((key) => !present.has(key)),
      "file-not-on-disk",
      "are listed and not on disk",
      collection,
    ),
    ...leftOut(
      [...loaded.attributes].filter(([key, content]) => columnsOf(key, content).length === 0).map(([key]) => key),
      "no-column",
      "are no columns of a table of trials",
      collection,
    ),
  ];
  const { provenance } = loaded;
  return { collection, table: table(columns), units: Object.fromEntries(units), provenance, notices };
}

function leftOut(names: readonly string[], code: string, why: string, where: string): Notice[] {
  if (names.length === 0) return [];
  return [{ code, message: `trials: ${names.join(", ")} ${why}, and are left out`, count: names.length, where }];
}

/** Columns of an attribute: itself, or `_0`, `_1`, … for an array of several. Source: `AlfBunch.to_df`. */
function columnsOf(key: string, content: AlfContent): [string, Column][] {
  if (content.kind !== "array") return [];
  const [rows = 0, width] = content.shape;
  const { data } = content;
  if (width === undefined || content.shape.length !== 2) return content.shape.length === 1 ? [[key, data]] : [];
  return Array.from({ length: width }, (_, column): [string, Column] => {
    const at = (row: number): unknown => data[row * width + column];
    if (!ArrayBuffer.isView(data)) return [`${key}_${column}`, Array.from({ length: rows }, (_, row) => at(row))];
    return [`${key}_${column}`, Float64Array.from({ length: rows }, (_, row) => Number(at(row)))];
  });
}

/**
 * Seconds from the end of a trial's stimulus to the start of the next trial; NaN for the last.
 *
 * Source: `brainbox.io.one.load_iti`.
 */
export function interTrialIntervals(starts: ArrayLike<number>, stimulusOffs: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    { length: starts.length },
    (_, i) => (starts[i + 1] ?? Number.NaN) - (stimulusOffs[i] ?? Number.NaN),
  );
}

/**
 * Contrast with its side in percent: positive on the right, negative on the left; a side without stimulus counts 0.
 *
 * Source: `psychofit` conventions of IBL: `100 (contrastRight - contrastLeft)` with NaN as 0.
 */
export function signedContrasts(left: ArrayLike<number>, right: ArrayLike<number>): Float64Array {
  const orZero = (value: number | undefined): number => (value === undefined || Number.isNaN(value) ? 0 : value);
  return Float64Array.from({ length: left.length }, (_, i) => 100 * (orZero(right[i]) - orZero(left[i])));
}
