import { QueryError } from "@crossprobe/core";
import type { LinearMap } from "@crossprobe/ibl-adapter/lfpack";
import type { LfpSignal } from "./lfp-signal.js";

/** How channels are put together. */
export type Aggregate = "mean" | "sum";

/** What a read makes of the channels. */
export interface ChannelChoice {
  /** Undefined: every channel as it is. */
  readonly map: LinearMap | undefined;
  /** Channels that each column is made of. */
  readonly members: readonly (readonly number[])[];
  /** Channels past the last full bin, which are in no column. */
  readonly leftOver: readonly number[];
}

/**
 * Channels picked, and put together in bins of neighbours in the order picked.
 *
 * @param channels all if not given
 * @throws {@link QueryError} for a channel that the signal does not have, or a bin larger than what is picked
 */
export async function chooseChannels(
  signal: LfpSignal,
  channels: readonly number[] | undefined,
  bin: { readonly size: number; readonly aggregate: Aggregate } | undefined,
): Promise<ChannelChoice> {
  const count = signal.columns.length;
  const wrong = channels?.find((channel) => channel >= count);
  if (wrong !== undefined) {
    throw new QueryError(`channel ${wrong} is not one of the ${count} of ${signal.name}`, {
      hint: `choose --channels from 0 to ${count - 1}`,
    });
  }
  const picked = channels ?? Array.from({ length: count }, (_, channel) => channel);
  const size = bin?.size ?? 1;
  if (size > picked.length) {
    throw new QueryError(`bins of ${size} do not fit ${picked.length} channels of ${signal.name}`, {
      hint: `give --bin from 1 to ${picked.length}`,
    });
  }
  const full = Math.floor(picked.length / size);
  const members = Array.from({ length: full }, (_, i) => picked.slice(i * size, (i + 1) * size));
  const leftOver = picked.slice(full * size);
  if (channels === undefined && size === 1) return { map: undefined, members, leftOver };
  const { sparseMap } = await import("@crossprobe/ibl-adapter/lfpack");
  const weight = bin?.aggregate === "sum" ? 1 : 1 / size;
  const columns = members.map((own) => ({ name: memberText(own), entries: countedEntries(own, weight) }));
  return { map: sparseMap(count, columns, size === 1 ? "subset" : `${bin?.aggregate} of ${size}`), members, leftOver };
}

/** A channel that is picked twice counts twice. */
function countedEntries(channels: readonly number[], weight: number): readonly (readonly [number, number])[] {
  const weights = new Map<number, number>();
  for (const channel of channels) weights.set(channel, (weights.get(channel) ?? 0) + weight);
  return [...weights];
}

/** `ch 4`, `ch 4-7`, `ch 0,4,8-11`. */
export function memberText(channels: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const channel of channels) {
    const last = runs.at(-1);
    if (last !== undefined && channel === last[1] + 1) last[1] = channel;
    else runs.push([channel, channel]);
  }
  return `ch ${runs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(",")}`;
}
