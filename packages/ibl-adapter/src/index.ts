/**
 * The International Brain Laboratory's Brain-Wide Map in crossprobe's vocabulary: ONE cache folders, LFPack archives and
 * release tables.
 */

export { type AlfName, parseAlfName } from "./alf-name.js";
export { type IblOptions, ibl } from "./plugin.js";
