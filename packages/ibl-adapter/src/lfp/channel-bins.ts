import { QueryError } from "@crossprobe/core";

/**
 * Adjacent channels put together: bin `j` of size `n` holds channels `j n … (j + 1) n - 1`; channels past the last full bin
 * are left out.
 *
 * - `sum`: the voltages are added, as lfpack's `bin_channels` does. The result is `size` times the mean: do not compare it with
 *   single channels or with another dataset.
 * - `mean`: the same divided by `size`, which keeps volts comparable.
 */
export interface ChannelBins {
  readonly size: number;
  readonly combine: "sum" | "mean";
}

/** @throws {@link QueryError} unless the size is a positive integer up to the number of channels */
export function checkBins(bins: ChannelBins, channelCount: number): void {
  if (!Number.isInteger(bins.size) || bins.size < 1 || bins.size > channelCount) {
    throw new QueryError(`channel bins of ${bins.size} do not fit ${channelCount} channels`, {
      hint: `give an integer from 1 to ${channelCount}`,
    });
  }
}

/** Number of columns that binning leaves. */
export function binCount(channelCount: number, bins: ChannelBins | undefined): number {
  return bins === undefined ? channelCount : Math.floor(channelCount / bins.size);
}

/** Means of a per-channel column in bins, in float32 as lfpack gives them. */
export function binMeans(values: Float32Array, size: number): Float32Array {
  return Float32Array.from({ length: Math.floor(values.length / size) }, (_, bin) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum = Math.fround(sum + (values[bin * size + i] ?? 0));
    return Math.fround(sum / size);
  });
}

/** Most frequent value of a per-channel column in bins; of several, the smallest, as lfpack has it. */
export function binModes<Values extends Int32Array | Int8Array>(values: Values, size: number): number[] {
  return Array.from({ length: Math.floor(values.length / size) }, (_, bin) => {
    const sorted = [...values.subarray(bin * size, (bin + 1) * size)].sort((a, b) => a - b);
    let [best, bestCount, count] = [sorted[0] ?? 0, 0, 0];
    for (const [i, value] of sorted.entries()) {
      count = value === sorted[i - 1] ? count + 1 : 1;
      if (count > bestCount) [best, bestCount] = [value, count];
    }
    return best;
  });
}
