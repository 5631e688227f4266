/** Every session, probe, channel and unit of every dataset as columns: built from a hub, kept in a file, asked by region. */

export { Answer, type Batch, type Coverage, type Explanation, type Row } from "./answer.js";
export { type BuildOptions, type BuildProgress, buildCatalogue, type CatalogueSource } from "./build.js";
export { type AnswerOptions, Catalogue } from "./catalogue.js";
export { columnsOf } from "./check-question.js";
export {
  type Cohort,
  type CohortDataset,
  type CohortOptions,
  cohortRows,
  createCohort,
  formatCohort,
  parseCohort,
} from "./cohort.js";
export {
  type CohortDifference,
  type DatasetDifference,
  diffCohorts,
  type PlaceChange,
  type Turnover,
} from "./cohort-difference.js";
export type { CohortReason } from "./cohort-reasons.js";
export type { CohortRow } from "./cohort-rows.js";
export type { CohortRule } from "./cohort-rules.js";
export type { Cell } from "./column.js";
export type { DatasetEntry } from "./dataset-entry.js";
export { type EncodeOptions, encodeImage } from "./encode-image.js";
export type { Group, GroupSummary } from "./groups.js";
export type { ColumnMeaning } from "./layout.js";
export { type ImageBytes, type OpenOptions, openImage } from "./open-image.js";
export { cellAt, type ResolvedColumn } from "./resolved-column.js";
export { summaryName } from "./summary-name.js";
export { type CohortVerification, type LeftRows, verifyCohort } from "./verify-cohort.js";
