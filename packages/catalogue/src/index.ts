/** Every session, probe, channel and unit of every dataset as columns: built from a hub, kept in a file, asked by region. */

export { Answer, type Batch, type Coverage, type Row, summaryName } from "./answer.js";
export { type BuildOptions, type BuildProgress, buildCatalogue, type CatalogueSource } from "./build.js";
export { type AnswerOptions, Catalogue } from "./catalogue.js";
export { columnsOf } from "./check-question.js";
export type { DatasetEntry } from "./dataset-entry.js";
export type { Group, GroupSummary } from "./groups.js";
export type { ColumnMeaning } from "./layout.js";
export type { ResolvedColumn } from "./resolved-column.js";
