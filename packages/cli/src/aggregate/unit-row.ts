import { findRegionById, type Mapping, mapRegion } from "@crossprobe/atlas";
import type { ProbeInsertion, Session, Unit } from "@crossprobe/core";
import { LOCATION_COLUMNS, refText } from "../output/location-columns.js";
import type { FileColumn } from "../output/write-rows.js";

/** A unit of one of many probes. */
export interface AggregatedUnit {
  readonly unit: Unit;
  readonly key: string;
  /** Null where the sources do not list it. */
  readonly session: Session | null;
  readonly probe: ProbeInsertion | null;
  /** Spikes in the spikes file; null without one. */
  readonly storedSpikes: number | null;
}

type Cell = string | number | boolean | null;

/** A row of the units table before its columns are known: metrics differ from probe to probe. */
export interface UnitRow {
  readonly values: readonly Cell[];
  readonly passes: Readonly<Record<string, boolean | null>>;
  readonly metrics: Readonly<Record<string, number | null>>;
}

const mapped =
  (mapping: Mapping) =>
  (row: AggregatedUnit): string | null => {
    const region = row.unit.region && findRegionById(row.unit.region.id);
    return (region && mapRegion(region, mapping)?.acronym) ?? null;
  };

/** Columns that every unit has, whatever its dataset. */
export const UNIT_COLUMNS: readonly FileColumn<AggregatedUnit>[] = [
  { name: "key", type: "string", of: ({ key }) => key },
  { name: "uuid", type: "string", of: ({ unit }) => unit.uuid },
  { name: "ref", type: "string", of: ({ unit }) => refText(unit.ref) },
  { name: "dataset", type: "string", of: ({ unit }) => unit.ref.dataset },
  { name: "session", type: "string", of: ({ unit }) => refText(unit.session) },
  { name: "subject", type: "string", of: ({ session }) => session?.subject ?? null },
  { name: "lab", type: "string", of: ({ session }) => session?.lab ?? null },
  { name: "startTime", type: "string", of: ({ session }) => session?.startTime ?? null },
  { name: "probe", type: "string", of: ({ unit }) => refText(unit.probe) },
  { name: "probeLabel", type: "string", of: ({ probe }) => probe?.label ?? null },
  { name: "peakChannel", type: "string", of: ({ unit }) => refText(unit.peakChannel) },
  ...LOCATION_COLUMNS.map(({ name, type, of }) => ({ name, type, of: ({ unit }: AggregatedUnit) => of(unit) })),
  { name: "regionBeryl", type: "string", of: mapped("beryl") },
  { name: "regionCosmos", type: "string", of: mapped("cosmos") },
  { name: "regionSwanson", type: "string", of: mapped("swanson") },
  { name: "spikeCount", type: "int32", of: ({ unit }) => unit.spikeCount },
  { name: "firingRate", type: "double", of: ({ unit }) => unit.firingRate },
  { name: "firingRateSource", type: "string", of: ({ unit }) => unit.firingRateSource },
  { name: "storedSpikes", type: "int32", of: ({ storedSpikes }) => storedSpikes },
];

/** What a column means, with its unit; kept in the file. */
export const COLUMN_MEANINGS: Readonly<Record<string, string>> = {
  key: "group of the unit in the spikes file; its UUID, else its reference with / written as %2F",
  uuid: "identity that survives another sorting; null where the source has none",
  ref: "reference of the unit, as commands take it",
  startTime: "start of the session as precise as the source says, ISO 8601",
  peakChannel: "channel with the largest waveform",
  regionAcronym: "label of the source in the Allen atlas; null with the reason in regionAbsent",
  regionId: "number of that label in the Allen atlas",
  regionGranularity: "layer, area or parent, measured by the Beryl mapping",
  apUm: "Allen CCF, micrometres from the front",
  dvUm: "Allen CCF, micrometres from the top",
  mlUm: "Allen CCF, micrometres from the left",
  distanceFromTipUm: "micrometres along the probe from its tip",
  regionBeryl: "the label in the Beryl mapping; null where it has none",
  regionCosmos: "the label in the Cosmos mapping; null where it has none",
  regionSwanson: "the label in the Swanson mapping; null where it has none",
  spikeCount: "as the source states it",
  firingRate: "spikes per second as the source states it; firingRateSource says how",
  storedSpikes: "spikes in the spikes file; null where none was written",
  "passes.*": "verdict of a published rule, by its id; null where it cannot be evaluated",
  "*.*": "metric of the source, <dataset>.<name>, in the source's definition and unit; null where absent",
};

export function toUnitRow(row: AggregatedUnit): UnitRow {
  return {
    values: UNIT_COLUMNS.map(({ of }) => of(row)),
    passes: row.unit.quality,
    metrics: row.unit.metrics,
  };
}

/** Columns of a table of rows with these rules and metrics. */
export function columnsOf(rules: Iterable<string>, metrics: Iterable<string>): readonly FileColumn<UnitRow>[] {
  return [
    ...UNIT_COLUMNS.map(({ name, type }, i) => ({ name, type, of: ({ values }: UnitRow) => values[i] ?? null })),
    ...Array.from(rules, (id): FileColumn<UnitRow> => {
      return { name: `passes.${id}`, type: "boolean", of: ({ passes }) => passes[id] ?? null };
    }),
    ...Array.from(metrics, (name): FileColumn<UnitRow> => {
      return { name, type: "double", of: (row) => row.metrics[name] ?? null };
    }),
  ];
}
