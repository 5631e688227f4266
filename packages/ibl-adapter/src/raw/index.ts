/**
 * Raw recordings as SpikeGLX writes them and IBL releases them: `.meta`, flat `.bin`, mtscomp `.cbin` with its `.ch`, and the clock files of
 * a probe. Usable without the hub: open a recording over any byte store, read volts.
 */

export type { ImroEntry } from "./imro-table.js";
export { readImroTable } from "./imro-table.js";
export { type MtscompHeader, parseMtscompHeader, readMtscompHeader } from "./mtscomp-header.js";
export { type OpenRawOptions, openRawRecording, type PlainLayout } from "./open-raw-recording.js";
export { openRawSource, type RawSelection } from "./open-raw-source.js";
export type { PiecewiseLinear } from "./piecewise-linear.js";
export { type ProbeSync, readProbeSync, readSyncFronts, type SyncFronts, type SyncKeys } from "./probe-sync.js";
export type { ProbeVersion } from "./probe-version.js";
export { matchRawChannels, toRawChannels } from "./raw-channels.js";
export type { RawClock } from "./raw-clock.js";
export {
  findRawRecordings,
  parseRawFileName,
  type RawFileKind,
  type RawFileName,
  type RawRecordingFiles,
} from "./raw-file-name.js";
export type { RawReadRequest, RawRecording } from "./raw-recording.js";
export { type InvalidSpans, type RawSourceFacts, toRawSource } from "./raw-source.js";
export type { SampleStore, StoredSamples } from "./sample-store.js";
export { readGeometry, type SiteGeometry, type SiteOfChannel } from "./site-geometry.js";
export { defaultLayout, type GridPlace } from "./site-layout.js";
export {
  type MetaValue,
  parseSpikeglxMeta,
  type RawBand,
  readSpikeglxMeta,
  type SpikeglxMeta,
} from "./spikeglx-meta.js";
export { type SyncLines, splitSyncWords, type ThresholdOptions } from "./sync-words.js";
export { type DigestCheck, verifyDigests } from "./verify-digests.js";
export { voltsPerBit } from "./volts-per-bit.js";
