import { type CallOptions, NotFoundError, SchemaError, type Table, table } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { findColumn, readUnits, toTable } from "@crossprobe/nwb";
import { RELEASE_NAMES } from "../metric-names.js";
import type { NoticeCounter } from "../notices.js";
import { isAbsentCell, numbersIn, rowsById, rowsWhere, takeCells, takeRows } from "./columns.js";
import { metricRules, type SessionUnitRule, type UnitFilters } from "./unit-filters.js";

/** What a unit takes from its probe, by the name it has there. */
const OF_PROBE = [
  ["description", "probe_description"],
  ["location", "location"],
  ["sampling_rate", "probe_sampling_rate"],
  ["lfp_sampling_rate", "probe_lfp_sampling_rate"],
  ["has_lfp_data", "probe_has_lfp_data"],
] as const;

/**
 * Every unit of a session file as it stands in `/units`: `id`, the metrics, `quality`. No spike and no waveform is read.
 *
 * @throws {@link NotFoundError} when the file has no units; {@link SchemaError} when they have no peak channel
 */
export async function readFileUnits(file: Hdf5File, notices: NoticeCounter, options?: CallOptions): Promise<Table> {
  const units = await readUnits(file, { open: [], signal: options?.signal });
  if (!units?.table.ids)
    throw new NotFoundError(`${file.url} holds no units.`, {
      hint: "Is it an LFP file? Look at what it holds with `crossprobe inspect`.",
    });
  for (const { code, where, message, count } of units.notices) notices.add(code, where, message, count);
  const { columns, rowCount } = toTable(units.table);
  const peaks = findColumn(units.table, "peak_channel_id")?.values;
  if (peaks?.kind !== "number" || peaks.shape.length !== 1) {
    throw new SchemaError(`The units of ${file.url} do not say which channel each is on (/units/peak_channel_id).`, {
      url: file.url,
      hint: "Session files of Visual Coding – Neuropixels do: is it another data set's?",
    });
  }
  return table(
    [...columns].map(([name, column]) => [RELEASE_NAMES.get(name) ?? name, column] as const),
    rowCount,
  );
}

/** What the units of a session are made of. */
export interface UnitParts {
  /** `/units`, every row. */
  readonly units: Table;
  /** Channels of the session: a unit on another one is left out. */
  readonly channels: Table;
  readonly probes: Table;
  /** Whether the file calls a channel usable, and whether it has a label. */
  readonly isUsable: (channelId: number) => boolean;
  readonly isLabelled: (channelId: number) => boolean;
}

/**
 * Units that pass the filters, with what is known of their peak channel and probe; ordered by probe name, then up the probe, then across it.
 *
 * Source: AllenSDK `EcephysSession._build_units_table`.
 */
export function toUnits(
  parts: UnitParts,
  filters: UnitFilters,
  { place, notices }: { readonly place: string; readonly notices: NoticeCounter },
): Table {
  const { units, channels, probes } = parts;
  const peaks = numbersIn(units, "peak_channel_id");
  const channelOf = rowsById(channels);
  for (const { column } of metricRules(units, filters)) {
    if (units.columns.has(column)) continue;
    notices.add(
      "unit-rule-without-column",
      place,
      `There is no column ${column}, so that units could not be tested by it.`,
    );
  }
  let rows = rowsWhere(units.rowCount, () => true);
  for (const { name, definition, passes } of rulesOf(parts, filters, channelOf)) {
    const passing = rows.filter(passes);
    const message = `These units were left out: the filter asks that ${definition}.`;
    notices.add(`units-dropped-${name}`, place, message, rows.length - passing.length);
    rows = passing;
  }
  const kept = takeRows(units, rows);
  const columns = new Map(kept.columns);
  if (filters.byValidity !== false) columns.delete("quality");
  const channelRows = rows.map((row) => channelOf.get(peaks[row] ?? Number.NaN) ?? 0);
  for (const [name, column] of channels.columns) {
    if (name !== "id") columns.set(name, takeCells(column, channelRows));
  }
  const probeOf = rowsById(probes);
  const probeIds = numbersIn(channels, "probe_id");
  const probeRows = channelRows.map((row) => probeOf.get(probeIds[row] ?? Number.NaN) ?? -1);
  for (const [from, to] of OF_PROBE) columns.set(to, takeCells(probes.columns.get(from) ?? [], probeRows));
  return sortUnits(table(columns, rows.length));
}

/** The tests in the order in which they are made; a unit counts for the first that it fails. */
function rulesOf(
  { units, isUsable, isLabelled }: UnitParts,
  filters: UnitFilters,
  channelOf: ReadonlyMap<number, number>,
): readonly SessionUnitRule[] {
  const { byValidity = true, inBrain = true } = filters;
  const peaks = numbersIn(units, "peak_channel_id");
  const peakOf = (row: number) => peaks[row] ?? Number.NaN;
  const quality = units.columns.get("quality");
  const rules: (SessionUnitRule | false)[] = [
    byValidity && {
      name: "usable-channel",
      definition: "the file calls the peak channel usable",
      passes: (row) => isUsable(peakOf(row)),
    },
    inBrain && {
      name: "in-brain",
      definition: "the peak channel has a label",
      passes: (row) => isLabelled(peakOf(row)),
    },
    {
      name: "listed-channel",
      definition: "the peak channel is a channel of the session",
      passes: (row) => channelOf.has(peakOf(row)),
    },
    byValidity &&
      quality !== undefined && {
        name: "good-quality",
        definition: 'quality is "good", where the table has that column',
        passes: (row) => quality[row] === "good",
      },
    ...metricRules(units, filters).filter(({ column }) => units.columns.has(column)),
  ];
  return rules.filter((rule) => rule !== false);
}

function sortUnits(units: Table): Table {
  const names = units.columns.get("probe_description") ?? [];
  const vertical = numbersIn(units, "probe_vertical_position");
  const horizontal = numbersIn(units, "probe_horizontal_position");
  const at = (values: ArrayLike<number>, row: number) => values[row] ?? Number.NaN;
  const order = Array.from({ length: units.rowCount }, (_, row) => row).sort(
    (a, b) =>
      compareText(String(names[a] ?? ""), String(names[b] ?? "")) ||
      at(vertical, a) - at(vertical, b) ||
      at(horizontal, a) - at(horizontal, b),
  );
  return takeRows(units, order);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** A structure and how many of the units are in it. */
export interface StructureCount {
  readonly acronym: string;
  readonly unitCount: number;
}

/** Units by structure, most first; units without a label are not counted. */
export function countByStructure(units: Table): readonly StructureCount[] {
  const counts = new Map<string, number>();
  for (const label of labelsOf(units)) {
    if (!isAbsentCell(label)) counts.set(String(label), (counts.get(String(label)) ?? 0) + 1);
  }
  return [...counts].map(([acronym, unitCount]) => ({ acronym, unitCount })).sort((a, b) => b.unitCount - a.unitCount);
}

/** Labels of the rows: those of the channel table where there is one, else the file's own. */
export function labelsOf(rows: Table): readonly (string | null)[] {
  const labels = rows.columns.get("ecephys_structure_acronym") ?? rows.columns.get("structure_acronym") ?? [];
  return Array.from({ length: rows.rowCount }, (_, row) => (isAbsentCell(labels[row]) ? null : String(labels[row])));
}
