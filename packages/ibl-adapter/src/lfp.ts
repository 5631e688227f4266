import {
  type CallOptions,
  type Channel,
  type ChannelTable,
  type InvalidInterval,
  type LfpSource,
  NotFoundError,
  type Notice,
  type ProbeRef,
} from "@crossprobe/core";
import { filesOf, type ProbeEntry, type RecordingPlace } from "./catalogue.js";
import { type LfpackRecording, toLfpSource } from "./lfp/index.js";
import { findRawLfp, openRawLfp } from "./raw-lfp.js";
import { channelRef, toCcfPoint, toChannelQuality, toLocation } from "./vocabulary.js";

const UM_PER_M = 1e6;

/** Opens the recording of a probe: its header and tables, no signal. The caller closes it. */
export async function openRecording({ archive, name }: RecordingPlace, options: CallOptions): Promise<LfpackRecording> {
  return archive.file.openRecording(name, { signal: options.signal });
}

/** What the LFP of a probe is read from where both are there: the LFPack recording, or the raw one. */
export type LfpOrigin = "lfpack" | "raw";

/** What opening an LFP needs to know beside the probe. */
export interface LfpNeeds {
  readonly preferred: LfpOrigin;
  /** The probe's channel table; its rows are matched to columns by their place on the probe. */
  readonly channels: () => Promise<ChannelTable>;
}

/**
 * The LFP of a probe: its LFPack recording or its raw one, whichever is there, and of both the preferred one. The other never stands
 * in for one that cannot be read.
 *
 * @throws {@link NotFoundError} where the sources have neither
 */
export async function openLfp(entry: ProbeEntry, needs: LfpNeeds, options: CallOptions): Promise<LfpSource> {
  const { ref, recording } = entry;
  const isSettled = recording !== null && needs.preferred === "lfpack";
  const raw = isSettled ? null : findRawLfp(filesOf(entry.session), entry.label);
  if (raw !== null && raw.place !== null) {
    const invalid = recording === null ? undefined : (inner?: CallOptions) => readSaturation(entry, inner ?? {});
    return openRawLfp(raw.place, ref, (await needs.channels()).rows, invalid, options);
  }
  if (recording !== null) return openPacked(ref, recording, needs, options);
  const why = raw === null ? "" : `, and ${raw.reason}`;
  throw new NotFoundError(
    `no LFP for probe ${ref.dataset}:probe:${ref.id}: no LFPack archive among the sources has it${why}`,
    { hint: "give the LFPack .h5 with --ibl, or the ONE folder with the raw .lf files" },
  );
}

async function openPacked(
  probe: ProbeRef,
  place: RecordingPlace,
  { channels: readTable }: LfpNeeds,
  options: CallOptions,
): Promise<LfpSource> {
  const table = await readTable();
  const opened = await openRecording(place, options);
  try {
    const { channels, notices } = toColumns(table, opened);
    return toLfpSource(opened, probe, channels, notices);
  } catch (error) {
    opened.close();
    throw error;
  }
}

/**
 * Saturated spans of a probe's LFP, on the session clock; empty where the sources tag none, and where the recording is not on that clock
 * (its source says so: `clock-unsynced`).
 */
export async function readSaturation(
  { ref, recording }: ProbeEntry,
  options: CallOptions,
): Promise<readonly InvalidInterval[]> {
  if (recording === null) return [];
  const opened = await openRecording(recording, options);
  try {
    if (opened.clock.quality === "unsynced") return [];
    return opened
      .saturatedIntervals()
      .map(({ start, stop }) => ({ start, stop, kind: "saturated", probe: ref, tags: ["saturation"] }));
  } finally {
    opened.close();
  }
}

/**
 * The channel table that a recording's own annotations give: for a probe of which no other source has channels.
 *
 * Source: LFPack attributes `geometry_x`, `geometry_y` (um), `ml`, `ap`, `dv` (metres from bregma), `atlas_id`, `labels`.
 */
