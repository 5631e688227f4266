// Invented codec chunks of the shape and size that lfpack's are: factors of smooth depth profiles, wavelet packet coefficients that fall
// off with frequency and component, the largest of them kept.
import { toFloat16Bits } from "./hdf5-types.mjs";

export const CHANNELS = 384;
export const CHUNK_SAMPLES = 2048;
export const OVERLAP = 128;
export const RATE = 250;
/** Columns of the basis that the chunks of a format-2 recording share. */
export const BASIS_SIZE = 32;
const LEVELS = 5;
const LEAVES = 2 ** LEVELS;
/** Largest singular value, volts: signals of some 100 µV. */
const LARGEST = 0.1;

/**
 * How many coefficients a chunk keeps. Between those of an invented signal that lfpack itself encoded (rank 8 to 12: 2800 to 4300 in format
 * 1 with alpha 28, 6300 to 10500 in format 2 with alpha 7) and the 40-odd kB a chunk of the published archives.
 */
export function keptCount(format, rank) {
  return Math.round((format === 1 ? 6000 : 14000) * (1 - Math.exp(-rank / 12)));
}

export function chunkCount(sampleCount) {
  return Math.ceil(sampleCount / CHUNK_SAMPLES);
}

/** What is stored about chunk `index`, without rank. */
export function layoutOf(index, sampleCount) {
  const start = index * CHUNK_SAMPLES;
  const stop = Math.min(start + CHUNK_SAMPLES, sampleCount);
  const leftOverlap = Math.min(OVERLAP, start);
  const extended = Math.min(stop + OVERLAP, sampleCount) - (start - leftOverlap);
  return { original: stop - start, extended, leftOverlap, leafLength: leafLength(extended) };
}

function leafLength(samples) {
  let length = samples;
  for (let level = 0; level < LEVELS; level++) length = Math.floor((length + 7) / 2);
  return length;
}

/** Orthonormal depth profiles, column by column: row `k` is profile `k`. */
export function profiles(count) {
  return Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length: CHANNELS }, (_, channel) => {
      const norm = Math.sqrt((k === 0 ? 1 : 2) / CHANNELS);
      return norm * Math.cos((Math.PI * (channel + 0.5) * k) / CHANNELS);
    }),
  );
}

/** One chunk: mixing of profiles, strengths, and kept coefficients in ascending order of position. */
export function createChunk(random, format, rank, layout, kept = keptCount(format, rank)) {
  const columns = LEAVES * layout.leafLength;
  const profileCount = format === 1 ? Math.max(BASIS_SIZE, rank) : BASIS_SIZE;
  const norms = Float32Array.from({ length: rank }, (_, k) => LARGEST * Math.exp((-3 * k) / rank));
  const mixing = Array.from({ length: rank }, (_, k) =>
    unit(profileCount, (j) => random.normal() / (1 + Math.abs(j - k) / 2)),
  );
  const all = new Float32Array(rank * columns);
  for (let k = 0; k < rank; k++) {
    for (let slot = 0; slot < columns; slot++) {
      const frequency = grayToBinary(Math.floor(slot / layout.leafLength));
      all[k * columns + slot] = (0.045 * random.normal()) / (1 + frequency) ** 1.2;
    }
  }
  const reaches = (slot) => format === 1 || reachesCentre(slot % layout.leafLength, layout);
  const strength = Float32Array.from(all, (value, at) => {
    return reaches(at % columns) ? Math.abs(value) * norms[Math.floor(at / columns)] : 0;
  });
  const wanted = Math.min(Math.round((kept * layout.extended) / (CHUNK_SAMPLES + 2 * OVERLAP)) + 1, all.length);
  const threshold = Math.max(strength.toSorted().at(-wanted), Number.MIN_VALUE);
  const indices = Int32Array.from(all.keys()).filter((at) => strength[at] >= threshold);
  return { rank, columns, layout, norms, mixing, indices, values: Float32Array.from(indices, (at) => all[at]) };
}

function unit(length, at) {
  const vector = Float64Array.from({ length }, (_, i) => at(i));
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

/** Natural order of the leaves to order of frequency. */
function grayToBinary(gray) {
  let binary = 0;
  for (let rest = gray; rest > 0; rest >>= 1) binary ^= rest;
  return binary;
}

/** Whether a coefficient of a leaf has any part in the chunk's own samples: others are not stored in format 2. */
function reachesCentre(position, { leftOverlap, original }) {
  const first = LEAVES * position - 6 * (LEAVES - 1);
  const last = LEAVES * position + LEAVES - 1;
  return last >= leftOverlap && first < leftOverlap + original;
}

/** `U_scaled` of format 1: float32 `[channels, rank]`, volts. */
export function channelFactors({ rank, norms, mixing }, basis) {
  const factors = new Float32Array(CHANNELS * rank);
  for (let channel = 0; channel < CHANNELS; channel++) {
    for (let k = 0; k < rank; k++) {
      const sum = mixing[k].reduce((total, weight, j) => total + weight * basis[j][channel], 0);
      factors[channel * rank + k] = norms[k] * sum;
    }
  }
  return factors;
}

/** `u_values` of format 2: float16 bits `[basis, rank]`. */
export function basisFactors({ rank, mixing }) {
  return Uint16Array.from({ length: BASIS_SIZE * rank }, (_, at) =>
    toFloat16Bits(mixing[at % rank][Math.floor(at / rank)]),
  );
}

/** `vh_deltas` of format 2. */
export function deltasOf(indices) {
  return Uint32Array.from(indices, (index, i) => index - (i === 0 ? 0 : indices[i - 1]));
}
