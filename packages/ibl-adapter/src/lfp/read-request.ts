import { QueryError } from "@crossprobe/core";
import { type ChannelBins, checkBins } from "./channel-bins.js";
import { binMap, composeMaps, type LinearMap, subsetMap } from "./linear-map.js";
import { checkLength, type TimeFilter } from "./time-filter.js";

/** What to read of a recording. */
export interface LfpackReadRequest {
  /** Sample numbers `[start, stop)`; the whole recording if not given. */
  readonly samples?: readonly [start: number, stop: number] | undefined;
  /** Columns wanted, in the order wanted; all if not given. They number bins where `bins` is given. Not together with `map`. */
  readonly channels?: readonly number[] | undefined;
  /** Adjacent channels put together. Not together with `map`: compose maps instead. */
  readonly bins?: ChannelBins | undefined;
  /** Any linear map of channels. Give the same object again to have what was prepared for it used again. */
  readonly map?: LinearMap | undefined;
  /** A filter in time. It acts as if on the whole recording, whatever `samples` is. */
  readonly filter?: TimeFilter | undefined;
}

/** A request, checked and completed. */
export interface ResolvedRead {
  readonly samples: readonly [start: number, stop: number];
  /** Null: every channel as it is. */
  readonly map: LinearMap | null;
  readonly filter: TimeFilter | null;
  readonly unit: string;
}

const REQUEST_KEYS: readonly string[] = [
  "samples",
  "channels",
  "bins",
  "map",
  "filter",
] satisfies (keyof LfpackReadRequest)[];

/** @throws {@link QueryError} for what a recording of this size has not, and for choices that exclude each other */
export function resolveRead(request: LfpackReadRequest, channelCount: number, sampleCount: number): ResolvedRead {
  const { channels, bins, filter = null } = request;
  const stray = Object.keys(request).find((key) => !REQUEST_KEYS.includes(key));
  if (stray !== undefined) {
    throw new QueryError(`a read was asked for with ${JSON.stringify(stray)}, which means nothing`, {
      hint: `there are ${REQUEST_KEYS.join(", ")}`,
    });
  }
  const map = request.map ?? null;
  if (map !== null && (channels !== undefined || bins !== undefined)) {
    throw new QueryError("a read was asked for a map and for channels or bins at once", {
      hint: "put them into one map: composeMaps(subsetMap(…), map)",
    });
  }
  if (map !== null && map.channelCount !== channelCount) {
    throw new QueryError(
      `the map "${map.name}" takes ${map.channelCount} channels, the recording has ${channelCount}`,
      { hint: "make the map for the channels of the recording" },
    );
  }
  if (filter !== null) checkLength(filter, sampleCount);
  const samples = request.samples ?? [0, sampleCount];
  return { samples, map: map ?? toMap(channelCount, channels, bins), filter, unit: map?.unit ?? "V" };
}

function toMap(channelCount: number, channels?: readonly number[], bins?: ChannelBins): LinearMap | null {
  if (bins !== undefined) checkBins(bins, channelCount);
  const binned = bins === undefined || bins.size === 1 ? null : binMap(channelCount, bins);
  if (channels === undefined) return binned;
  if (binned === null) return subsetMap(channelCount, channels);
  return composeMaps(subsetMap(binned.columns.length, channels), binned);
}

/** Names of the columns of a read. */
export function columnNames(map: LinearMap | null, channelCount: number): readonly string[] {
  return map?.columns ?? Array.from({ length: channelCount }, (_, channel) => `ch ${channel}`);
}
