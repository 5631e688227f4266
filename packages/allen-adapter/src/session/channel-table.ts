import { type CallOptions, NotFoundError, type Table, table } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { type ColumnValues, type DynamicTable, readDynamicTable } from "@crossprobe/nwb";
import { ABSENT_TEXT } from "../csv-cells.js";
import { countSentinels, DV_EQUALS_ML, type StoredPoint } from "../errata/coordinates.js";
import type { NoticeCounter } from "../notices.js";
import { CCF_SENTINELS } from "../place.js";
import { isNumbers, rowsById, rowsWhere, takeCells, takeRows } from "./columns.js";

const PATH = "/general/extracellular_ephys/electrodes";

/** Coordinates of a channel by the name that the release gives them, and by that of the file's columns in 2020. */
const COORDINATES = [
  ["anterior_posterior_ccf_coordinate", "x"],
  ["dorsal_ventral_ccf_coordinate", "y"],
  ["left_right_ccf_coordinate", "z"],
] as const;

/** Columns of `channels.csv` that a session takes from it: those of the file are wrong (coordinates) or poorer (the label). */
const LISTED_COLUMNS = ["ecephys_structure_id", "ecephys_structure_acronym", ...COORDINATES.map(([name]) => name)];

/** Every channel of a file, and which of them the release calls usable. */
export interface FileChannels {
  readonly table: Table;
  /** By row. */
  readonly isValid: readonly boolean[];
}

/**
 * The electrodes of a session file under the release's column names: `id`, `probe_id`, `probe_channel_number` (0 at the tip),
 * `probe_vertical_position` and `probe_horizontal_position` (µm), `filtering`, `structure_acronym`, `valid_data`, coordinates (CCF µm).
 *
 * Absent: null for a channel without label (`""`, `None`); NaN for a coordinate that stands for "not registered".
 *
 * Source: AllenSDK `EcephysNwbSessionApi.get_channels`: `LGd-sh` is `LGd`; the channel's number is `local_index` or `probe_channel_number`.
 * 2019: labels in `manual_structure_acronym`, coordinates under their own names.
 *
 * @throws {@link NotFoundError} when the file has no electrodes
 */
export async function readFileChannels(
  file: Hdf5File,
  notices: NoticeCounter,
  options?: CallOptions,
): Promise<FileChannels> {
  const found = await readDynamicTable(file, PATH, { except: ["group", "group_name", "imp"], signal: options?.signal });
  if (!found?.ids) throw new NotFoundError(`${file.url} holds no electrodes (${PATH}).`);
  const { rowCount } = found;
  const columns: [string, Float64Array | readonly unknown[]][] = [["id", Float64Array.from(found.ids)]];
  columns.push(["filtering", textsOf(found, "filtering") ?? new Array<null>(rowCount).fill(null)]);
  columns.push([
    "probe_channel_number",
    numbersOf(found, "local_index") ?? numbersOf(found, "probe_channel_number") ?? absentNumbers(rowCount),
  ]);
  for (const name of ["probe_horizontal_position", "probe_id", "probe_vertical_position"]) {
    columns.push([name, numbersOf(found, name) ?? absentNumbers(rowCount)]);
  }
  const labels = textsOf(found, "location") ?? textsOf(found, "manual_structure_acronym");
  columns.push(["structure_acronym", (labels ?? new Array<null>(rowCount).fill(null)).map(withoutSuffix)]);
  const ids2019 = numbersOf(found, "manual_structure_id");
  if (ids2019) {
    columns.push(["ecephys_structure_id", ids2019]);
    columns.push(["ecephys_structure_acronym", (labels ?? []).map(withoutSuffix)]);
  }
  for (const [name, stored] of COORDINATES) {
    columns.push([name, numbersOf(found, name) ?? numbersOf(found, stored) ?? absentNumbers(rowCount)]);
  }
  const place = `${file.url}#${PATH}`;
  const channels = withoutSentinels(withoutRepeatedAxis(table(columns, rowCount), place, notices), place, notices);
  return { table: channels, isValid: validityOf(found) };
}

/**
 * The channels with what `channels.csv` says of them. Channels that it does not list are left out, as AllenSDK does, and counted.
 *
 * @param listed `channels.csv`: `id` and {@link LISTED_COLUMNS}
 */
