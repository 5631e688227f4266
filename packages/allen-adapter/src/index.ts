/** Visual Coding – Neuropixels of the Allen Institute in the crossprobe vocabulary. */

export { type AllenConfig, allen } from "./plugin.js";
