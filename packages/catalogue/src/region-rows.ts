import { isWithin, mapRegion, type Region, regions } from "@crossprobe/atlas";

/** A structure as the rows of a catalogue file refer to it. */
export interface RegionRow {
  readonly id: number;
  readonly acronym: string;
  readonly name: string;
  /** Acronym; null for root. */
  readonly parent: string | null;
  /** Its place in the walk of the tree, which the column `regionOrder` of the file holds. */
  readonly regionOrder: number;
  /** The last place that is in it: a row lies in it whose `regionOrder` is from one to the other, both included. */
  readonly subtreeEnd: number;
  /** Acronym of its region in a mapping; null where the mapping has none. */
  readonly beryl: string | null;
  readonly cosmos: string | null;
  readonly swanson: string | null;
}

/** Every structure of the ontology, in the order of its walk: what stands behind `regionOrder`. */
export function regionRows(): readonly RegionRow[] {
  const all = regions();
  const acronyms = new Map(all.map(({ id, acronym }) => [id, acronym]));
  return all.map((region) => ({
    ...{ id: region.id, acronym: region.acronym, name: region.name },
    parent: region.parentId === null ? null : (acronyms.get(region.parentId) ?? null),
    ...{ regionOrder: region.order, subtreeEnd: endOf(region, all) },
    beryl: mapRegion(region, "beryl")?.acronym ?? null,
    cosmos: mapRegion(region, "cosmos")?.acronym ?? null,
    swanson: mapRegion(region, "swanson")?.acronym ?? null,
  }));
}

function endOf(region: Region, all: readonly Region[]): number {
  let end = region.order;
  for (let next = all[end + 1]; next !== undefined && isWithin(next, region); next = all[end + 1]) end++;
  return end;
}
