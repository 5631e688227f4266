import type { CallOptions, Interval, LfpSource } from "@crossprobe/core";
import { checkInterval, touchesAny, widened } from "./intervals.js";
import { filteredCoverage, GRID_RATE, type Grid, gridOf, readOnGrid } from "./resample.js";
import { DEFAULT_WELCH, Welch, type WelchSettings } from "./spectrum.js";
import { FILTER_HALF_LENGTH, PASSBAND_END } from "./windowed-sinc.js";

/** Seconds by which an invalid span is widened at both ends, beside half the filter's length. */
export const INVALID_MARGIN = 0.02;

export interface LfpDensityOptions extends CallOptions {
  /** Seconds on the session clock; by default what the file covers, less half a filter at both ends. */
  readonly interval?: Interval | undefined;
  /** Indices into `source.channels`; all if not given. */
  readonly channels?: readonly number[] | undefined;
  readonly welch?: WelchSettings | undefined;
  /** Seconds done, of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Where the segments of a Welch estimate went; `total = kept + invalid + notCovered`. */
export interface SegmentCounts {
  /** Segments of the interval asked for. */
  readonly total: number;
  readonly kept: number;
  /** Left out because they touch an invalid span, widened by 0.02 s and half the filter's length. */
  readonly invalid: number;
  /** Left out because the file does not reach them, or has a gap there. */
  readonly notCovered: number;
}

/** Power spectral density of channels of one probe, from the common 250 Hz grid. */
export interface LfpDensity {
  /** Hertz, up to 100. */
  readonly frequencies: Float64Array;
  /** Indices into `source.channels`. */
  readonly channels: readonly number[];
  /** One for each of `channels`, V²/Hz; null for a channel without one whole segment. */
  readonly densities: readonly (Float64Array | null)[];
  /** Seconds that the grid spans, as asked for or as covered. */
  readonly interval: Interval;
  readonly segments: SegmentCounts;
}

/**
 * Welch's estimate of an LFP on the common grid: 2 s Hann segments every second, one-sided, up to 100 Hz.
 *
 * Streams the file once; memory is one block of samples and one segment. Summed channels are divided by the number of sites
 * that went into them.
 *
 * @throws {@link UnsupportedError} for a clock that is not the session's, samples below 250 Hz, or sums of an unknown number
 * @throws {@link NotFoundError} when the interval holds no sample
 */
export async function readLfpDensity(source: LfpSource, options: LfpDensityOptions = {}): Promise<LfpDensity> {
  const { welch: settings = DEFAULT_WELCH, signal } = options;
  if (options.interval !== undefined) checkInterval(options.interval, "LFP interval");
  const channels = options.channels ?? source.channels.map((_, index) => index);
  const interval = options.interval ?? filteredCoverage(source);
  const grid = gridOf(interval);
  const invalid = widened(await source.invalidIntervals({ signal }), INVALID_MARGIN + FILTER_HALF_LENGTH);
  const segmenter = new Segmenter(new Welch(channels.length, GRID_RATE, settings), grid, invalid);
  const from = segmenter.firstPoint(filteredCoverage(source).start);
  const onInvalid = (spans: readonly Interval[]) =>
    void invalid.push(...widened(spans, INVALID_MARGIN + FILTER_HALF_LENGTH));
  for await (const block of readOnGrid(source, grid, channels, { from, signal, onInvalid })) {
    segmenter.push(block);
    options.onProgress?.((block.first + block.count) / GRID_RATE, grid.count / GRID_RATE);
  }
  const { welch } = segmenter;
  const frequencies = welch.frequencies.filter((frequency) => frequency <= PASSBAND_END);
  const densities = channels.map((_, column) => welch.density(column)?.subarray(0, frequencies.length) ?? null);
  return { frequencies, channels, densities, interval, segments: segmenter.counts() };
}

/** Cuts grid blocks into segments and gives the usable ones to a Welch estimate. */
class Segmenter {
  readonly welch: Welch;
  readonly #grid: Grid;
  readonly #invalid: readonly Interval[];
  readonly #ring: Float64Array;
  #firstSegment = 0;
  #lastBroken = -1;
  #kept = 0;
  #invalidCount = 0;

  constructor(welch: Welch, grid: Grid, invalid: readonly Interval[]) {
    this.welch = welch;
    this.#grid = grid;
    this.#invalid = invalid;
    this.#ring = new Float64Array(welch.settings.segmentSamples * welch.channelCount);
  }

  /** First grid point of the first segment that starts at `covered` or later. */
  firstPoint(covered: number): number {
    const { stepSamples } = this.welch.settings;
    const point = Math.ceil((covered - this.#grid.start) * GRID_RATE - 1e-6);
    this.#firstSegment = Math.max(0, Math.ceil(point / stepSamples)) * stepSamples;
    return this.#firstSegment;
  }

  push(block: { first: number; count: number; data: Float64Array; isWhole: Uint8Array }): void {
    const { segmentSamples, stepSamples } = this.welch.settings;
    const width = this.welch.channelCount;
    for (let i = 0; i < block.count; i++) {
      const point = block.first + i;
      if (block.isWhole[i] !== 1) this.#lastBroken = point;
      const row = point % segmentSamples;
      this.#ring.set(block.data.subarray(i * width, (i + 1) * width), row * width);
      const start = point + 1 - segmentSamples;
      if (start >= this.#firstSegment && start % stepSamples === 0) this.#close(start);
    }
  }

  counts(): SegmentCounts {
    const { segmentSamples, stepSamples } = this.welch.settings;
    const total = Math.max(0, Math.floor((this.#grid.count - segmentSamples) / stepSamples) + 1);
    const notCovered = total - this.#kept - this.#invalidCount;
    return { total, kept: this.#kept, invalid: this.#invalidCount, notCovered };
  }

  #close(start: number): void {
    if (this.#lastBroken >= start) return;
    const { segmentSamples } = this.welch.settings;
    const first = this.#grid.start + start / GRID_RATE;
    if (touchesAny(first, first + (segmentSamples - 1) / GRID_RATE, this.#invalid)) {
      this.#invalidCount++;
      return;
    }
    this.#kept++;
    this.welch.add(this.#ring, start % segmentSamples);
  }
}
