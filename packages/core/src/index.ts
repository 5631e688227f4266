/**
 * The vocabulary that every dataset is read into, the contracts that stores and adapters fulfil, and the hub that a user
 * holds. No I/O happens here.
 */

export {
  type AdapterDeps,
  type AdapterPlugin,
  CAPABILITIES,
  type Capabilities,
  type Capability,
  type Companions,
  type DatasetAdapter,
  MODALITIES,
  type Modality,
  type ProbeFingerprint,
  type SourceDescription,
  type SpikeOptions,
} from "./adapter.js";
export type { ByteRange, ByteStore, ObjectState, ReadOptions, StoreLayer, StoreResolver } from "./byte-store.js";
export type { CallOptions } from "./call-options.js";
export type {
  DatasetReport,
  ReportColumn,
  ReportOption,
  ReportRequest,
  ReportRow,
  ReportTable,
  ReportValues,
} from "./dataset-report.js";
export type {
  Download,
  Downloader,
  DownloadOptions,
  DownloadPlan,
  DownloadProgress,
  DownloadResult,
  DownloadStatus,
  FileVerdict,
  PlannedFile,
  PlannedState,
  TrustLevel,
} from "./downloader.js";
export {
  ConfigError,
  DataError,
  type DataErrorCode,
  type DataErrorDetails,
  FormatError,
  type FormatErrorDetails,
  isDataError,
  NotFoundError,
  type PlaceDetails,
  QueryError,
  SchemaError,
  StoreError,
  type StoreErrorDetails,
  UnsupportedError,
} from "./errors.js";
export { type FileVersion, tellsVersions, versionOf } from "./file-version.js";
export { describeVersion, fingerprintOf } from "./fingerprint.js";
export type { HttpAnswer, HttpClient, HttpRequest } from "./http-client.js";
export { createHub, type Hub, type HubConfig, type HubSessionFilter } from "./hub.js";
export { type Channel, type ChannelTable, channelSchema } from "./model/channel.js";
export {
  EVENT_TYPES,
  type EventFilter,
  type EventTable,
  type EventType,
  eventSchema,
  type SessionEvent,
} from "./model/event.js";
export type { Interval, InvalidInterval } from "./model/interval.js";
export type { InvalidSamples, LfpBlock, LfpCaveat, LfpClock, LfpRequest, LfpSource, LfpTraits } from "./model/lfp.js";
export { type MaskedLfpBlock, type MaskOptions, maskInvalid } from "./model/lfp-mask.js";
export { checkLfpRequest } from "./model/lfp-request.js";
export {
  type MetricDefinition,
  type MetricOrigin,
  metricDefinitionSchema,
  metricsUndefined,
  undefinedMetrics,
} from "./model/metric.js";
export type { MovementSignal } from "./model/movement.js";
export { type ProbeInsertion, probeInsertionSchema } from "./model/probe-insertion.js";
export { type Notice, noticeSchema, type Provenance, provenanceSchema } from "./model/provenance.js";
export {
  type Comparison,
  evaluateRule,
  meetsCriterion,
  type QualityCriterion,
  type QualityRule,
  qualityRuleSchema,
} from "./model/quality-rule.js";
export {
  type ChannelRef,
  channelRefSchema,
  formatRef,
  isSameRef,
  type ProbeRef,
  parseRef,
  probeRefSchema,
  type Ref,
  type RefKind,
  ref,
  type SessionRef,
  sessionRefSchema,
  type UnitRef,
  unitRefSchema,
} from "./model/ref.js";
export {
  type AbsentReason,
  absentReasonSchema,
  type CcfPoint,
  ccfSchema,
  type Hemisphere,
  hemisphereSchema,
  type RegionLabel,
  regionLabelSchema,
} from "./model/region-label.js";
export type { CompanionFile, FileDigest, FileSelection, RemoteFile } from "./model/remote-file.js";
export { type Session, type SessionFilter, sessionSchema } from "./model/session.js";
export { type SpikeTable, spikeTrain } from "./model/spikes.js";
export { type Unit, type UnitTable, unitSchema } from "./model/unit.js";
export type { MeanWaveform, WaveformTable } from "./model/waveforms.js";
export { type NdArray, type NumericArray, ndArray } from "./nd-array.js";
export { pause } from "./pause.js";
export { type Asking, ask, asking } from "./query/ask.js";
export { checkedData } from "./query/checked-data.js";
export {
  AVAILABILITIES,
  type Availability,
  type Condition,
  conditionSchema,
  isAboutPlace,
} from "./query/condition.js";
export { describeQuestion } from "./query/describe-question.js";
export {
  bothTrue,
  eitherTrue,
  MEMBERSHIPS,
  type Membership,
  type MembershipCounts,
  type MembershipPolicy,
  notTrue,
  POLICIES,
  TRUTH,
} from "./query/membership.js";
export type { UnitPlan, UnitQuestion } from "./query/plan.js";
export { type Bounds, resolveRegion, type UnitConditions, type UnitPredicate } from "./query/predicate.js";
export type { UnitQuery } from "./query/query.js";
export {
  deepFreeze,
  parseQuestion,
  type Question,
  questionSchema,
  ROW_KINDS,
  type RowKind,
  type Summary,
} from "./query/question.js";
export {
  inStructure,
  membershipOfLabels,
  membershipOfRow,
  type RegionLeaf,
  type RegionSet,
  regionSetSchema,
  resolveStructure,
} from "./query/region-set.js";
export { formatRegionSet, parseRegionText } from "./query/region-text.js";
export { parseRetryAfter } from "./retry-after.js";
export { SharedRead } from "./shared-read.js";
export { type Column, type Table, table } from "./table.js";
