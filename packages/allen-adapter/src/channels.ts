import type { Channel, ChannelTable } from "@crossprobe/core";
import { DEFAULT_ERRATA, type ErrataSettings, errataOf } from "./errata/errata-choice.js";
import { NoticeCounter } from "./notices.js";
import { nowhere, placeOf } from "./place.js";
import { outsideFromSite } from "./probes.js";
import type { IndexedTable } from "./tables.js";
import { channelRef, probeRef } from "./vocabulary.js";

/** Channels of one probe in the order of `channels.csv`. Reference sites have no row there, so site numbers have gaps. */
export function toChannelTable(
  channels: IndexedTable,
  probes: IndexedTable,
  probeId: string,
  errata: ErrataSettings = DEFAULT_ERRATA,
): ChannelTable {
  const notices = new NoticeCounter();
  const outsideFrom = outsideFromSite(channels, probes, probeId);
  const { cells, rowsOf } = channels;
  const rows = (rowsOf.get(probeId) ?? []).map(
    (row): Channel => ({
      ref: channelRef(cells.id("id", row)),
      probe: probeRef(probeId),
      ...placeOf(cells, row, outsideFrom, notices, errata),
      siteIndex: cells.number("local_index", row),
      lateralUm: cells.number("probe_horizontal_position", row),
      quality: null,
    }),
  );
  const reported = notices.list();
  return {
    probe: probeRef(probeId),
    rows,
    provenance: [{ url: cells.url, ...errataOf(reported) }],
    notices: reported,
  };
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
