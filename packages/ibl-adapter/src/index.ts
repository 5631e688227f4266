/**
 * The International Brain Laboratory's Brain-Wide Map in crossprobe's vocabulary: ONE cache folders, LFPack archives and
 * release tables.
 */

export { type IblOptions, ibl } from "./plugin.js";
