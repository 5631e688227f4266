import { type CallOptions, NotFoundError, type Table, table } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { type ColumnValues, type DynamicTable, readDynamicTable } from "@crossprobe/nwb";
import { ABSENT_TEXT } from "../csv-cells.js";
import { countSentinels, DV_EQUALS_ML, SENTINEL_ERRATA, type StoredPoint } from "../errata/coordinates.js";
import { DEFAULT_ERRATA, type ErrataSettings } from "../errata/errata-choice.js";
import { STRUCTURE_SUFFIX } from "../errata/labels.js";
import type { NoticeCounter } from "../notices.js";
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

/** Which defects are mended, and where that is said. */
interface Mending {
  readonly place: string;
  readonly errata: ErrataSettings;
  readonly notices: NoticeCounter;
}

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
  errata: ErrataSettings = DEFAULT_ERRATA,
): Promise<FileChannels> {
  const found = await readDynamicTable(file, PATH, { except: ["group", "group_name", "imp"], signal: options?.signal });
  if (!found?.ids)
    throw new NotFoundError(`${file.url} holds no electrodes (${PATH}).`, {
      hint: "Look at what the file holds with `crossprobe inspect`.",
    });
  const { rowCount } = found;
  for (const { code, where, message, count } of found.notices) notices.add(code, where, message, count);
  if (found.unreadable.has("valid_data")) {
    const message = "The flags of usable channels cannot be read; every channel was taken as usable.";
    notices.add("channel-validity-unknown", `${file.url}#${PATH}/valid_data`, message, rowCount);
  }
  const columns: [string, Float64Array | readonly unknown[]][] = [["id", Float64Array.from(found.ids)]];
  columns.push(["filtering", textsOf(found, "filtering") ?? new Array<null>(rowCount).fill(null)]);
  columns.push([
    "probe_channel_number",
    numbersOf(found, "local_index") ?? numbersOf(found, "probe_channel_number") ?? absentNumbers(rowCount),
  ]);
  for (const name of ["probe_horizontal_position", "probe_id", "probe_vertical_position"]) {
    columns.push([name, numbersOf(found, name) ?? absentNumbers(rowCount)]);
  }
  const place = `${file.url}#${PATH}`;
  const stored = textsOf(found, "location") ?? textsOf(found, "manual_structure_acronym");
  const labels = toLabels(stored ?? new Array<null>(rowCount).fill(null), { place, errata, notices });
  columns.push(["structure_acronym", labels]);
  const ids2019 = numbersOf(found, "manual_structure_id");
  if (ids2019) {
    columns.push(["ecephys_structure_id", ids2019]);
    columns.push(["ecephys_structure_acronym", labels]);
  }
  for (const [name, axis] of COORDINATES) {
    columns.push([name, numbersOf(found, name) ?? numbersOf(found, axis) ?? absentNumbers(rowCount)]);
  }
  const mending = { place, errata, notices };
  const channels = withoutSentinels(withoutRepeatedAxis(table(columns, rowCount), mending), mending);
  return { table: channels, isValid: validityOf(found) };
}

/**
 * The channels with what `channels.csv` says of them. Channels that it does not list are left out, as AllenSDK does, and counted.
 *
 * @param listed `channels.csv`: `id` and {@link LISTED_COLUMNS}
 */
export function joinListedChannels(channels: Table, listed: Table, mending: Mending): Table {
  const { place, notices } = mending;
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
  return withoutSentinels(table(columns, kept.rowCount), { ...mending, place: "channels.csv" });
}

/** Source: AllenSDK issue 2776: in released files `y` (dorsal–ventral) repeats `z` (left–right). Two axes of 2000 sites never agree by chance. */
function withoutRepeatedAxis(channels: Table, { place, errata, notices }: Mending): Table {
  if (!errata.isOn(DV_EQUALS_ML.id)) return channels;
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

function withoutSentinels(channels: Table, { place, errata, notices }: Mending): Table {
  const axes = COORDINATES.map(([name]) => channels.columns.get(name)).filter((axis) => axis !== undefined);
  const pointAt = (row: number): StoredPoint => {
    const [ap = Number.NaN, dv = Number.NaN, ml = Number.NaN] = axes.map((axis) => Number(axis[row]));
    return [ap, dv, ml];
  };
  const mended = SENTINEL_ERRATA.filter(({ id }) => errata.isOn(id));
  const marked = rowsWhere(channels.rowCount, (row) => mended.some((erratum) => erratum.detect(pointAt(row))));
  if (marked.length === 0) return channels;
  for (const [{ id, title }, count] of countSentinels(marked.map(pointAt), errata)) {
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

/** Labels without subregions, null for the texts of a missing one; as stored where that is not to be mended. */
function toLabels(stored: readonly (string | null)[], { place, errata, notices }: Mending): readonly (string | null)[] {
  if (!errata.isOn(STRUCTURE_SUFFIX.id)) return stored.map((label) => (label === "" ? null : label));
  const labels = stored.map((label) =>
    label === null || ABSENT_TEXT.has(label.trim().toLowerCase()) ? null : (label.split("-")[0] ?? label),
  );
  const changed = labels.filter((label, row) => label !== stored[row] && stored[row] !== "").length;
  notices.add(
    STRUCTURE_SUFFIX.id,
    place,
    "Labels of subregions are those of their region, and None is no label.",
    changed,
  );
  return labels;
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
