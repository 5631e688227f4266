/** Regions of the Allen mouse brain atlas, coarser mappings of them, and positions in the common coordinate framework. */

export {
  BREGMA_CCF,
  type BregmaPoint,
  type CcfPoint,
  hemisphereOf,
  isInsideCcf,
  toBregma,
  toCcf,
} from "./ccf.js";
export { ancestors, descendants, isWithin } from "./hierarchy.js";
export {
  type Granularity,
  granularityOf,
  MAPPINGS,
  type Mapping,
  mapRegion,
  type RegionLabel,
  toRegionLabel,
} from "./mapping.js";
export { labelMeaningOf, pitfallsOf } from "./pitfalls.js";
export {
  findRegion,
  findRegionById,
  type Hemisphere,
  type LateralisedRegion,
  type Region,
  ROOT_ID,
  readLateralisedId,
  regionByAcronym,
  regionById,
  regions,
  VOID_ID,
} from "./region.js";
export { findRegionByName, nearestRegions, searchRegions } from "./search.js";
export { ONTOLOGY } from "./structures.generated.js";
export { UnknownRegionError } from "./unknown-region-error.js";