export function joinListedChannels(channels: Table, listed: Table, place: string, notices: NoticeCounter): Table {
  const rowOf = rowsById(listed);
  const ids = channels.columns.get("id") ?? [];
  const rows = rowsWhere(channels.rowCount, (row) => rowOf.has(Number(ids[row])));
  const message = "Channels that channels.csv does not list are no channels of the release and were left out.";
  notices.add("channels-unlisted", place, message, channels.rowCount - rows.length);
  const kept = takeRows(channels, rows);
  const listedRows = rows.map((row) => rowOf.get(Number(ids[row])) ?? 0);
  const columns = new Map(kept.columns);
  for (const name of LISTED_COLUMNS) {
    const column = listed.columns.get(name);
    if (column) columns.set(name, takeCells(column, listedRows));
  }
  return withoutSentinels(table(columns, kept.rowCount), "channels.csv", notices);
}

/** Source: AllenSDK issue 2776: in released files `y` (dorsal–ventral) repeats `z` (left–right). Two axes of 2000 sites never agree by chance. */
function withoutRepeatedAxis(channels: Table, place: string, notices: NoticeCounter): Table {
  const dorsal = channels.columns.get("dorsal_ventral_ccf_coordinate");
  const lateral = channels.columns.get("left_right_ccf_coordinate");
  if (!dorsal || !lateral) return channels;
  const known = rowsWhere(channels.rowCount, (row) => !Number.isNaN(Number(dorsal[row])) && Number(dorsal[row]) > 0);
  if (known.length < 2 || known.some((row) => dorsal[row] !== lateral[row])) return channels;
  const message = "The file repeats the left-right coordinate as the dorsal-ventral one, which is thereby unknown.";
  notices.add(DV_EQUALS_ML.id, place, message, known.length);
  const columns = new Map(channels.columns).set("dorsal_ventral_ccf_coordinate", absentNumbers(channels.rowCount));
  return table(columns, channels.rowCount);
}

function withoutSentinels(channels: Table, place: string, notices: NoticeCounter): Table {
  const axes = COORDINATES.map(([name]) => channels.columns.get(name)).filter((axis) => axis !== undefined);
  const marked = rowsWhere(channels.rowCount, (row) => axes.some((axis) => CCF_SENTINELS.has(Number(axis[row] ?? 1))));
  if (marked.length === 0) return channels;
  const pointAt = (row: number): StoredPoint => {
    const [ap = Number.NaN, dv = Number.NaN, ml = Number.NaN] = axes.map((axis) => Number(axis[row]));
    return [ap, dv, ml];
  };
  for (const [{ id, title }, count] of countSentinels(marked.map(pointAt))) {
    notices.add(id, place, `${title}; the coordinates were taken as absent.`, count);
  }
  const columns = new Map(channels.columns);
  for (const [name] of COORDINATES) {
    const axis = columns.get(name);
    if (!axis || !isNumbers(axis)) continue;
    const cleaned = Float64Array.from(axis);
    for (const row of marked) cleaned[row] = Number.NaN;
    columns.set(name, cleaned);
  }
  return table(columns, channels.rowCount);
}

function validityOf(found: DynamicTable): readonly boolean[] {
  const flags = numbersOf(found, "valid_data");
  return Array.from({ length: found.rowCount }, (_, row) => flags === undefined || flags[row] !== 0);
}

function withoutSuffix(label: string | null): string | null {
  if (label === null || ABSENT_TEXT.has(label.trim().toLowerCase())) return null;
  return label.split("-")[0] ?? label;
}

function numbersOf(found: DynamicTable, name: string): Float64Array | undefined {
  const values: ColumnValues | undefined = found.columns.get(name)?.values;
  const isNumeric = values?.kind === "number" || values?.kind === "boolean";
  return isNumeric ? Float64Array.from(values.values) : undefined;
}

function textsOf(found: DynamicTable, name: string): readonly (string | null)[] | undefined {
  const values = found.columns.get(name)?.values;
  return values?.kind === "text" ? values.values : undefined;
}

function absentNumbers(rowCount: number): Float64Array {
  return new Float64Array(rowCount).fill(Number.NaN);
}
