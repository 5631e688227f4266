import {
  type CallOptions,
  formatRef,
  type Interval,
  type LfpBlock,
  type LfpSource,
  NotFoundError,
  UnsupportedError,
} from "@crossprobe/core";
import { lowerBound } from "./sorted-search.js";
import { FILTER_HALF_LENGTH, interpolateAt } from "./windowed-sinc.js";

/** Samples per second of the grid that every LFP is brought to. */
export const GRID_RATE = 250;

/** Points `t_k = start + k / 250` for `0 <= k < count`, seconds on the session clock. */
export interface Grid {
  readonly start: number;
  readonly count: number;
}

/** The grid points of an interval: those with `start <= t_k < stop`. */
export function gridOf({ start, stop }: Interval): Grid {
  // An interval that is a whole number of steps must not gain a point by rounding.
  return { start, count: Math.max(0, Math.ceil((stop - start) * GRID_RATE - 1e-6)) };
}

/** Samples as they come from a source, in time order; `data` is `[samples, channels]`. */
export interface SampleBlock {
  readonly times: Float64Array;
  readonly data: Float32Array;
}

/** Consecutive grid points. */
export interface GridBlock {
  /** Number `k` of the first point. */
  readonly first: number;
  readonly count: number;
  /** `[count, channels]`, unit of the samples. */
  readonly data: Float64Array;
  /** `[count]`: 1 where the filter found every sample within its reach, 0 where it met the start of the data or a gap. */
  readonly isWhole: Uint8Array;
}

/** Tolerance for a grid point that starts exactly half a filter after the first sample. */
const EDGE_SECONDS = 1e-6;

/**
 * Brings blocks of samples to consecutive points of a grid with {@link interpolateAt}, block by block: only what the filter
 * still needs is kept between two blocks. A step between samples of more than one and a half periods counts as a gap.
 *
 * Points after the last sample less half a filter never come out: what a caller does not get was not covered.
 */
export class GridResampler {
  readonly #channelCount: number;
  readonly #longestStep: number;
  readonly #grid: Grid;
  #next: number;
  #times = new Float64Array(0);
  #data = new Float32Array(0);
  #firstTime: number | null = null;
  #gaps: { before: number; after: number }[] = [];

  /** @param from first grid point wanted */
  constructor(source: { readonly samplingRate: number; readonly channelCount: number }, grid: Grid, from = 0) {
    this.#channelCount = source.channelCount;
    this.#longestStep = 1.5 / source.samplingRate;
    this.#grid = grid;
    this.#next = from;
  }

