import type { QualityRule, Unit } from "@crossprobe/core";
import { LOCATION_COLUMNS, refText } from "../output/location-columns.js";
import type { FileColumn } from "../output/write-rows.js";

/**
 * Columns of `units --out`. The verdict is that of the dataset's first published rule, whose id stands beside it; the metrics,
 * which no two datasets share, are one JSON text a unit.
 */
export function unitColumns(ruleOf: (unit: Unit) => QualityRule | undefined): readonly FileColumn<Unit>[] {
  return [
    { name: "ref", type: "string", of: ({ ref }) => refText(ref) },
    { name: "probe", type: "string", of: ({ probe }) => refText(probe) },
    { name: "session", type: "string", of: ({ session }) => refText(session) },
    { name: "uuid", type: "string", of: ({ uuid }) => uuid },
    { name: "peakChannel", type: "string", of: ({ peakChannel }) => refText(peakChannel) },
    ...LOCATION_COLUMNS,
    { name: "spikeCount", type: "int32", of: ({ spikeCount }) => spikeCount },
    { name: "firingRate", type: "double", of: ({ firingRate }) => firingRate },
    { name: "firingRateSource", type: "string", of: ({ firingRateSource }) => firingRateSource },
    { name: "qualityRule", type: "string", of: (unit) => ruleOf(unit)?.id ?? null },
    { name: "qualityPasses", type: "boolean", of: (unit) => unit.quality[ruleOf(unit)?.id ?? ""] ?? null },
    { name: "metrics", type: "string", of: ({ metrics }) => JSON.stringify(metrics) },
  ];
}
