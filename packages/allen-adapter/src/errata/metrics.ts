import type { Erratum } from "./erratum.js";

/** Two columns of receptive-field metrics, as written. */
export interface ReceptiveFieldColumns {
  readonly p_value_rf: readonly string[];
  readonly on_screen_rf: readonly string[];
}

const TRUTH_VALUE = /^(true|false)$/i;

export const SWAPPED_RF: Erratum<ReceptiveFieldColumns, ReceptiveFieldColumns> = {
  id: "swapped-rf",
  title: "p_value_rf and on_screen_rf are exchanged",
  file: "analysis metrics",
  generation: "tables",
  place: "p_value_rf, on_screen_rf",
  citation: "AllenSDK issues 1186, 1187",
  detects: "p_value_rf has truth values, and on_screen_rf a number",
  action: "repair",
  whenOff: "the columns as they are",
  isOnByDefault: true,
  appliedBy: ["hub", "cache"],
  detect: ({ p_value_rf, on_screen_rf }) =>
    p_value_rf.some((cell) => TRUTH_VALUE.test(cell)) &&
    on_screen_rf.some((cell) => cell !== "" && !TRUTH_VALUE.test(cell) && !Number.isNaN(Number(cell))),
  repair: ({ p_value_rf, on_screen_rf }) => ({ p_value_rf: on_screen_rf, on_screen_rf: p_value_rf }),
};

/** A column of preferred images with what the session's conditions show. */
export interface PreferredImages {
  /** `pref_image_ns`; `undefined` where the table has no such column. */
  readonly values: readonly (number | null)[] | undefined;
  /** Frame by `stimulus_condition_id`, of the conditions of natural scenes. */
  readonly frameOf: ReadonlyMap<number, number>;
}

export const PREF_IMAGE_CONDITION: Erratum<PreferredImages, readonly (number | null)[]> = {
  id: "pref-image-condition",
  title: "pref_image_ns is a stimulus_condition_id, no number of an image",
  file: "analysis metrics",
  generation: "tables",
  place: "pref_image_ns",
  citation: "AllenSDK issue 2758",
  detects: "every value is a condition of natural scenes",
  action: "define",
  whenOff: "on or off, tables give the identifiers; they need the session file's conditions",
  isOnByDefault: true,
  appliedBy: [],
  detect: ({ values, frameOf }) => {
    const stated = (values ?? []).filter((value) => value !== null);
    return stated.length > 0 && stated.every((value) => frameOf.has(value));
  },
  repair: ({ values, frameOf }) =>
    (values ?? []).map((value) => (value === null ? null : (frameOf.get(value) ?? null))),
};

export const NUMPY_TEXT_CELLS: Erratum<string, readonly (number | null)[]> = {
  id: "numpy-text-cells",
  title: "Cells hold numpy's text of an array, without commas",
  file: "analysis metrics",
  generation: "tables",
  place: "any column of lists",
  citation: "pandas writes object cells with str()",
  detects: "a cell in brackets, numbers apart by blanks alone",
  action: "repair",
  whenOff: "the text of the cell",
  isOnByDefault: true,
  appliedBy: ["cache"],
  detect: (cell) => /^\[[^,[\]]*\s[^,[\]]*\]$/.test(cell) && wordsOf(cell).every((word) => isNumber(word)),
  repair: (cell) => wordsOf(cell).map((word) => (word === "nan" ? null : Number(word))),
};

function wordsOf(cell: string): readonly string[] {
  return cell
    .slice(1, -1)
    .split(/\s+/)
    .filter((word) => word !== "");
}

function isNumber(word: string): boolean {
  return word === "nan" || !Number.isNaN(Number(word));
}
