import type { QualityRule } from "@crossprobe/core";
import { DATASET } from "./vocabulary.js";

/**
 * The three thresholds that AllenSDK applies to the units of a project cache unless told not to. Bounds are inclusive; AllenSDK compares
 * with pandas, where a missing value fails every comparison. A table that lacks one of the columns gives no verdict.
 */
export const ALLEN_DEFAULT: QualityRule = {
  id: "allen-default@2019",
  title: "AllenSDK default thresholds",
  definition: "amplitude_cutoff <= 0.1, presence_ratio >= 0.95 and isi_violations <= 0.5; a missing metric fails",
  source: "AllenSDK EcephysProjectCache.get_units, since August 2019; Siegle, Jia et al. 2021",
  criteria: [
    { metric: `${DATASET}.amplitude_cutoff`, op: "<=", bound: 0.1 },
    { metric: `${DATASET}.presence_ratio`, op: ">=", bound: 0.95 },
    { metric: `${DATASET}.isi_violations`, op: "<=", bound: 0.5 },
  ],
  missing: "fails",
};
