import type { CallOptions } from "@crossprobe/core";
import type { LfpackRecording, LfpackSignal } from "./lfpack-recording.js";
import type { LfpackReadRequest } from "./read-request.js";
import type { ZeroKind } from "./zero-spans.js";

/** A mean over time that leaves out what must not be used, and says how much. */
export interface LfpackAverage {
  /** One name a column. */
  readonly columns: readonly string[];
  /** `[columns]`, in `unit`; NaN throughout where no sample was left. */
  readonly mean: Float64Array;
  readonly unit: string;
  /** Samples that the mean is over. */
  readonly usedCount: number;
  /** Samples left out, by reason; a reason that left out none is not there. */
  readonly leftOut: Readonly<Partial<Record<ZeroKind, number>>>;
}

/**
 * Mean over the samples of a request, column by column, without saturated spans and without all-zero spans.
 *
 * The result of a filter near a span left out still depends on that span's samples.
 *
 * @throws what {@link LfpackRecording.stream} throws
 */
export async function averageOver(
  recording: LfpackRecording,
  request: LfpackReadRequest = {},
  options?: CallOptions,
): Promise<LfpackAverage> {
  const leftOut: Partial<Record<ZeroKind, number>> = {};
  let total: { readonly columns: readonly string[]; readonly unit: string; readonly sums: Float64Array } | undefined;
  let usedCount = 0;
  for await (const block of recording.stream(request, options)) {
    total ??= { columns: block.columns, unit: block.unit, sums: new Float64Array(block.columns.length) };
    for (const { start, stop, kind } of block.invalid) leftOut[kind] = (leftOut[kind] ?? 0) + stop - start;
    usedCount += addUsable(block, total.sums);
  }
  const { columns, unit, sums } = total ?? { ...recording.columnsOf(request), sums: new Float64Array(0) };
  const mean = Float64Array.from(columns, (_, column) => (sums[column] ?? 0) / usedCount);
  return { columns, mean, unit, usedCount, leftOut };
}

/** Adds the rows of a block that may be used to sums by column. @returns how many they are */
function addUsable({ data, samples, columns, invalid }: LfpackSignal, sums: Float64Array): number {
  const isLeftOut = new Uint8Array(samples[1] - samples[0]);
  for (const { start, stop } of invalid) isLeftOut.fill(1, start - samples[0], stop - samples[0]);
  let count = 0;
  for (let row = 0; row < isLeftOut.length; row++) {
    if (isLeftOut[row] === 1) continue;
    count++;
    for (let column = 0; column < columns.length; column++)
      sums[column] = (sums[column] ?? 0) + (data[row * columns.length + column] ?? 0);
  }
  return count;
}
