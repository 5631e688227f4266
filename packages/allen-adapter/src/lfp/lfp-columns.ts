import { type CallOptions, type Channel, NotFoundError, type Notice, SchemaError } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { type ColumnValues, type ElectricalSeries, openElectricalSeries, readDynamicTable } from "@crossprobe/nwb";
import { unlistedChannel } from "../channels.js";
import { NoticeCounter } from "../notices.js";

const ACQUISITION = "/acquisition";

/**
 * The electrical series of an LFP file, found by type, directly under `/acquisition` or inside an `LFP` container there.
 *
 * Source: `/acquisition/probe_<id>_lfp/probe_<id>_lfp_data`, with a soft link to it beside the container.
 *
 * @throws {@link NotFoundError} when the file holds none
 */
export async function openLfpSeries(file: Hdf5File, options?: CallOptions): Promise<ElectricalSeries> {
  const path = await findSeries(file, ACQUISITION, 2, options);
  const series = path === undefined ? undefined : await openElectricalSeries(file, path, options);
  if (series) return series;
  throw new NotFoundError(`${file.url} holds no electrical series under ${ACQUISITION}.`, {
    hint: "Look at what the file holds with `crossprobe inspect`.",
  });
}

async function findSeries(
  file: Hdf5File,
  parent: string,
  depth: number,
  options?: CallOptions,
): Promise<string | undefined> {
  if ((await file.find(parent, options))?.kind !== "group") return undefined;
  const groups: string[] = [];
  for (const { name, kind } of await file.list(parent, options)) {
    const path = `${parent}/${name}`;
    if (kind !== "hard" || (await file.find(path, options))?.kind !== "group") continue;
    const type = (await file.attributes(path, options)).get("neurodata_type")?.values;
    if (Array.isArray(type) && type[0] === "ElectricalSeries") return path;
    groups.push(path);
  }
  for (const group of depth > 1 ? groups : []) {
    const found = await findSeries(file, group, depth - 1, options);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The channel of each column of the data. */
export interface LfpColumns {
  readonly channels: readonly Channel[];
  readonly notices: readonly Notice[];
}

/**
 * Which channel each column of the data is, by its id in the electrodes table of the LFP file.
 *
 * Source: the file's electrodes are the LFP channels alone, and their `id` is that of `channels.csv`. Coordinates in NWB files of the
 * release are not used (AllenSDK issue 2776: `y` repeats `z`).
 *
 * @param listed channels of the probe in `channels.csv`, by id
 */
export async function readLfpColumns(
  file: Hdf5File,
  series: ElectricalSeries,
  probe: { readonly id: string; readonly listed: ReadonlyMap<string, Channel> },
  options?: CallOptions,
): Promise<LfpColumns> {
  const path = series.electrodes?.table ?? "/general/extracellular_ephys/electrodes";
  const columns = ["local_index", "probe_channel_number", "probe_vertical_position", "probe_horizontal_position"];
  const table = await readDynamicTable(file, path, { columns, signal: options?.signal });
  const ids = table?.ids;
  if (!table || !ids)
    throw new NotFoundError(`${file.url} does not say which channels its LFP is of (${path}).`, {
      hint: "Look at what the file holds with `crossprobe inspect`.",
    });
  const notices = new NoticeCounter();
  if (!series.electrodes) {
    if (ids.length !== series.channelCount) throw unlikeElectrodes(file.url, path, ids.length, series.channelCount);
    const message = "The LFP does not say which electrodes it is of; they were taken in the order of their table.";
    notices.add("lfp-channels-unstated", `${file.url}#${series.path}`, message);
  }
  const rows = series.electrodes?.rows ?? Array.from({ length: series.channelCount }, (_, row) => row);
  const value = (name: string, row: number) => numberAt(table.columns.get(name)?.values, row);
  const channels = rows.slice(0, series.channelCount).map((row) => {
    if (ids[row] === undefined) throw unlikeElectrodes(file.url, path, ids.length, series.channelCount);
    const id = String(ids[row]);
    const known = probe.listed.get(id);
    if (known) return known;
    const message = "Channels of the LFP file that channels.csv does not list have no region and no coordinates.";
    notices.add("lfp-channel-unlisted", `${file.url}#${path}`, message);
    return unlistedChannel(id, probe.id, {
      siteIndex: value("local_index", row) ?? value("probe_channel_number", row),
      lateralUm: value("probe_horizontal_position", row),
      distanceFromTipUm: value("probe_vertical_position", row),
    });
  });
  if (channels.length !== series.channelCount) {
    throw unlikeElectrodes(file.url, path, channels.length, series.channelCount);
  }
  return { channels, notices: notices.list() };
}

function unlikeElectrodes(url: string, path: string, known: number, wanted: number): SchemaError {
  return new SchemaError(
    `${url} has ${wanted} columns of LFP and ${known} electrodes that they could be of (${path}).`,
    {
      url,
      hint: "The file is damaged or of another layout: look at it with `crossprobe inspect`, or fetch it again.",
    },
  );
}

function numberAt(values: ColumnValues | undefined, row: number): number | null {
  const value = values?.kind === "number" ? values.values[row] : undefined;
  return value === undefined || Number.isNaN(value) ? null : value;
}
