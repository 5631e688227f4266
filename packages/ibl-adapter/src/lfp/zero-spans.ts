import type { ChunkAudit } from "./chunk-audit.js";

/**
 * Why samples are exactly 0 on every channel:
 *
 * - `saturated`: the saturation table covers them; they were muted before compression
 * - `silent`: the channel factors of the whole chunk are 0, or the chunk is stored without thresholds: the signal was 0 before compression
 * - `codec-dropout`: the factors are not 0 but every coefficient of the chunk is gone: the encoder lost it (lfpack 0.2 and before)
 * - `unknown`: zeros inside a chunk that has signal elsewhere; the table does not cover them. Also the whole of a chunk with values that came
 *   out NaN or infinite, which are given as 0
 */
export type ZeroKind = "saturated" | "silent" | "codec-dropout" | "unknown";

/** Samples `[start, stop)` that are exactly 0 on every channel, or not to be trusted beside such, and why. */
export interface ZeroSpan {
  readonly start: number;
  readonly stop: number;
  readonly kind: ZeroKind;
}

type Span = readonly [start: number, stop: number];

/**
 * The all-zero runs of a decoded chunk, parted where the saturation table begins and ends.
 *
 * @param firstSample number of the chunk's first sample
 * @param saturated sample spans of the saturation table, in any order
 * @param alpha wavelet threshold multiplier of the scale: 0 means that nothing was thresholded away
 */
export function classifyZeros(
  audit: ChunkAudit,
  firstSample: number,
  sampleCount: number,
  saturated: readonly Span[],
  alpha: number,
): readonly ZeroSpan[] {
  if (audit.nonFiniteValues > 0)
    return partBySaturation([firstSample, firstSample + sampleCount], "unknown", saturated);
  return audit.zeroRuns.flatMap(([start, stop]) => {
    const isWhole = start === 0 && stop === sampleCount;
    const kind = audit.isCodecDropout ? "codec-dropout" : isWhole || alpha === 0 ? "silent" : "unknown";
    return partBySaturation([firstSample + start, firstSample + stop], kind, saturated);
  });
}

/** One span as saturated parts and parts of another kind, in order. */
export function partBySaturation([start, stop]: Span, kind: ZeroKind, saturated: readonly Span[]): ZeroSpan[] {
  const spans: ZeroSpan[] = [];
  let at = start;
  for (const [from, to] of joinSpans(saturated)) {
    const [first, last] = [Math.max(at, from), Math.min(stop, to)];
    if (first >= last) continue;
    if (at < first) spans.push({ start: at, stop: first, kind });
    spans.push({ start: first, stop: last, kind: "saturated" });
    at = last;
  }
  if (at < stop) spans.push({ start: at, stop, kind });
  return spans;
}

/** Spans in order, overlapping and touching ones joined, empty ones dropped. */
export function joinSpans(spans: readonly Span[]): readonly Span[] {
  const joined: [number, number][] = [];
  for (const [start, stop] of spans.filter(([a, b]) => a < b).sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], stop);
    else joined.push([start, stop]);
  }
  return joined;
}

/** Spans in order, touching ones of the same kind joined. */
export function joinZeroSpans(spans: readonly ZeroSpan[]): readonly ZeroSpan[] {
  const joined: { start: number; stop: number; kind: ZeroKind }[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last?.kind === span.kind && span.start <= last.stop) last.stop = Math.max(last.stop, span.stop);
    else joined.push({ ...span });
  }
  return joined;
}

/** The zero spans of the chunks looked at so far. */
export class ZeroSpans {
  readonly #chunks = new Map<number, readonly ZeroSpan[]>();

  /** Chunks looked at. */
  get chunkCount(): number {
    return this.#chunks.size;
  }

  has(index: number): boolean {
    return this.#chunks.has(index);
  }

  add(index: number, spans: readonly ZeroSpan[]): void {
    this.#chunks.set(index, spans);
  }

  /** Joined, cut to samples `[start, stop)`. */
  within([start, stop]: Span): readonly ZeroSpan[] {
    const cut = [...this.#chunks.values()].flat().map((span) => ({
      ...span,
      start: Math.max(start, span.start),
      stop: Math.min(stop, span.stop),
    }));
    return joinZeroSpans(cut.filter((span) => span.start < span.stop));
  }
}

/**
 * What of samples `[start, stop)` must not be used: saturated spans whether or not they are 0, and zeros of any other kind.
 *
 * In order; the spans of one kind do not overlap each other or another kind.
 */
export function invalidWithin(
  [start, stop]: Span,
  saturated: readonly Span[],
  zeros: readonly ZeroSpan[],
): readonly ZeroSpan[] {
  const own = saturated.map(([from, to]): Span => [Math.max(start, from), Math.min(stop, to)]);
  const spans = joinSpans(own).map(([from, to]): ZeroSpan => ({ start: from, stop: to, kind: "saturated" }));
  return joinZeroSpans([...spans, ...zeros.filter(({ kind }) => kind !== "saturated")]);
}
