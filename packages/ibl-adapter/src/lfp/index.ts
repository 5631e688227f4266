/**
 * LFPack: HDF5 archives of compressed local field potentials, as the International Brain Laboratory publishes them. Usable without the
 * hub: open an archive over any byte store, open a recording, read volts.
 */

export type { ChannelBins } from "./channel-bins.js";
export type { ClockFacts, RecordingClock, SyncKnots } from "./lfp-clock.js";
export { toLfpSource } from "./lfp-source.js";
export { binChannels, type LfpackChannels } from "./lfpack-channels.js";
export { type LfpackFile, type LfpackOptions, type OpenRecordingOptions, openLfpack, toLfpack } from "./lfpack-file.js";
export type { LfpackReadRequest, LfpackRecording } from "./lfpack-recording.js";
export type { SaturationTable } from "./saturation.js";
export type { ScaleMeta, WriterProvenance } from "./scale-meta.js";
export { type LfpackScaleSummary, summarizeLfpack } from "./summarize-lfpack.js";
