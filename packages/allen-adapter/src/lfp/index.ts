/** LFP files of the release by themselves: `probe_<id>_lfp.nwb`, opened from any store, without cache or hub. */

export { type CurrentSourceDensity, readCurrentSourceDensity } from "./current-source-density.js";
export { type LfpFile, type LfpFileOptions, openLfpFile } from "./lfp-file.js";
