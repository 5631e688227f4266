import type { ChunkLayout } from "./chunk-layout.js";
import { formatError, type Place } from "./place.js";
import type { ChunkHeader } from "./stored-chunk.js";
import { slotCount } from "./wavelet-packet.js";

/** Largest coefficient matrix that is decoded, in values: hundreds of times what lfpack writes. */
const MAX_COEFFICIENTS = 2 ** 26;

/** Window that the encoder compressed for a chunk: the chunk with its guard bands, clipped to the recording. */
function expectedWindow(layout: ChunkLayout, index: number, overlap: number) {
  const first = index * layout.chunkLength;
  const stop = Math.min(first + layout.chunkLength, layout.sampleCount);
  const leftOverlap = Math.min(overlap, first);
  return { leftOverlap, extendedCount: Math.min(stop + overlap, layout.sampleCount) - first + leftOverlap };
}

/**
 * `left_overlap` of a chunk that does not store it, from its position.
 *
 * lfpack reads 0 then, which shifts the chunk in silence wherever there is a guard band.
 */
export function impliedLeftOverlap(layout: ChunkLayout, index: number): number {
  return expectedWindow(layout, index, layout.overlap ?? 0).leftOverlap;
}

/**
 * Holds what a chunk says about itself against its place in the recording.
 *
 * Source: LFPack encoder: chunk `i` covers `[i n, min((i + 1) n, total))`, extended by the overlap on both sides and clipped; the number of
 * wavelet slots follows from the extended length alone.
 *
 * @throws {@link FormatError} naming what disagrees
 */
export function checkHeader(
  header: ChunkHeader,
  layout: ChunkLayout,
  channelCount: number,
  index: number,
  place: Place,
): void {
  const fail = (says: string): never => {
    throw formatError(place, says);
  };
  const { rank, columns, sampleCount, extendedCount, leftOverlap, alpha } = header;
  const expected = Math.min(layout.chunkLength, layout.sampleCount - index * layout.chunkLength);
  if (!(rank >= 1)) fail(`rank must be at least 1, not ${rank}`);
  if (rank > channelCount) fail(`rank ${rank}, but a matrix of ${channelCount} channels has ${channelCount} at most`);
  if (!(sampleCount > 0)) fail(`ns_original must be positive, not ${sampleCount}`);
  if (!(leftOverlap >= 0)) fail(`left_overlap must not be negative, as ${leftOverlap} is`);
  if (sampleCount + leftOverlap > extendedCount) {
    fail(`ns_original ${sampleCount} does not fit ns_extended ${extendedCount} - left_overlap ${leftOverlap} samples`);
  }
  if (sampleCount !== expected) fail(`ns_original ${sampleCount}, expected ${expected}`);
  if (extendedCount > layout.sampleCount) fail(`ns_extended ${extendedCount}, the recording has ${layout.sampleCount}`);
  const slots = alpha === 0 ? extendedCount : slotCount(extendedCount);
  const domain = alpha === 0 ? "time-domain samples" : "samples";
  if (columns !== slots) fail(`${columns} coefficient columns, expected ${slots} for ${extendedCount} ${domain}`);
  if (rank * columns > MAX_COEFFICIENTS) fail(`${rank} x ${columns} coefficients are more than this reader decodes`);
  if (layout.overlap === null) return;
  const window = expectedWindow(layout, index, layout.overlap);
  if (leftOverlap !== window.leftOverlap) fail(`left_overlap ${leftOverlap}, expected ${window.leftOverlap}`);
  if (extendedCount !== window.extendedCount) fail(`ns_extended ${extendedCount}, expected ${window.extendedCount}`);
}
