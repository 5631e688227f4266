import { type CallOptions, type LfpSource, type NdArray, NotFoundError, ndArray } from "@crossprobe/core";
import { touchesAny, widened } from "./intervals.js";
import { INVALID_MARGIN } from "./lfp-density.js";
import { filteredCoverage, GRID_RATE, readOnGrid } from "./resample.js";
import { FILTER_HALF_LENGTH } from "./windowed-sinc.js";

export interface EvokedOptions extends CallOptions {
  /** Seconds before and after an onset, rounded to whole samples of 4 ms, both included. */
  readonly window?: { readonly start: number; readonly stop: number } | undefined;
  /** Indices into `source.channels`; all if not given. */
  readonly channels?: readonly number[] | undefined;
}

/** Event-aligned average of an LFP, with the mean before the onset taken off. */
export interface EvokedPotential {
  /** `[samples]`, seconds from the onset, every 4 ms. */
  readonly times: Float64Array;
  /** `[samples, channels]`, volts. */
  readonly mean: NdArray<Float64Array>;
  /** Indices into `source.channels`. */
  readonly channels: readonly number[];
  /** Onsets that entered the average. */
  readonly used: readonly number[];
  /** Onsets whose window touches an invalid span, widened by 0.02 s and half the filter's length. */
  readonly invalid: readonly number[];
  /** Onsets whose window the file does not cover, or that has a gap or a missing sample. */
  readonly notCovered: readonly number[];
}

/** −0.1 to 0.4 s: the evoked potential and its baseline. */
export const DEFAULT_EVOKED_WINDOW = { start: -0.1, stop: 0.4 };

/**
 * Averages the LFP around onsets, on the common 250 Hz filter and a grid that starts at each onset.
 *
 * Reads one bounded piece for each onset. The baseline is the mean of the samples before the onset, for each channel.
 *
 * @param onsets seconds on the session clock
 * @throws {@link UnsupportedError} for a source that cannot be brought to the grid
 * @throws {@link NotFoundError} when no onset is left
 */
export async function readEvokedPotential(
  source: LfpSource,
  onsets: readonly number[],
  options: EvokedOptions = {},
): Promise<EvokedPotential> {
  const { window = DEFAULT_EVOKED_WINDOW, signal } = options;
  const channels = options.channels ?? source.channels.map((_, index) => index);
  const [first, last] = [Math.round(window.start * GRID_RATE), Math.round(window.stop * GRID_RATE)];
  const count = last - first + 1;
  const { start, stop } = filteredCoverage(source);
  const spans = widened(await source.invalidIntervals({ signal }), INVALID_MARGIN + FILTER_HALF_LENGTH);
  const sum = new Float64Array(count * channels.length);
  const [used, invalid, notCovered]: [number[], number[], number[]] = [[], [], []];
  for (const onset of onsets) {
    const [from, to] = [onset + first / GRID_RATE, onset + last / GRID_RATE];
    if (from < start || to > stop) notCovered.push(onset);
    else if (touchesAny(from, to, spans)) invalid.push(onset);
    else {
      const values = await readWindow(source, { start: from, count }, channels, { signal });
      if (values === null) notCovered.push(onset);
      else {
        used.push(onset);
        for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (values[i] ?? 0);
      }
    }
  }
  if (used.length === 0) {
    throw new NotFoundError(`none of ${onsets.length} onsets has a whole window of LFP`, {
      hint: `${invalid.length} touch an invalid span, ${notCovered.length} are not covered (${start} to ${stop} s)`,
    });
  }
  const mean = sum.map((value) => value / used.length);
  subtractBaseline(mean, channels.length, Math.min(count, Math.max(0, -first)));
  const times = Float64Array.from({ length: count }, (_, i) => (first + i) / GRID_RATE);
  return { times, mean: ndArray(mean, [count, channels.length], "V"), channels, used, invalid, notCovered };
}

/** `[count, channels]`, or null when a point is missing. */
async function readWindow(
  source: LfpSource,
  grid: { start: number; count: number },
  channels: readonly number[],
  options: CallOptions,
): Promise<Float64Array | null> {
  const values = new Float64Array(grid.count * channels.length).fill(Number.NaN);
  for await (const block of readOnGrid(source, grid, channels, options)) {
    if (block.isWhole.includes(0)) return null;
    values.set(block.data, block.first * channels.length);
  }
  return values.every(Number.isFinite) ? values : null;
}

function subtractBaseline(values: Float64Array, channelCount: number, rows: number): void {
  if (rows === 0) return;
  for (let channel = 0; channel < channelCount; channel++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += values[row * channelCount + channel] ?? 0;
    for (let i = channel; i < values.length; i += channelCount) values[i] = (values[i] ?? 0) - sum / rows;
  }
}
