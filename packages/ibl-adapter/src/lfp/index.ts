/**
 * LFPack: HDF5 archives of compressed local field potentials, as the International Brain Laboratory publishes them. Usable without the
 * hub: open an archive over any byte store, open a recording, read volts.
 */

export { averageOver, type LfpackAverage } from "./average-over.js";
export type { ChannelBins } from "./channel-bins.js";
export type { ChunkFacts } from "./chunk-facts.js";
export type { ChunkStreamOptions, LfpackChunk } from "./chunk-stream.js";
export type { DecodedChunk } from "./decode-chunk.js";
export type { DecoderOptions } from "./decoder/create-decoder.js";
export type { ClockFacts, RecordingClock, SyncKnots } from "./lfp-clock.js";
export { type LfpSourceOptions, toLfpSource } from "./lfp-source.js";
export { toTraits } from "./lfp-traits.js";
export { binChannels, binOfChannels, type LfpackChannels } from "./lfpack-channels.js";
export {
  type LfpackFile,
  type LfpackOptions,
  type OpenRecordingOptions,
  openLfpack,
  type RecordingHeader,
  toLfpack,
} from "./lfpack-file.js";
export type { LfpackRecording, LfpackSignal, StreamOptions } from "./lfpack-recording.js";
export { binMap, composeMaps, type LinearMap, type MapColumn, sparseMap, subsetMap } from "./linear-map.js";
export { type ReReferenceOptions, reReferenceMap } from "./linear-map-reference.js";
export { type LeftOutRegion, type RegionMeanOptions, type RegionMeans, regionMeanMap } from "./linear-map-regions.js";
export {
  bipolarMap,
  type CurrentSourceDensityOptions,
  currentSourceDensityMap,
  type ShankGeometry,
  type ShankMapOptions,
  secondDifferenceMap,
} from "./linear-map-shank.js";
export { type AxisIndex, parseIndex, type Slice } from "./numpy-index.js";
export type { ReadPlan } from "./read-plan.js";
export type { LfpackReadRequest } from "./read-request.js";
export { type SaturationSummary, type SaturationTable, summarizeSaturation } from "./saturation.js";
export type { ScaleMeta, WriterProvenance } from "./scale-meta.js";
export { type LfpackScaleSummary, summarizeLfpack } from "./summarize-lfpack.js";
export { type FirFilter, firFilter, type SosFilter, sosFilter, type TimeFilter } from "./time-filter.js";
export { type ButterworthBand, butterworth } from "./time-filter-design.js";
export type { ZeroKind, ZeroSpan } from "./zero-spans.js";
