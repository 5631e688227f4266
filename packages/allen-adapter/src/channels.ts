import type { Channel, ChannelTable } from "@crossprobe/core";
import { NoticeCounter } from "./notices.js";
import { nowhere, placeOf } from "./place.js";
import { outsideFromSite } from "./probes.js";
import type { IndexedTable } from "./tables.js";
import { channelRef, probeRef } from "./vocabulary.js";

/** Channels of one probe in the order of `channels.csv`. Reference sites have no row there, so site numbers have gaps. */
export function toChannelTable(channels: IndexedTable, probes: IndexedTable, probeId: string): ChannelTable {
  const notices = new NoticeCounter();
  const outsideFrom = outsideFromSite(channels, probes, probeId);
  const { cells, rowsOf } = channels;
  const rows = (rowsOf.get(probeId) ?? []).map(
    (row): Channel => ({
      ref: channelRef(cells.id("id", row)),
      probe: probeRef(probeId),
      ...placeOf(cells, row, outsideFrom, notices),
      siteIndex: cells.number("local_index", row),
      lateralUm: cells.number("probe_horizontal_position", row),
      quality: null,
    }),
  );
  return { probe: probeRef(probeId), rows, provenance: [{ url: cells.url }], notices: notices.list() };
}

/** A channel that a file names and `channels.csv` does not list: its site is what the file says, its place is unknown. */
export function unlistedChannel(
  channelId: string,
  probeId: string,
  site: Pick<Channel, "siteIndex" | "lateralUm" | "distanceFromTipUm">,
): Channel {
  return {
    ref: channelRef(channelId),
    probe: probeRef(probeId),
    ...nowhere("notReleased"),
    ...site,
    quality: null,
  };
}
