/** Visual Coding – Neuropixels of the Allen Institute in the crossprobe vocabulary. */

export { METRIC_DEFINITIONS as ALLEN_METRICS } from "./metric-definitions.js";
export { type AllenConfig, allen } from "./plugin.js";
export { ALLEN_DEFAULT } from "./quality-rule.js";