export async function readRecordingChannels(
  probe: ProbeRef,
  place: RecordingPlace,
  options: CallOptions,
): Promise<ChannelTable> {
  const recording = await openRecording(place, options);
  try {
    const rows = toChannels(probe, recording);
    const provenance = { url: recording.url, path: recording.path, conversion: "m from bregma -> CCF um" };
    return { probe, rows, provenance: [provenance], notices: [] };
  } finally {
    recording.close();
  }
}

/**
 * A channel table whose release has no histology, with the places that the recording's annotations state, by place on the probe.
 * A table with any registered channel is given back as it is, and so is one that the recording has nothing for.
 */
export async function withRecordedLocations(
  table: ChannelTable,
  place: RecordingPlace,
  options: CallOptions,
): Promise<ChannelTable> {
  if (table.rows.some(({ regionAbsent }) => regionAbsent !== "notRegistered")) return table;
  const recorded = await readRecordingChannels(table.probe, place, options);
  const known = new Map(recorded.rows.map((row) => [placeOf(row), row]));
  let count = 0;
  const rows = table.rows.map((row): Channel => {
    const found = known.get(placeOf(row));
    if (found === undefined || found.regionAbsent === "notRegistered") return row;
    count++;
    const { region, regionAbsent, ccf, hemisphere } = found;
    return { ...row, region, regionAbsent, ccf, hemisphere };
  });
  if (count === 0) return table;
  const message = `the channel files have no histology: places of ${count} channels are those of the LFPack recording`;
  const notice = { code: "locations-from-lfpack", message, count, where: place.archive.url };
  return {
    ...table,
    rows,
    provenance: [...table.provenance, ...recorded.provenance],
    notices: [...table.notices, notice],
  };
}

function placeOf({ lateralUm, distanceFromTipUm }: Pick<Channel, "lateralUm" | "distanceFromTipUm">): string {
  return `${lateralUm} ${distanceFromTipUm}`;
}

function toChannels(probe: ProbeRef, { channels, channelCount }: LfpackRecording): Channel[] {
  return Array.from({ length: channelCount }, (_unused, column): Channel => {
    const { ml, ap, dv, atlasId, labels } = channels;
    const um = (values: Float32Array | null) => (values?.[column] ?? Number.NaN) * UM_PER_M;
    return {
      ref: channelRef(probe, column),
      probe,
      ...toLocation(atlasId?.[column] ?? null, toCcfPoint(um(ml), um(ap), um(dv))),
      distanceFromTipUm: finite(channels.axialUm[column]),
      // Contacts are sorted along the probe and all of them are stored: the column is the site.
      siteIndex: column,
      lateralUm: finite(channels.lateralUm[column]),
      quality: labels === null ? null : toChannelQuality(labels[column] ?? Number.NaN),
    };
  });
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/**
 * One channel for each column: the rows of the table at the same places on the probe. Where a column has no row of its own, all of
 * them are what the recording itself says, and a notice.
 */
function toColumns(
  table: ChannelTable,
  recording: LfpackRecording,
): { readonly channels: readonly Channel[]; readonly notices: readonly Notice[] } {
  const rows = new Map(table.rows.map((row) => [placeOf(row), row]));
  const { lateralUm, axialUm } = recording.channels;
  const columns = Array.from(lateralUm, (lateral, column) =>
    rows.get(placeOf({ lateralUm: lateral, distanceFromTipUm: axialUm[column] ?? null })),
  );
  const matched = columns.filter((row) => row !== undefined);
  const distinct = new Set(matched).size;
  if (matched.length === recording.channelCount && distinct === matched.length) {
    return { channels: matched, notices: [] };
  }
  const message = `the channel table has a row for ${distinct} of ${columns.length} LFP channels by their place on the probe: region and place of all are those of the recording, and their references count its columns`;
  const count = columns.length - distinct;
  const where = `${recording.url}#${recording.path}`;
  return {
    channels: toChannels(table.probe, recording),
    notices: [{ code: "lfp-channels-unmatched", message, count, where }],
  };
}