  /** Takes the next samples and gives the grid points that they complete; none while the filter still waits. */
  push(block: SampleBlock): GridBlock {
    this.#append(block);
    const first = this.#next;
    const count = Math.max(0, this.#completeUntil() - first);
    const data = new Float64Array(count * this.#channelCount);
    const isWhole = new Uint8Array(count);
    const samples = { times: this.#times, data: this.#data, channelCount: this.#channelCount };
    let near = 0;
    for (let i = 0; i < count; i++) {
      const time = this.#timeOf(first + i);
      near = lowerBound(this.#times, time - FILTER_HALF_LENGTH, near);
      if (!this.#isWhole(time)) continue;
      isWhole[i] = 1;
      interpolateAt(samples, time, near, data, i * this.#channelCount);
    }
    this.#next = first + count;
    this.#forget(this.#timeOf(this.#next) - FILTER_HALF_LENGTH);
    return { first, count, data, isWhole };
  }

  #timeOf(k: number): number {
    return this.#grid.start + k / GRID_RATE;
  }

  #append({ times, data }: SampleBlock): void {
    this.#firstTime ??= times[0] ?? null;
    const joined = new Float64Array(this.#times.length + times.length);
    joined.set(this.#times);
    joined.set(times, this.#times.length);
    for (let i = Math.max(1, this.#times.length); i < joined.length; i++) {
      const before = joined[i - 1] as number;
      const after = joined[i] as number;
      if (!(after > before && after - before <= this.#longestStep)) this.#gaps.push({ before, after });
    }
    const values = new Float32Array(this.#data.length + data.length);
    values.set(this.#data);
    values.set(data, this.#data.length);
    this.#times = joined;
    this.#data = values;
  }

  /** Number of the first grid point that still needs samples to come. */
  #completeUntil(): number {
    const last = this.#times.at(-1);
    if (last === undefined) return this.#next;
    const reached = Math.floor((last - FILTER_HALF_LENGTH + EDGE_SECONDS - this.#grid.start) * GRID_RATE) + 1;
    return Math.min(this.#grid.count, reached);
  }

  #isWhole(time: number): boolean {
    const from = time - FILTER_HALF_LENGTH;
    const to = time + FILTER_HALF_LENGTH;
    if (this.#firstTime === null || from < this.#firstTime - EDGE_SECONDS) return false;
    return !this.#gaps.some(({ before, after }) => Math.min(before, after) < to && Math.max(before, after) > from);
  }

  #forget(until: number): void {
    const kept = lowerBound(this.#times, until);
    // One sample more than the filter needs, so that a gap between two blocks is seen.
    const from = Math.max(0, Math.min(kept, this.#times.length - 1));
    this.#times = this.#times.slice(from);
    this.#data = this.#data.slice(from * this.#channelCount);
    this.#gaps = this.#gaps.filter(({ before, after }) => Math.max(before, after) > until);
  }
}

/** What a source covers once half a filter has been taken off both ends: where the grid is whole. */
export function filteredCoverage(source: LfpSource): Interval {
  const { start, stop } = source.clock.coverage;
  const lastSample = stop - 1 / source.clock.samplingRate;
  return { start: start + FILTER_HALF_LENGTH, stop: lastSample - FILTER_HALF_LENGTH };
}

/** Lowest sampling rate whose images of 100 Hz stay in the stop band; a hertz of tolerance for effective rates. */
const LOWEST_RATE = GRID_RATE - 1;

/**
 * Whether a source can be brought to the grid on the session clock.
 *
 * @throws {@link UnsupportedError} for a clock that is not tied to the session's, or samples further apart than the grid's
 */
function checkCanResample(source: LfpSource): void {
  const name = formatRef(source.probe);
  if (source.clock.quality === "unsynced") {
    throw new UnsupportedError(`the LFP clock of ${name} is not tied to the session clock`, {
      hint: "neither an interval nor its invalid spans can be found in it; read it by sample numbers instead",
    });
  }
  if (source.clock.samplingRate < LOWEST_RATE) {
    throw new UnsupportedError(
      `the LFP of ${name} has ${source.clock.samplingRate} samples a second, too few for the common ${GRID_RATE} Hz grid`,
    );
  }
}

/**
 * A source's samples on a grid, block by block, with memory for one block of samples and one of grid points. Channels that
 * are sums are divided by the number of sites in them.
 *
 * Reads only the samples that points `from` and later need. Points that the source does not cover do not come out, except
 * where its data has a gap: there they come out as not whole.
 *
 * @param channels indices into `source.channels`; `data` has them in this order
 * @throws {@link UnsupportedError} see {@link checkCanResample}; also for sums over an unknown number of sites
 * @throws {@link NotFoundError} when the source has no sample near the grid
 */
export async function* readOnGrid(
  source: LfpSource,
  grid: Grid,
  channels: readonly number[],
  options: CallOptions & { readonly from?: number; readonly onInvalid?: (spans: readonly Interval[]) => void } = {},
): AsyncGenerator<GridBlock> {
  checkCanResample(source);
  const sites = summedSites(source);
  const { from = 0, signal } = options;
  const { coverage, samplingRate } = source.clock;
  const reach = FILTER_HALF_LENGTH + 2 / samplingRate;
  const start = Math.max(coverage.start, grid.start + from / GRID_RATE - reach);
  const stop = Math.min(coverage.stop, grid.start + (grid.count - 1) / GRID_RATE + reach);
  const samples = start < stop ? await source.toSampleRange({ start, stop }, { signal }) : ([0, 0] as const);
  if (samples[0] >= samples[1]) {
    throw new NotFoundError(`the LFP of ${formatRef(source.probe)} has no sample in ${start} to ${stop} s`, {
      hint: `it covers ${coverage.start} to ${coverage.stop} s of the session clock`,
    });
  }
  const resampler = new GridResampler({ samplingRate, channelCount: channels.length }, grid, from);
  for await (const block of source.blocks({ samples, channels }, { signal })) {
    signal?.throwIfAborted();
    if (block.invalid !== undefined) options.onInvalid?.(secondsOf(block, samplingRate));
    const points = resampler.push({ times: block.times, data: block.data.data });
    if (sites !== 1) for (let i = 0; i < points.data.length; i++) points.data[i] = (points.data[i] as number) / sites;
    if (points.count > 0) yield points;
  }
}

/** Invalid samples of a block as seconds: each sample lasts until the next would come. */
function secondsOf({ invalid = [], samples, times }: LfpBlock, samplingRate: number): readonly Interval[] {
  const timeOf = (sample: number): number => times[sample - samples[0]] ?? Number.NaN;
  return invalid.map(({ samples: [first, stop] }) => ({
    start: timeOf(first),
    stop: timeOf(stop - 1) + 1 / samplingRate,
  }));
}

/** Sites that were summed into each channel: what its values are divided by. */
function summedSites(source: LfpSource): number {
  if (source.traits.spatial !== "sum") return 1;
  const { sitesPerChannel } = source.traits;
  if (sitesPerChannel !== undefined) return sitesPerChannel;
  throw new UnsupportedError(`the LFP of ${formatRef(source.probe)} holds sums over an unknown number of sites`);
}
