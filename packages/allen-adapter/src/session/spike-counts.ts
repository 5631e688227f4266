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

/** Bytes of counts that are filled for one unit after the other before the next: they stay in the cache of a core. */
const TILE_BYTES = 2 ** 19;

/** Fills windows tile by tile, so that neither spikes nor counts are fetched from memory over and over. @returns whether every count fitted */
function fillHalfOpen(counts: CountArray, trains: readonly Float64Array[], domain: BinDomain): boolean {
  const { windowCount, binCount } = domain;
  const windowBytes = binCount * trains.length * counts.BYTES_PER_ELEMENT;
  const step = Math.max(1, Math.floor(TILE_BYTES / Math.max(1, windowBytes)));
  const positions = new Uint32Array(trains.length);
  for (let first = 0; first < windowCount; first += step) {
    const stop = Math.min(windowCount, first + step);
    for (const [unit, times] of trains.entries()) {
      const target = { counts, unit, unitCount: trains.length };
      const position = fillUnit(target, times, domain, [first, stop], positions[unit] ?? 0);
      if (position === undefined) return false;
      positions[unit] = position;
    }
  }
  return true;
}

interface Target {
  readonly counts: CountArray;
  readonly unit: number;
  readonly unitCount: number;
}

/**
 * Walks the spikes of a unit and the edges of some windows together.
 *
 * @param from position near which the spikes of the first window are
 * @returns position near which the next window's are; `undefined` when a count does not fit
 */
function fillUnit(
  { counts, unit, unitCount }: Target,
  times: Float64Array,
  { edges, binCount }: BinDomain,
  [firstWindow, stopWindow]: readonly [number, number],
  from: number,
): number | undefined {
  const most = counts instanceof Uint16Array ? MOST_IN_16_BITS : Number.POSITIVE_INFINITY;
  const spikeCount = times.length;
  let position = from;
  for (let window = firstWindow; window < stopWindow; window++) {
    const firstEdge = window * (binCount + 1);
    const stop = edges[firstEdge + binCount] ?? 0;
    position = firstFrom(times, edges[firstEdge] ?? 0, position);
    let cell = window * binCount * unitCount + unit;
    let edge = firstEdge + 1;
    let binStop = edges[edge] ?? 0;
    let count = 0;
    for (; position < spikeCount; position++) {
      const time = times[position] ?? 0;
      if (time >= binStop) {
        if (time >= stop) break;
        if (count > most) return undefined;
        counts[cell] = count;
        count = 0;
        while (time >= binStop) {
          binStop = edges[++edge] ?? 0;
          cell += unitCount;
        }
      }
      count++;
    }
    if (count > most) return undefined;
    if (count > 0) counts[cell] = count;
  }
  return position;
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
