import { findRegionById, type Mapping, mapRegion, type Region } from "@crossprobe/atlas";
import { type Channel, SchemaError, type Unit } from "@crossprobe/core";

/**
 * Where a channel or unit is counted: in a region of the mapping; `unmapped`, when the source labels it but the mapping has no
 * region for that label (too coarse, a fibre tract, or outside the brain); `unregistered`, when there is no label at all.
 */
export type RegionAssignment =
  | { readonly kind: "mapped"; readonly region: Region }
  | { readonly kind: "unmapped" }
  | { readonly kind: "unregistered" };

const UNMAPPED: RegionAssignment = { kind: "unmapped" };
const UNREGISTERED: RegionAssignment = { kind: "unregistered" };

/**
 * Assigns a channel or unit by the label that its source gives it; `root` is never a region.
 *
 * @throws {@link SchemaError} for a label that the atlas does not have
 */
export function assignRegion(
  { region, regionAbsent }: Pick<Unit | Channel, "region" | "regionAbsent">,
  mapping: Mapping,
): RegionAssignment {
  if (region === null) return regionAbsent === "outsideBrain" ? UNMAPPED : UNREGISTERED;
  const structure = findRegionById(region.id);
  if (structure === undefined) throw new SchemaError(`no structure ${region.id} (${region.acronym}) in the atlas`);
  const mapped = mapRegion(structure, mapping);
  return mapped === undefined ? UNMAPPED : { kind: "mapped", region: mapped };
}
