import { type Column, FormatError, type Notice, table } from "@crossprobe/core";
import type { LoadedTable } from "./loaded.js";
import { numbersOf } from "./numbers-of.js";

const CHOICES: ReadonlyMap<number, string> = new Map([
  [-1, "counter_clockwise"],
  [0, "none"],
  [1, "clockwise"],
]);

const BLOCK_TYPES: readonly (readonly [number, string])[] = [
  [0.5, "unbiased"],
  [0.8, "left_block"],
  [0.2, "right_block"],
];

/**
 * Trials in words, one row a trial: every column of {@link loadTrials} stays, but for
 *
 * - `choice`: `clockwise`, `counter_clockwise` or `none`
 * - `is_mouse_rewarded`: from `feedbackType`
 * - `gabor_stimulus_side`: `left` or `right`; `gabor_stimulus_contrast`: percent
 * - `block_index`: counts changes of `probabilityLeft`, from 0; `block_type`: `unbiased`, `left_block`, `right_block`, else `p=<value>`
 *
 * Absent: null where the code is none of these, and where neither side has a contrast (the reference writes the text `none` for a side,
 * and false for a feedback that is not known). Where both sides have one, side and contrast are those of the larger, with a notice.
 *
 * Source: `SessionLoader.apply_tidy_transformations` (`brainbox/io/one.py`, ibllib 4.1), `load_trials(style="tidy")`.
 *
 * @throws {@link FormatError} when a column is missing, or a trial has no `probabilityLeft`
 */
export function tidyTrials(trials: LoadedTable): LoadedTable {
  const column = (name: string): Float64Array => numbersOf(trials, name);
  const [left, right] = [column("contrastLeft"), column("contrastRight")];
  const sides = Array.from(left, (contrast, i) => largerSide(contrast, right[i] ?? Number.NaN));
  const contrasts = sides.map((side, i) => roundPercent(side === "right" ? right[i] : left[i]));
  const probabilities = column("probabilityLeft");
  const missing = [...probabilities].flatMap((value, i) => (Number.isNaN(value) ? [i] : []));
  if (missing.length > 0) throw withoutProbability(trials, missing);
  const changed: [string, Column][] = [
    ["choice", Array.from(column("choice"), (choice) => CHOICES.get(choice) ?? null)],
    ["is_mouse_rewarded", Array.from(column("feedbackType"), (type) => (Number.isNaN(type) ? null : type === 1))],
    ["gabor_stimulus_side", sides],
    ["gabor_stimulus_contrast", Float64Array.from(contrasts)],
    ["block_index", blockIndex(probabilities)],
    ["block_type", Array.from(probabilities, blockType)],
  ];
  const both = sides.filter((_, i) => !Number.isNaN(left[i] ?? Number.NaN) && !Number.isNaN(right[i] ?? Number.NaN));
  const units = Object.fromEntries(changed.map(([name]) => [name, name === "gabor_stimulus_contrast" ? "%" : ""]));
  return {
    ...trials,
    table: table([...trials.table.columns, ...changed]),
    units: { ...trials.units, ...units },
    notices: [...trials.notices, ...bothSides(both.length, trials)],
  };
}

function largerSide(left: number, right: number): "left" | "right" | null {
  if (Number.isNaN(right)) return Number.isNaN(left) ? null : "left";
  return left >= right ? "left" : "right";
}

/** Percent to two digits, as `numpy.round` does: halves go to the even digit. */
function roundPercent(fraction = Number.NaN): number {
  const scaled = fraction * 100 * 100;
  const nearest = Math.round(scaled);
  return (nearest - scaled === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest) / 100;
}

/** Source: `numpy.isclose`. */
function isClose(value: number, reference: number): boolean {
  return Math.abs(value - reference) <= 1e-8 + 1e-5 * Math.abs(reference);
}

function blockIndex(probabilities: Float64Array): Int32Array {
  const index = new Int32Array(probabilities.length);
  for (let i = 1; i < index.length; i++) {
    const isChange = !isClose(probabilities[i] ?? 0, probabilities[i - 1] ?? 0);
    index[i] = (index[i - 1] ?? 0) + (isChange ? 1 : 0);
  }
  return index;
}

function blockType(probability: number): string {
  return BLOCK_TYPES.find(([known]) => isClose(probability, known))?.[1] ?? `p=${probability}`;
}

function bothSides(count: number, { collection }: LoadedTable): Notice[] {
  if (count === 0) return [];
  const message = "trials have a contrast on both sides; the larger one is taken";
  return [{ code: "contrast-on-both-sides", message, count, where: collection }];
}

function withoutProbability({ provenance }: LoadedTable, rows: readonly number[]): FormatError {
  const named = rows.slice(0, 5).join(", ") + (rows.length > 5 ? ", …" : "");
  return new FormatError(`${rows.length} trials have no probabilityLeft: rows ${named}`, {
    format: "alf",
    url: provenance[0]?.url,
    hint: "use the trials as loaded; the trials were not extracted in full",
  });
}
