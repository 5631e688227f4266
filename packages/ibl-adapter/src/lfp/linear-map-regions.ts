import { UnsupportedError } from "@crossprobe/core";
import type { LfpackChannels } from "./lfpack-channels.js";
import { type LinearMap, sparseMap } from "./linear-map.js";

export interface RegionMeanOptions {
  /** Acronyms wanted, in the order wanted; every label of the recording in code-point order if not given. */
  readonly regions?: readonly string[] | undefined;
  /** Only channels whose quality label is 0, good; all channels if not given. */
  readonly goodOnly?: boolean | undefined;
}

/** A region that has no column, because no channel is left to take the mean of. */
export interface LeftOutRegion {
  readonly acronym: string;
  /** Channels with this label, before `goodOnly`. */
  readonly channelCount: number;
  readonly reason: "no channel has this label" | "no channel of it is good";
}

export interface RegionMeans {
  /** One column a region, named by its acronym. */
  readonly map: LinearMap;
  /** `[columns]`: channels that each mean is over. */
  readonly channelCounts: readonly number[];
  readonly leftOut: readonly LeftOutRegion[];
}

/**
 * Mean over the channels of each region, by the labels as stored: `void` and `root` are labels like others, and children are not
 * counted to their parents.
 *
 * A region without channels is left out and reported; it is not a column of zeros.
 *
 * @throws {@link UnsupportedError} when the recording stores no acronyms, or (for `goodOnly`) no quality labels
 */
export function regionMeanMap(channels: LfpackChannels, options: RegionMeanOptions = {}): RegionMeans {
  const { acronym, labels } = channels;
  if (acronym === null) {
    throw new UnsupportedError("the recording stores no acronyms of its channels, so that there are no region means", {
      hint: "label the channels from another source and build the map with sparseMap",
    });
  }
  if (options.goodOnly === true && labels === null) {
    throw new UnsupportedError("the recording stores no quality labels, so that good channels are not known", {
      hint: "take all channels, or build the map with sparseMap",
    });
  }
  const wanted = options.regions ?? [...new Set(acronym)].sort();
  const leftOut: LeftOutRegion[] = [];
  const columns = wanted.flatMap((name) => {
    const all = acronym.flatMap((label, channel) => (label === name ? [channel] : []));
    const used = options.goodOnly === true ? all.filter((channel) => labels?.[channel] === 0) : all;
    if (used.length > 0) return [{ name, entries: used.map((channel) => [channel, 1 / used.length] as const) }];
    const reason = all.length === 0 ? "no channel has this label" : "no channel of it is good";
    leftOut.push({ acronym: name, channelCount: all.length, reason });
    return [];
  });
  const map = sparseMap(acronym.length, columns, options.goodOnly === true ? "mean of good channels" : "region mean");
  return { map, channelCounts: columns.map((column) => column.entries.length), leftOut };
}
