import type { NumericArray } from "@crossprobe/core";
import { formatError } from "./place.js";
import type { StoredChunk } from "./stored-chunk.js";
import { inverseWaveletPacket } from "./wavelet-packet.js";

/** What was odd about a chunk's numbers. */
export interface ChunkAudit {
  /** Values `[samples x channels]` that came out NaN or infinite and are given as 0. */
  readonly nonFiniteValues: number;
  /** Every coefficient is 0 though the channel factors are not: an encoder that threw a weak chunk away. */
  readonly isCodecDropout: boolean;
  /** Samples of the chunk, `[start, stop)`, that are exactly 0 on every channel, as maximal runs. */
  readonly zeroRuns: readonly (readonly [start: number, stop: number])[];
}

/** One decoded chunk, in factors: channels and samples are chosen when it is multiplied out. */
export interface DecodedChunk {
  readonly channelCount: number;
  readonly sampleCount: number;
  readonly rank: number;
  /** `[channelCount, rank]`, volts. */
  readonly channelFactors: Float64Array;
  /** `[sampleCount, rank]`, without unit. */
  readonly timeCourses: Float64Array;
  readonly audit: ChunkAudit;
}

/**
 * Turns a stored chunk into channel factors and time courses: scatter, inverse wavelet packet, cut the guard bands.
 *
 * Source: LFPack (`decompress`): coefficients are float32, everything after is float64.
 *
 * @throws {@link FormatError} when a coefficient lies outside its matrix or is given twice
 */
export function decodeChunk(chunk: StoredChunk): DecodedChunk {
  const { rank, sampleCount } = chunk.header;
  const channelFactors = Float64Array.from(chunk.channelFactors);
  const timeCourses = decodeTimeCourses(chunk);
  const factors = { channelCount: chunk.channelCount, sampleCount, rank, channelFactors, timeCourses };
  return { ...factors, audit: audit(factors, chunk.header.alpha) };
}

/** `[sampleCount, rank]`: the time courses of the chunk's own samples, one row a sample. */
function decodeTimeCourses(chunk: StoredChunk): Float64Array {
  const { rank, columns, sampleCount, extendedCount, leftOverlap, alpha } = chunk.header;
  const dense = scatter(chunk);
  const rows = alpha === 0 ? dense : inverseWaveletPacket(dense, rank, extendedCount);
  const rowLength = alpha === 0 ? columns : extendedCount;
  const courses = new Float64Array(sampleCount * rank);
  for (let component = 0; component < rank; component++) {
    const from = component * rowLength + leftOverlap;
    for (let i = 0; i < sampleCount; i++) courses[i * rank + component] = rows[from + i] ?? 0;
  }
  return courses;
}

/** The dense coefficient matrix `[rank, columns]`, float32 as the reference holds it. */
function scatter({ header, indices, values, place }: StoredChunk): Float32Array {
  if (indices.length !== values.length) {
    throw formatError(place, `${values.length} coefficients for ${indices.length} indices, expected as many`);
  }
  const size = header.rank * header.columns;
  const dense = new Float32Array(size);
  const isSet = new Uint8Array(size);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] ?? -1;
    if (!(index >= 0 && index < size)) {
      throw formatError(place, `coefficient index ${index} is outside its ${header.rank} x ${header.columns} matrix`);
    }
    if (isSet[index] === 1) throw formatError(place, `coefficient index ${index} is given twice`);
    isSet[index] = 1;
    dense[index] = values[i] ?? 0;
  }
  return dense;
}

type Factors = Omit<DecodedChunk, "audit">;

function audit(factors: Factors, alpha: number): ChunkAudit {
  const hasFactors = factors.channelFactors.some((value) => value !== 0);
  const hasCourses = factors.timeCourses.some((value) => value !== 0);
  const isSound = factors.channelFactors.every(Number.isFinite) && factors.timeCourses.every(Number.isFinite);
  return {
    nonFiniteValues: isSound ? 0 : countNonFinite(factors),
    isCodecDropout: alpha !== 0 && hasFactors && !hasCourses,
    zeroRuns: hasFactors ? zeroRuns(factors) : [[0, factors.sampleCount]],
  };
}

function countNonFinite(factors: Factors): number {
  let count = 0;
  for (let i = 0; i < factors.sampleCount; i++) {
    for (let channel = 0; channel < factors.channelCount; channel++) {
      if (!Number.isFinite(product(factors.channelFactors, channel, factors.timeCourses, i, factors.rank))) count++;
    }
  }
  return count;
}

function zeroRuns({ timeCourses, sampleCount, rank }: Factors): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (let i = 0; i < sampleCount; i++) {
    let isZero = true;
    for (let k = 0; isZero && k < rank; k++) isZero = timeCourses[i * rank + k] === 0;
    if (!isZero) continue;
    const last = runs.at(-1);
    if (last?.[1] === i) last[1] = i + 1;
    else runs.push([i, i + 1]);
  }
  return runs;
}

/**
 * Multiplies samples `within` of a chunk out into rows of a result `[samples, columns]`, volts.
 *
 * Each value is summed over the components in float64 and rounded once; NaN and infinities become 0, as the reference has
 * it ({@link ChunkAudit.nonFiniteValues} counts them).
 *
 * @param columnFactors `[columns, rank]`: channel factors, or sums of them (see `selectFactors`)
 * @param row row of `target` for the first sample
 */
export function multiplyOut(
  chunk: DecodedChunk,
  columnFactors: Float64Array,
  [start, stop]: readonly [number, number],
  target: Float32Array,
  row: number,
): void {
  const { rank, timeCourses } = chunk;
  const columns = columnFactors.length / rank;
  let out = row * columns;
  for (let i = start; i < stop; i++) {
    for (let column = 0; column < columns; column++) {
      const value = product(columnFactors, column, timeCourses, i, rank);
      target[out++] = Number.isFinite(value) ? value : 0;
    }
  }
}

function product(factors: Float64Array, row: number, courses: Float64Array, sample: number, rank: number): number {
  let sum = 0;
  const [a, b] = [row * rank, sample * rank];
  for (let k = 0; k < rank; k++) sum += (factors[a + k] ?? 0) * (courses[b + k] ?? 0);
  return sum;
}

/**
 * Puts the channel factors of a format-2 chunk together: `(basis @ values) * norms`, in float64.
 *
 * Shapes: `basis` `[channels, size]`, `values` `[size, rank]`, `norms` `[rank]`; result `[channels, rank]`, volts.
 *
 * lfpack does this product in float32, so its result depends on the processor; float64 stays within 1e-6 of the signal's peak of it.
 */
export function composeFactors(
  basis: NumericArray,
  values: NumericArray,
  norms: NumericArray,
  size: number,
): Float64Array {
  const rank = norms.length;
  const channelCount = basis.length / size;
  const factors = new Float64Array(channelCount * rank);
  for (let channel = 0; channel < channelCount; channel++) {
    for (let k = 0; k < rank; k++) {
      let sum = 0;
      for (let m = 0; m < size; m++) sum += (basis[channel * size + m] ?? 0) * (values[m * rank + k] ?? 0);
      factors[channel * rank + k] = sum * (norms[k] ?? 0);
    }
  }
  return factors;
}

/** Running sum of first differences: the flat coefficient indices of a format-2 chunk. */
export function sumDeltas(deltas: NumericArray): Float64Array {
  const indices = new Float64Array(deltas.length);
  let index = 0;
  for (let i = 0; i < deltas.length; i++) {
    index += deltas[i] ?? 0;
    indices[i] = index;
  }
  return indices;
}
