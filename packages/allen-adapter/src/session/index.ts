/** One session of Visual Coding – Neuropixels from its NWB file: tables, stimuli, spikes, behaviour. Needs neither a hub nor a cache. */

export {
  AllenSession,
  type SessionSettings,
} from "./allen-session.js";
export { toBinCentres, toBinDomain } from "./bin-domain.js";
export type { GazeOptions } from "./eye-tracking.js";
export type { SessionIdentity } from "./identity.js";
export { readListedChannels } from "./listed-channels.js";
export type { UnitWaveform } from "./mean-waveform.js";
export { type OpenSessionOptions, openSessionFile } from "./open-session.js";
export type { Presence } from "./presence.js";
export type { CountChoice, SpikeChoice, SpikeCounts } from "./presentation-spikes.js";
export type { Rig } from "./rig.js";
export { type BinDomain, type CountArray, countSpikes } from "./spike-counts.js";
export type { BinEdges } from "./spike-search.js";
export { type ParameterValue, parseParameter } from "./stimulus-parameters.js";
export { DETAILED_PARAMETERS, INVALID_PRESENTATION, type PresentationChoice } from "./stimulus-presentations.js";
export type { StructureIntervals } from "./structure-intervals.js";
export { EVERY_UNIT, type UnitFilters } from "./unit-filters.js";
export type { StructureCount } from "./unit-table.js";
