import { findRegion, isWithin } from "@crossprobe/atlas";
import { type RegionLabel, resolveRegion } from "@crossprobe/core";

/**
 * A test for labels inside a structure (itself and everything below); everything passes without one.
 *
 * @throws QueryError for an unknown acronym, with the nearest spellings
 */
export function regionFilter(acronym: string | undefined): (label: RegionLabel | null) => boolean {
  if (acronym === undefined) return () => true;
  const wanted = resolveRegion(acronym);
  return (label) => {
    const region = label === null ? undefined : findRegion(label.acronym);
    return region !== undefined && isWithin(region, wanted);
  };
}

/** Region column of a listing: the acronym, or why there is none. */
export function regionText(row: { readonly region: RegionLabel | null; readonly regionAbsent: string | null }): string {
  return row.region?.acronym ?? `(${row.regionAbsent})`;
}
