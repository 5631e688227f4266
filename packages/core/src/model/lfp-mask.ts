import { ndArray } from "../nd-array.js";
import type { InvalidInterval } from "./interval.js";
import type { LfpBlock } from "./lfp.js";

export interface MaskOptions {
  /**
   * Which samples a span has: those with `start <= t < stop` (`half-open`, as everywhere here), or also one exactly on its end
   * (`inclusive`, as AllenSDK's `get_lfp` masks).
   */
  readonly ends?: "half-open" | "inclusive" | undefined;
}

/** A block whose invalid samples are NaN. */
export interface MaskedLfpBlock extends LfpBlock {
  /** How many samples became NaN, in every channel. */
  readonly maskedCount: number;
}

/**
 * A copy of a block with NaN in every channel of the samples that must not be used: those inside the spans given, and those that the
 * block itself reports ({@link LfpBlock.invalid}).
 *
 * @param intervals spans of the LFP, in any order: `await source.invalidIntervals()`, or the ones among them that are minded
 * @example
 * const block = await lfp.read({ time: { start: 100, stop: 110 } });
 * const { data, maskedCount } = maskInvalid(block, await lfp.invalidIntervals());
 */
export function maskInvalid(
  block: LfpBlock,
  intervals: readonly InvalidInterval[],
  { ends = "half-open" }: MaskOptions = {},
): MaskedLfpBlock {
  const mask = new Uint8Array(block.times.length);
  const isBeforeEnd =
    ends === "inclusive" ? (t: number, stop: number) => t <= stop : (t: number, stop: number) => t < stop;
  for (const { kind, start, stop } of intervals) {
    // A gap has no samples: it ends exactly on the first one after it.
    if (kind === "gap") continue;
    for (let i = firstFrom(block.times, start); i < mask.length; i++) {
      if (!isBeforeEnd(block.times[i] ?? Number.NaN, stop)) break;
      mask[i] = 1;
    }
  }
  for (const { samples } of block.invalid ?? []) {
    const [from, to] = samples.map((sample) => Math.max(0, sample - block.samples[0]));
    mask.fill(1, from, to);
  }
  const [, width = 0] = block.data.shape;
  const values = block.data.data.slice();
  let maskedCount = 0;
  for (const [i, isMasked] of mask.entries()) {
    if (isMasked === 0) continue;
    values.fill(Number.NaN, i * width, (i + 1) * width);
    maskedCount++;
  }
  return { ...block, data: ndArray(values, block.data.shape, block.data.unit), maskedCount };
}

/** First of ascending times that is not before a time. */
function firstFrom(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Number.NaN) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
