import { type NdArray, ndArray } from "@crossprobe/core";
import { type BinEdges, lowerBound, upperBound } from "./spike-search.js";

/** Counts that fit: 16 bits, or 32 where some bin holds more than 65 535 spikes. */
export type CountArray = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Times of the edges of the bins of every window, one window after the other. */
export interface BinDomain {
  /** `[windows, bins + 1]`, seconds, ascending within a window. */
  readonly edges: Float64Array;
  readonly windowCount: number;
  readonly binCount: number;
}

const MOST_IN_16_BITS = 65_535;

/**
 * Spikes in each bin of each window. Pure.
 *
 * Shape: `[windows, bins, units]`. A spike on the start of a bin is in it; one on its end is not, unless `binEdges` is `allensdk`, where
 * bins are closed and a spike on an inner edge counts in two of them.
 *
 * @param trains spike times of each unit, ascending
 */
export function countSpikes(
  trains: readonly Float64Array[],
  domain: BinDomain,
  binEdges: BinEdges = "halfOpen",
): NdArray<CountArray> {
  const { windowCount, binCount } = domain;
  const size = windowCount * binCount * trains.length;
  const narrow = new Uint16Array(size);
  const fill = binEdges === "allensdk" ? fillClosed : fillHalfOpen;
  const counts: CountArray = fill(narrow, trains, domain) ? narrow : new Uint32Array(size);
  if (counts !== narrow) fill(counts, trains, domain);
  return ndArray(counts, [windowCount, binCount, trains.length], "");
}

/** Walks the spikes of a window and its edges together. @returns whether every count fitted */
function fillHalfOpen(counts: CountArray, trains: readonly Float64Array[], domain: BinDomain): boolean {
  const { edges, windowCount, binCount } = domain;
  const unitCount = trains.length;
  const isNarrow = counts instanceof Uint16Array;
  for (let unit = 0; unit < unitCount; unit++) {
    const times = trains[unit] ?? new Float64Array(0);
    let from = 0;
    for (let window = 0; window < windowCount; window++) {
      const first = window * (binCount + 1);
      const stop = edges[first + binCount] ?? 0;
      from = firstFrom(times, edges[first] ?? 0, from);
      const base = window * binCount * unitCount + unit;
      if (binCount === 1) {
        const end = firstFrom(times, stop, from);
        if (isNarrow && end - from > MOST_IN_16_BITS) return false;
        counts[base] = end - from;
        continue;
      }
      let bin = 0;
      for (let i = from; i < times.length; i++) {
        const time = times[i] ?? 0;
        if (time >= stop) break;
        while (time >= (edges[first + bin + 1] ?? 0)) bin++;
        const cell = base + bin * unitCount;
        const count = (counts[cell] ?? 0) + 1;
        if (isNarrow && count > MOST_IN_16_BITS) return false;
        counts[cell] = count;
      }
    }
  }
  return true;
}

/** First position at or after a time, stepping from a hint: a window usually starts a few spikes after the one before. */
function firstFrom(times: Float64Array, time: number, hint: number): number {
  let i = hint;
  if (i > 0 && (times[i - 1] ?? 0) >= time) return lowerBound(times, time, i);
  for (const end = Math.min(times.length, i + 16); i < end; i++) if ((times[i] ?? 0) >= time) return i;
  return i < times.length ? lowerBound(times, time, i) : i;
}

/** Source: AllenSDK `build_spike_histogram`: the right search of the next edge less the left search of this one. */
function fillClosed(counts: CountArray, trains: readonly Float64Array[], domain: BinDomain): boolean {
  const { edges, windowCount, binCount } = domain;
  const isNarrow = counts instanceof Uint16Array;
  for (const [unit, times] of trains.entries()) {
    let from = 0;
    for (let window = 0; window < windowCount; window++) {
      const first = window * (binCount + 1);
      for (let bin = 0; bin < binCount; bin++) {
        from = lowerBound(times, edges[first + bin] ?? 0, from);
        const count = upperBound(times, edges[first + bin + 1] ?? 0, from) - from;
        if (isNarrow && count > MOST_IN_16_BITS) return false;
        counts[(window * binCount + bin) * trains.length + unit] = count;
      }
    }
  }
  return true;
}
