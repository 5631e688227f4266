/**
 * ONE without a network: the index tables of a cache folder, searched and listed as `one.search` and `one.list_datasets` do, ids
 * turned into one another, and the frozen cohorts of the Brain-Wide Map.
 */

export {
  type BwmCohort,
  type BwmInsertion,
  type BwmUnit,
  type BwmUnitRule,
  bwmDjangoFilters,
  countCohort,
  mergeBwmInsertions,
  readBwmCohort,
  selectBwmUnits,
} from "./bwm-cohorts.js";
export { BWM_FREEZES, type BwmFreeze, type BwmFreezeName } from "./bwm-freezes.js";
export { type CacheInfo, isNewerThan, readCacheInfo } from "./cache-info.js";
export {
  type ChoiceOptions,
  type ChooseManyOptions,
  chooseCollection,
  chooseDataset,
  chooseDatasets,
  chooseObject,
} from "./choose.js";
export type { DatasetTable, OneDataset } from "./dataset-table.js";
export { type DateRange, toDateRange } from "./date-range.js";
export { type ExperimentRef, formatExperimentRef, parseExperimentRef, pathToRef } from "./experiment-ref.js";
export {
  type AlfParts,
  type ChosenDatasets,
  type DatasetFilter,
  type FilterOptions,
  filterDatasets,
} from "./filter-datasets.js";
export {
  datasetPath,
  eidToPath,
  eidToPids,
  eidToRef,
  findDataset,
  findSession,
  type ProbePlace,
  pidToEid,
  type SessionPlace,
  sessionPath,
  toEid,
} from "./identifiers.js";
export {
  findDatasets,
  type ListFilter,
  listCollections,
  listDatasets,
  listRevisions,
  listSubjects,
  sessionDetails,
} from "./listing.js";
export { type OneIndex, type OneInsertion, type OneSession, openOneIndex } from "./one-index.js";
export type { OneOrigin } from "./one-origin.js";
export { pairOfUuid, uuidOfPair } from "./packed-ids.js";
export { QC_LEVELS, type QcName, toQcName } from "./qc.js";
export { indexLastBefore } from "./revisions.js";
export { type SearchOptions, type SearchTerms, searchInsertions, searchSessions } from "./search.js";
export { completeTerm, SEARCH_TERMS } from "./search-terms.js";
