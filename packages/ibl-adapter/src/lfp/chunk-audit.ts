import type { Coefficients } from "./coefficients.js";
import { countNonFinite } from "./kernels/plain-product.js";

/** What was odd about a chunk's numbers. */
export interface ChunkAudit {
  /** Values `[samples x channels]` that came out NaN or infinite and are given as 0. */
  readonly nonFiniteValues: number;
  /** Every coefficient is 0 though the channel factors are not: an encoder that threw a weak chunk away. */
  readonly isCodecDropout: boolean;
  /** Samples of the chunk, `[start, stop)`, that are exactly 0 on every channel, as maximal runs. */
  readonly zeroRuns: readonly (readonly [start: number, stop: number])[];
}

/** A chunk in factors, as far as an audit looks at it; shapes as in `DecodedChunk`. */
interface Factors {
  readonly channelCount: number;
  readonly sampleCount: number;
  readonly rank: number;
  readonly channelFactors: Float64Array;
  readonly timeCourses: Float64Array;
}

/** Largest float32. */
const MAX_FLOAT = 3.4e38;
/** No sample of a row exceeds the sum of its coefficients' sizes more than this: `(sum of |taps|) ^ 5` is 43. */
const PACKET_GAIN = 64;

/** Looks at the factors and at the coefficients they came from. */
export function auditChunk(factors: Factors, coefficients: Coefficients, alpha: number): ChunkAudit {
  const { channelCount, sampleCount, rank, channelFactors, timeCourses } = factors;
  const courses = usedCourses(factors);
  // False for NaN and infinities, too.
  const isSound = sumOfSizes(channelFactors) * sumOfSizes(coefficients.values) * PACKET_GAIN < MAX_FLOAT;
  const shape = { rank, columns: channelCount, stride: sampleCount, start: 0, stop: sampleCount };
  return {
    nonFiniteValues: isSound ? 0 : countNonFinite(channelFactors, timeCourses, shape),
    isCodecDropout: alpha !== 0 && courses.length > 0 && !courses.some(hasValues),
    zeroRuns: zeroRuns(courses, sampleCount),
  };
}

/** Time courses of the components that reach any channel: the others leave nothing in the signal. */
function usedCourses({ channelFactors, timeCourses, rank, sampleCount }: Factors): readonly Float64Array[] {
  const isUsed = new Uint8Array(rank);
  for (let i = 0; i < channelFactors.length; i++) if (channelFactors[i] !== 0) isUsed[i % rank] = 1;
  return Array.from(isUsed.keys())
    .filter((k) => isUsed[k] === 1)
    .map((k) => timeCourses.subarray(k * sampleCount, (k + 1) * sampleCount));
}

function hasValues(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) return true;
  return false;
}

function sumOfSizes(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i] ?? 0);
  return sum;
}

function zeroRuns([first, ...others]: readonly Float64Array[], sampleCount: number) {
  if (first === undefined) return [[0, sampleCount]] as const;
  const runs: [number, number][] = [];
  for (let i = 0; i < sampleCount; i++) {
    if (first[i] !== 0 || !others.every((course) => course[i] === 0)) continue;
    const last = runs.at(-1);
    if (last?.[1] === i) last[1] = i + 1;
    else runs.push([i, i + 1]);
  }
  return runs;
}
