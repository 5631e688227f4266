/** Alyx, IBL's database, over REST: sessions, insertions, files, trajectories and channels. */

export { HISTOLOGY_STATES, type HistologyState } from "../histology-state.js";
export {
  type Aggregate,
  type AggregateChoice,
  type AggregateFilter,
  type Aggregates,
  listAggregates,
  loadAggregate,
} from "./aggregates.js";
export { type AnswerCache, MemoryAnswerCache } from "./answer-cache.js";
export { AlyxClient, type AlyxListOptions } from "./client.js";
export { ALYX_VARIABLES, type AlyxCredentials, type AlyxSettings, alyxFromEnvironment } from "./credentials.js";
export type { AlyxCallOptions, AlyxOptions } from "./exchange.js";
export { bucketKey, dataUrl, encodeDataUrl, withDatasetId } from "./file-url.js";
export type {
  AlyxChannelFilter,
  AlyxDatasetFilter,
  AlyxDates,
  AlyxInsertionFilter,
  AlyxSessionFilter,
  AlyxTrajectoryFilter,
  AnyAlyxFilter,
  FilterValue,
} from "./filters.js";
export { FIND_MODES, type FinderOptions, type FindMode, type LocalSessions, SessionFinder } from "./finder.js";
export type { AlyxList } from "./list.js";
export { localSessions } from "./local-sessions.js";
export type {
  AlyxChannel,
  AlyxDataset,
  AlyxInsertion,
  AlyxSession,
  AlyxSessionDataset,
  AlyxSessionDetails,
  AlyxTrajectory,
} from "./records.js";
export type { AlyxClock } from "./throttle.js";
