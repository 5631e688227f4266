import type { QualityRule } from "@crossprobe/core";
import type { CsvCells } from "./csv-cells.js";

/** The three thresholds that AllenSDK applies to the units of a project cache unless told not to. Bounds are inclusive. */
export const ALLEN_DEFAULT: QualityRule = {
  id: "allen-default@2019",
  title: "AllenSDK default thresholds",
  definition: "amplitude_cutoff <= 0.1, presence_ratio >= 0.95 and isi_violations <= 0.5; a missing metric fails",
  source: "AllenSDK EcephysProjectCache.get_units, since August 2019; Siegle, Jia et al. 2021",
};

const BOUNDS = [
  { column: "amplitude_cutoff", passes: (value: number) => value <= 0.1 },
  { column: "presence_ratio", passes: (value: number) => value >= 0.95 },
  { column: "isi_violations", passes: (value: number) => value <= 0.5 },
] as const;

/**
 * Whether a unit passes {@link ALLEN_DEFAULT}; null where the table lacks a column that the rule needs.
 *
 * Source: AllenSDK compares with pandas, where a missing value fails every comparison.
 */
export function passesAllenDefault(cells: CsvCells, row: number): boolean | null {
  if (BOUNDS.some(({ column }) => !cells.has(column))) return null;
  return BOUNDS.every(({ column, passes }) => {
    const value = cells.number(column, row);
    return value !== null && passes(value);
  });
}
