import { assignRegion } from "@crossprobe/analysis";
import type { Mapping, Region } from "@crossprobe/atlas";
import { UnsupportedError } from "@crossprobe/core";
import { type LinearMap, sparseMap } from "@crossprobe/ibl-adapter/lfpack";
import type { LfpSignal, SignalColumn } from "./lfp-signal.js";

/** A column of means: the region, the channels of it that are used, and the source's labels of those. */
export interface RegionColumn {
  readonly region: Region;
  readonly channels: readonly number[];
  /** How many of the channels carry each of the source's labels: a mapping puts finer labels together. */
  readonly labels: Readonly<Record<string, number>>;
}

/** Channels that are in no column, and why. */
export interface LeftOutChannels {
  readonly reason: "no label" | "outside the mapping" | "bad quality";
  readonly channels: readonly number[];
}

export interface RegionMeanColumns {
  readonly map: LinearMap;
  readonly columns: readonly RegionColumn[];
  readonly leftOut: readonly LeftOutChannels[];
}

/**
 * Means over the channels of each region of a mapping, in the order of the channels. Channels that the source labels dead, noisy
 * or outside the brain are left out; where it has no verdict, all are used.
 *
 * @throws {@link UnsupportedError} when no channel is left in any region
 */
export function regionMeans(signal: LfpSignal, mapping: Mapping): RegionMeanColumns {
  const found = new Map<number, { region: Region; channels: number[] }>();
  const leftOut = new Map<LeftOutChannels["reason"], number[]>();
  const leave = (reason: LeftOutChannels["reason"], channel: number) =>
    leftOut.set(reason, [...(leftOut.get(reason) ?? []), channel]);
  for (const [channel, column] of signal.columns.entries()) {
    const assigned = assignRegion(column, mapping);
    if (assigned.kind === "unregistered") leave("no label", channel);
    else if (assigned.kind === "unmapped") leave("outside the mapping", channel);
    else if (isBad(column)) leave("bad quality", channel);
    else {
      const own = found.get(assigned.region.id) ?? { region: assigned.region, channels: [] };
      own.channels.push(channel);
      found.set(assigned.region.id, own);
    }
  }
  if (found.size === 0) {
    throw new UnsupportedError(`no channel of ${signal.name} is in a region of the ${mapping} mapping`, {
      hint: `see its channels with crossprobe lfp info ${signal.argument}, or use --by bin:<n>`,
    });
  }
  const columns = [...found.values()].map(({ region, channels }) => ({
    ...{ region, channels },
    labels: countLabels(channels.map((channel) => signal.columns[channel]?.region?.acronym ?? "")),
  }));
  const entries = columns.map(({ region, channels }) => ({
    name: region.acronym,
    entries: channels.map((channel) => [channel, 1 / channels.length] as const),
  }));
  return {
    map: sparseMap(signal.columns.length, entries, `means by region (${mapping})`),
    columns,
    leftOut: [...leftOut].map(([reason, channels]) => ({ reason, channels })),
  };
}

function isBad({ quality }: SignalColumn): boolean {
  return quality !== null && quality !== "good";
}

function countLabels(acronyms: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const acronym of acronyms) counts[acronym] = (counts[acronym] ?? 0) + 1;
  return counts;
}
