import { type Channel, formatRef, type Ref } from "@crossprobe/core";
import type { FileColumn } from "./write-rows.js";

type Location = Pick<Channel, "region" | "regionAbsent" | "ccf" | "hemisphere" | "distanceFromTipUm">;

/** Where a channel or a unit is: label, position in the CCF in micrometres, side and depth, a column each. */
export const LOCATION_COLUMNS: readonly FileColumn<Location>[] = [
  { name: "regionAcronym", type: "string", of: ({ region }) => region?.acronym ?? null },
  { name: "regionId", type: "int32", of: ({ region }) => region?.id ?? null },
  { name: "regionGranularity", type: "string", of: ({ region }) => region?.granularity ?? null },
  { name: "regionAbsent", type: "string", of: ({ regionAbsent }) => regionAbsent },
  { name: "apUm", type: "double", of: ({ ccf }) => ccf?.ap ?? null },
  { name: "dvUm", type: "double", of: ({ ccf }) => ccf?.dv ?? null },
  { name: "mlUm", type: "double", of: ({ ccf }) => ccf?.ml ?? null },
  { name: "hemisphere", type: "string", of: ({ hemisphere }) => hemisphere },
  { name: "distanceFromTipUm", type: "double", of: ({ distanceFromTipUm }) => distanceFromTipUm },
];

/** A reference in its written form, or null. */
export function refText(ref: Ref | null): string | null {
  return ref === null ? null : formatRef(ref);
}
