/**
 * The International Brain Laboratory's Brain-Wide Map in crossprobe's vocabulary: ONE cache folders, LFPack archives and
 * release tables.
 */

export { type AlfName, parseAlfName } from "./alf-name.js";
export { METRIC_DEFINITIONS as IBL_METRICS } from "./metric-definitions.js";
export { type IblOptions, ibl } from "./plugin.js";
export { GOOD_RULE as IBL_GOOD } from "./vocabulary.js";
