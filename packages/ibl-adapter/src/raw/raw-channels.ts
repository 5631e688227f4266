import { type Channel, type Notice, type ProbeRef, ref } from "@crossprobe/core";
import { readImroTable } from "./imro-table.js";
import type { RawRecording } from "./raw-recording.js";

/** The channels that a recording's own `.meta` gives, in its order: places on the probe, and no histology. */
export function toRawChannels(recording: RawRecording, probe: ProbeRef): readonly Channel[] {
  const { meta, geometry } = recording;
  const table = meta === null || geometry === null ? undefined : readImroTable(meta);
  const sites = new Map(geometry?.sites.map((site) => [site.fileColumn, site]));
  return recording.columns.map((column, row): Channel => {
    const site = sites.get(column);
    return {
      ref: ref(probe.dataset, "channel", `${probe.id}/${row}`),
      probe,
      region: null,
      regionAbsent: "notRegistered",
      ccf: null,
      hemisphere: null,
      distanceFromTipUm: site?.y ?? null,
      siteIndex: (site && table?.get(site.channel)?.site) ?? null,
      lateralUm: site?.x ?? null,
      quality: null,
    };
  });
}

/**
 * The rows of a channel table for the channels of a recording, by their place on the probe: with the regions that the table has. Where a
 * channel has no row of its own, all of them are the recording's own, and a notice says so.
 */
export function matchRawChannels(
  recording: RawRecording,
  probe: ProbeRef,
  table: readonly Channel[],
): { readonly channels: readonly Channel[]; readonly notices: readonly Notice[] } {
  const rows = new Map(table.map((row) => [placeOf(row), row]));
  const own = toRawChannels(recording, probe);
  const matched = own.flatMap((channel) => rows.get(placeOf(channel)) ?? []);
  const distinct = new Set(matched).size;
  if (distinct === own.length) return { channels: matched, notices: [] };
  const message = `the channel table has a row for ${distinct} of ${own.length} channels by their place on the probe: all are as the .meta has them, without regions`;
  const where = recording.url;
  return { channels: own, notices: [{ code: "raw-channels-unmatched", message, count: own.length - distinct, where }] };
}

function placeOf({ lateralUm, distanceFromTipUm }: Channel): string {
  return `${lateralUm} ${distanceFromTipUm}`;
}
