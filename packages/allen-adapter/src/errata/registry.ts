import { DV_EQUALS_ML, MINUS_1, MINUS_1000, ZERO_COORDINATES } from "./coordinates.js";
import type { Erratum, ErratumFacts, ErratumId } from "./erratum.js";
import { LFP_FLAG, MOVIE_IS_NPY, OPTO_NAME } from "./files.js";
import { STRUCTURE_ACRONYMS_LITERAL, STRUCTURE_SUFFIX } from "./labels.js";
import { NUMPY_TEXT_CELLS, PREF_IMAGE_CONDITION, SWAPPED_RF } from "./metrics.js";
import { NO_EFFECTIVE_RATE, RAW_LFP_RATE, ZERO_RATE } from "./rates.js";
import { RUNNING_2XN } from "./running.js";
import { DONOR_OR_SPECIMEN, EYE_FLAG_NEGATED, GENOTYPE_NULL } from "./sessions.js";
import { DUPLICATE_SPIKES, INDEX_OVERFLOW, NEGATIVE_TIMES, UNSORTED_TIMES } from "./spikes.js";
import { MOVIE_REPEATS_NAME, NULL_STRINGS, ONES_BECOME_TRUE } from "./stimuli.js";
import { AMPLITUDE_DESCRIPTION, VOLTS_LABEL } from "./voltages.js";

/** Every known defect of the release, by its id. */
export const ERRATA = {
  "dv-equals-ml": DV_EQUALS_ML,
  "minus-1000-grey": MINUS_1000,
  "minus-1-coordinates": MINUS_1,
  "zero-coordinates": ZERO_COORDINATES,
  "structure-suffix": STRUCTURE_SUFFIX,
  "structure-acronyms-literal": STRUCTURE_ACRONYMS_LITERAL,
  "raw-lfp-rate": RAW_LFP_RATE,
  "no-effective-rate": NO_EFFECTIVE_RATE,
  "zero-rate-probe": ZERO_RATE,
  "running-2xn": RUNNING_2XN,
  "volts-label": VOLTS_LABEL,
  "amplitude-description": AMPLITUDE_DESCRIPTION,
  "swapped-rf": SWAPPED_RF,
  "pref-image-condition": PREF_IMAGE_CONDITION,
  "numpy-text-cells": NUMPY_TEXT_CELLS,
  "null-strings": NULL_STRINGS,
  "ones-become-true": ONES_BECOME_TRUE,
  "movie-repeats-name": MOVIE_REPEATS_NAME,
  "index-overflow": INDEX_OVERFLOW,
  "negative-times": NEGATIVE_TIMES,
  "spike-times-unsorted": UNSORTED_TIMES,
  "duplicate-spikes": DUPLICATE_SPIKES,
  "opto-name": OPTO_NAME,
  "lfp-flag": LFP_FLAG,
  "movie-is-npy": MOVIE_IS_NPY,
  "donor-or-specimen": DONOR_OR_SPECIMEN,
  "genotype-null": GENOTYPE_NULL,
  "eye-flag-negated": EYE_FLAG_NEGATED,
} as const satisfies Readonly<Record<ErratumId, Erratum<never, unknown>>>;

/** The entries as plain data, in the order of the registry. */
export function listErrata(): readonly ErratumFacts[] {
  return Object.values(ERRATA).map(({ detect: _, repair: __, ...facts }) => facts);
}

/** Whether a text names an entry. */
export function isErratumId(id: string): id is ErratumId {
  return Object.hasOwn(ERRATA, id);
}
