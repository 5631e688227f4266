import { descendants } from "./hierarchy.js";
import { findRegionById, type Region, ROOT_ID, regions } from "./region.js";
import { STRUCTURES } from "./structures.generated.js";

/** Partitions of the brain, from every structure (`allen`) to ten divisions (`cosmos`). */
export const MAPPINGS = ["allen", "beryl", "cosmos", "swanson"] as const;

/** A partition of the brain. */
export type Mapping = (typeof MAPPINGS)[number];

/** How a label compares with the Beryl mapping: finer than one of its regions, one of them, or above them. */
export type Granularity = "layer" | "area" | "parent";

/** What is written down of a region beside a channel or a unit. */
export interface RegionLabel {
  readonly acronym: string;
  readonly id: number;
  readonly granularity: Granularity;
}

/**
 * The region of a mapping that a region belongs to.
 *
 * Absent: `undefined` where the mapping has none, because the region is too coarse for it (`TH` in `beryl`) or outside it
 * (fibre tracts, ventricles). Never root. `allen` maps every region to itself, and root to nothing.
 *
 * Source: iblatlas `mappings.pqt` (there "no region" is root).
 *
 * @example
 * mapRegion(regionByAcronym("VISp5"), "beryl")?.acronym; // "VISp"
 * mapRegion(regionByAcronym("TH"), "beryl"); // undefined
 */
export function mapRegion(region: Region, mapping: Mapping): Region | undefined {
  if (mapping === "allen") return region.id === ROOT_ID ? undefined : region;
  const id = groupOf(region, mapping);
  return id === null ? undefined : findRegionById(id);
}

function groupOf(region: Region, mapping: Exclude<Mapping, "allen">): number | null {
  const row = STRUCTURES[region.order];
  if (!row) return null;
  const [, , , , , , beryl, cosmos, swanson] = row;
  return { beryl, cosmos, swanson }[mapping];
}

let granularities: readonly Granularity[] | undefined;

/**
 * How fine a label is, measured by Beryl's regions.
 *
 * - `area`: a region of Beryl, or a leaf of the tree that has none (fibre tracts, ventricles)
 * - `layer`: part of a region of Beryl (a cortical layer, a subdivision)
 * - `parent`: above them, or a branch without any. Such a label is missing information: the place inside it is not known.
 */
export function granularityOf(region: Region): Granularity {
  granularities ??= regions().map(computeGranularity);
  return granularities[region.order] ?? computeGranularity(region);
}

function computeGranularity(region: Region): Granularity {
  const beryl = groupOf(region, "beryl");
  if (beryl !== null) return beryl === region.id ? "area" : "layer";
  // Whether or not anything below it is a region of Beryl, a branch says less than a place.
  return descendants(region).length === 0 ? "area" : "parent";
}

/** Acronym, id and granularity of a region: what a channel or a unit carries. */
export function toRegionLabel(region: Region): RegionLabel {
  return { acronym: region.acronym, id: region.id, granularity: granularityOf(region) };
}
