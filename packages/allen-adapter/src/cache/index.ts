/**
 * The project cache of Visual Coding – Neuropixels without a hub: `manifest.json`, where files go, the tables as AllenSDK's
 * `EcephysProjectCache` returns them, and writing a cache that AllenSDK opens.
 */

export { type CacheFile, cacheFileKey } from "./cache-files.js";
export {
  EcephysProjectCache,
  type MetricsOf,
  type MetricsOptions,
  openProjectCache,
  type ProjectCacheOptions,
  type TableOptions,
  type UnitTableOptions,
} from "./ecephys-project-cache.js";
export { type CacheFileText, encodeProjectCache, type ProjectCacheContent } from "./encode-project-cache.js";
export { encodeProjectTable } from "./encode-table.js";
export {
  defaultManifest,
  type Manifest,
  type ManifestOptions,
  type ManifestPath,
  parseManifest,
  readManifest,
} from "./manifest.js";
export {
  DEFAULT_ENTRIES,
  encodeManifest,
  MANIFEST_KEY,
  MANIFEST_VERSION,
  type ManifestDocument,
  type ManifestEntry,
  type ManifestKey,
} from "./manifest-entries.js";
export type { Dtype, ProjectTable } from "./project-table.js";
export type { Sentinels } from "./repairs.js";
export type { RowOrder } from "./row-order.js";
export { SUPPRESSED_COLUMNS } from "./suppressed.js";
export { DEFAULT_UNIT_FILTERS, NO_UNIT_FILTERS, type UnitFilters, type UnitRule, unitRules } from "./unit-filters.js";
