import { QueryError } from "@crossprobe/core";
import type { ChannelBins } from "./channel-bins.js";
import { binCount, checkBins } from "./channel-bins.js";

/**
 * A linear map from channels to columns: column `i` is the sum of `weights[e] * channel[channels[e]]` over its entries
 * `starts[i] <= e < starts[i + 1]` (compressed sparse rows).
 *
 * It does not care about time, so an archive applies it to the channel factors and never to samples.
 */
export interface LinearMap {
  /** What the map does, for messages and plans. */
  readonly name: string;
  /** One name a column, such as a region's acronym or `ch 4 - ch 0`. */
  readonly columns: readonly string[];
  /** Channels that go in. */
  readonly channelCount: number;
  /** `[columns + 1]`: where the entries of each column begin. */
  readonly starts: Int32Array;
  /** `[entries]`: channel of each entry. */
  readonly channels: Int32Array;
  /** `[entries]` */
  readonly weights: Float64Array;
  /** Unit of a column of volts: `"V"` unless the weights carry another. */
  readonly unit: string;
}

/** One column of a {@link sparseMap}: `[channel, weight]` pairs. */
export interface MapColumn {
  readonly name: string;
  readonly entries: readonly (readonly [channel: number, weight: number])[];
}

/**
 * Any map, from the entries of its columns. A column without entries is 0 throughout.
 *
 * @param unit unit of a column of volts
 * @throws {@link QueryError} for a channel outside `channelCount` or given twice in a column, or a weight that is not finite
 */
export function sparseMap(channelCount: number, columns: readonly MapColumn[], name = "sparse", unit = "V"): LinearMap {
  const count = columns.reduce((sum, column) => sum + column.entries.length, 0);
  const starts = new Int32Array(columns.length + 1);
  const [channels, weights] = [new Int32Array(count), new Float64Array(count)];
  let at = 0;
  for (const [row, column] of columns.entries()) {
    checkColumn(column, channelCount);
    for (const [channel, weight] of column.entries) {
      channels[at] = channel;
      weights[at++] = weight;
    }
    starts[row + 1] = at;
  }
  return { name, columns: columns.map((column) => column.name), channelCount, starts, channels, weights, unit };
}

function checkColumn({ name, entries }: MapColumn, channelCount: number): void {
  const seen = new Set<number>();
  for (const [channel, weight] of entries) {
    checkChannel(channel, channelCount);
    if (seen.has(channel)) {
      throw new QueryError(`column ${name} of a channel map gives channel ${channel} twice`, {
        hint: "add the weights up",
      });
    }
    if (!Number.isFinite(weight))
      throw new QueryError(`column ${name} of a channel map has the weight ${weight}`, { hint: "give finite weights" });
    seen.add(channel);
  }
}

/** @throws {@link QueryError} unless it is the number of one of the channels */
export function checkChannel(channel: number, channelCount: number): void {
  if (Number.isInteger(channel) && channel >= 0 && channel < channelCount) return;
  throw new QueryError(`channel ${channel} is not one of ${channelCount}`, {
    hint: `give integers from 0 to ${channelCount - 1}`,
  });
}

/** Some of the channels, in the order given; a channel may be given more than once. */
export function subsetMap(channelCount: number, channels: readonly number[]): LinearMap {
  const columns = channels.map((channel) => ({ name: `ch ${channel}`, entries: [[channel, 1]] as const }));
  return sparseMap(channelCount, columns, "subset");
}

/** Adjacent channels added, or their mean; see {@link ChannelBins}. */
export function binMap(channelCount: number, bins: ChannelBins): LinearMap {
  checkBins(bins, channelCount);
  const { size, combine } = bins;
  const columns = Array.from({ length: binCount(channelCount, bins) }, (_, bin) => ({
    name: size === 1 ? `ch ${bin}` : `ch ${bin * size}-${(bin + 1) * size - 1}`,
    entries: Array.from({ length: size }, (_, i) => [bin * size + i, combine === "mean" ? 1 / size : 1] as const),
  }));
  return sparseMap(channelCount, columns, `${combine} of ${size}`);
}

/**
 * `outer` of `inner`: first `inner` maps channels to columns, then `outer` takes those as its channels.
 *
 * @throws {@link QueryError} when `outer` does not take as many channels as `inner` has columns
 * @example
 * composeMaps(binMap(384, { size: 4, combine: "mean" }), reReferenceMap(384, { reference: good })) // means of re-referenced channels
 */
export function composeMaps(outer: LinearMap, inner: LinearMap): LinearMap {
  if (outer.channelCount !== inner.columns.length) {
    throw new QueryError(
      `the map "${outer.name}" takes ${outer.channelCount} channels, "${inner.name}" gives ${inner.columns.length}`,
      { hint: "make the outer map for as many channels" },
    );
  }
  const columns = outer.columns.map((name, column) => {
    const sums = new Map<number, number>();
    for (const [middle, weight] of entriesOf(outer, column)) {
      for (const [channel, factor] of entriesOf(inner, middle)) {
        sums.set(channel, (sums.get(channel) ?? 0) + weight * factor);
      }
    }
    return { name, entries: [...sums].filter(([, weight]) => weight !== 0).sort((a, b) => a[0] - b[0]) };
  });
  const unit = inner.unit === "V" ? outer.unit : inner.unit;
  return sparseMap(inner.channelCount, columns, `${outer.name} of ${inner.name}`, unit);
}

function entriesOf({ starts, channels, weights }: LinearMap, column: number): readonly (readonly [number, number])[] {
  const [start, stop] = [starts[column] ?? 0, starts[column + 1] ?? 0];
  return Array.from({ length: stop - start }, (_, i) => [channels[start + i] ?? 0, weights[start + i] ?? 0] as const);
}

/**
 * The map times a matrix of one row a channel: channel factors `[channels, width]`, a basis, or one sample (`width` 1).
 *
 * @returns `[columns, width]`, summed in float64 in the order of the entries
 */
export function applyMap(map: LinearMap, matrix: Float64Array | Float32Array, width: number): Float64Array {
  const result = new Float64Array(map.columns.length * width);
  for (let column = 0; column < map.columns.length; column++) {
    const to = column * width;
    const stop = map.starts[column + 1] ?? 0;
    for (let e = map.starts[column] ?? 0; e < stop; e++) {
      const from = (map.channels[e] ?? 0) * width;
      const weight = map.weights[e] ?? 0;
      for (let k = 0; k < width; k++) result[to + k] = (result[to + k] ?? 0) + weight * (matrix[from + k] ?? 0);
    }
  }
  return result;
}
