import { type Notice, QueryError } from "@crossprobe/core";
import { NoticeCounter } from "../notices.js";
import type { BinDomain } from "./spike-counts.js";

/**
 * The edges of the bins around each onset, in seconds on the session clock. Pure.
 *
 * @param onsets starts of the presentations
 * @param edges of the bins, seconds from an onset, ascending; equal ones make an empty bin
 * @param change what becomes of the edges of each onset, such as a shift; they must still ascend
 * @throws {@link QueryError} for fewer than two edges, and for edges that do not ascend
 */
export function toBinDomain(
  onsets: ArrayLike<number>,
  edges: ArrayLike<number>,
  change?: (edges: Float64Array) => Float64Array,
): BinDomain {
  if (edges.length < 2)
    throw new QueryError(`Bins need two edges or more, not ${edges.length}.`, {
      hint: "Give the start of the first bin and the end of each, in seconds from an onset.",
    });
  const width = edges.length;
  const domain = new Float64Array(onsets.length * width);
  for (let row = 0; row < onsets.length; row++) {
    for (let i = 0; i < width; i++) domain[row * width + i] = (onsets[row] ?? Number.NaN) + (edges[i] ?? Number.NaN);
  }
  const changed = change ? change(domain) : domain;
  if (changed.length !== domain.length) {
    throw new QueryError(`Changed edges are ${changed.length} in number; ${domain.length} went in.`);
  }
  const wrong = changed.findIndex((edge, i) => i % width > 0 && !(edge >= (changed[i - 1] ?? Number.NaN)));
  if (wrong >= 0) {
    const what = `Edge ${wrong % width} of presentation ${Math.floor(wrong / width)} (${changed[wrong]} s)`;
    throw new QueryError(`${what} does not come after the one before it (${changed[wrong - 1]} s).`, {
      hint: "Give edges in ascending order.",
    });
  }
  return { edges: changed, windowCount: onsets.length, binCount: width - 1 };
}

/** Middles of the bins, seconds from the onset. */
export function toBinCentres(edges: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: Math.max(0, edges.length - 1) }, (_, i) => {
    const [start, stop] = [edges[i] ?? Number.NaN, edges[i + 1] ?? Number.NaN];
    return start + (stop - start) / 2;
  });
}

/** What a reader of counts should know: windows of neighbouring presentations that overlap share spikes; wide bins say little as 0 and 1. */
export function domainNotices(
  { edges, windowCount, binCount }: BinDomain,
  isBinary: boolean,
  where: string,
): readonly Notice[] {
  const notices = new NoticeCounter();
  let overlapping = 0;
  for (let row = 1; row < windowCount; row++) {
    if ((edges[row * (binCount + 1)] ?? 0) < (edges[row * (binCount + 1) - 1] ?? 0)) overlapping++;
  }
  const shared = "Windows of neighbouring presentations overlap: their spikes are counted in both.";
  notices.add("windows-overlap", where, shared, overlapping);
  if (isBinary && windowCount > 0) {
    const widths = Array.from({ length: binCount }, (_, bin) => (edges[bin + 1] ?? 0) - (edges[bin] ?? 0));
    const wide = widths.filter((width) => width > 0.001).length;
    notices.add("binary-bins-wide", where, "Bins wider than 1 ms may hold several spikes, which count as one.", wide);
  }
  return notices.list();
}
