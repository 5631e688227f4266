import { findRegion, isWithin } from "@crossprobe/atlas";
import { type RegionLabel, resolveRegion } from "@crossprobe/core";

/**
 * A test for labels inside any of some structures (itself and everything below); everything passes without one.
 *
 * @throws QueryError for an unknown acronym, with the nearest spellings
 */
export function regionFilter(acronyms: readonly string[] = []): (label: RegionLabel | null) => boolean {
  if (acronyms.length === 0) return () => true;
  const wanted = acronyms.map(resolveRegion);
  return (label) => {
    const region = label === null ? undefined : findRegion(label.acronym);
    return region !== undefined && wanted.some((structure) => isWithin(region, structure));
  };
}

/** Region column of a listing: the acronym, or why there is none. */
export function regionText(row: { readonly region: RegionLabel | null; readonly regionAbsent: string | null }): string {
  return row.region?.acronym ?? `(${row.regionAbsent})`;
}
