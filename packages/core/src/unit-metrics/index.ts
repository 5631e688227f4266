/** Formulas of unit metrics: pure functions over the spikes of one unit, in Node and in a browser. */

export { amplitudeCutoff } from "./amplitude-cutoff.js";
export { type AmplitudeSummary, summarizeAmplitudes } from "./amplitudes.js";
export {
  type ContaminationSettings,
  DUPLICATES_TO_100_US,
  EXACT_DUPLICATES,
  hillContamination,
  quadraticContamination,
} from "./contamination.js";
export { spikesPerSecond } from "./firing-rate.js";
export { type Measurement, type MetricAbsence, measureUnit } from "./measure-unit.js";
export { missedSpikes } from "./missed-spikes.js";
export { noiseCutoff } from "./noise-cutoff.js";
export { presenceInBins, presenceInWindows, type WindowPresence } from "./presence.js";
export { UNIT_RECIPES, type UnitRecipe } from "./recipe-names.js";
export { type SlidingRefractoryPeriod, slidingRefractoryPeriod } from "./sliding-refractory-period.js";
export type { UnitSpikes } from "./unit-spikes.js";
