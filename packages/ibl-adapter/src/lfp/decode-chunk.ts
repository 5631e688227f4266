import { auditChunk, type ChunkAudit } from "./chunk-audit.js";
import { type Coefficients, checkCoefficients } from "./coefficients.js";
import type { Kernels } from "./kernels/kernels.js";
import type { BasisFactors, StoredChunk } from "./stored-chunk.js";

export type { ChunkAudit } from "./chunk-audit.js";

/** One decoded chunk, in factors: channels and samples are chosen when it is multiplied out. */
export interface DecodedChunk {
  readonly channelCount: number;
  readonly sampleCount: number;
  readonly rank: number;
  /** `[channelCount, rank]`, volts. */
  readonly channelFactors: Float64Array;
  /** `[rank, sampleCount]`, one row a component, without unit. */
  readonly timeCourses: Float64Array;
  /** What the channel factors are the product of; absent where the recording's chunks share no basis (format 1). */
  readonly basisFactors?: BasisFactors | undefined;
  readonly audit: ChunkAudit;
}

type ChunkParts = Pick<StoredChunk, "header" | "channelCount" | "factors">;

/**
 * Turns a stored chunk into channel factors and time courses: scatter, inverse wavelet packet, cut the guard bands.
 *
 * Source: LFPack (`decompress`): coefficients are float32, everything after is float64. lfpack puts the channel factors of format 2
 * together in float32, so its result depends on the processor; float64 stays within 1e-6 of the signal's peak of it.
 *
 * @throws {@link FormatError} when a coefficient lies outside its matrix or is given twice
 */
export function decodeChunk(chunk: StoredChunk, kernels: Kernels): DecodedChunk {
  return decodeChecked(chunk, checkCoefficients(chunk), kernels);
}

/** The same for coefficients that have been checked. */
export function decodeChecked(chunk: ChunkParts, coefficients: Coefficients, kernels: Kernels): DecodedChunk {
  const { channelCount, header } = chunk;
  const { rank, sampleCount } = header;
  const channelFactors = composeFactors(chunk, kernels);
  const timeCourses = kernels.timeCourses({ ...header, indices: coefficients.indices, values: coefficients.values });
  const factors = { channelCount, sampleCount, rank, channelFactors, timeCourses };
  return {
    ...factors,
    basisFactors: chunk.factors.kind === "basis" ? chunk.factors : undefined,
    audit: auditChunk(factors, coefficients, header.alpha),
  };
}

function composeFactors({ factors, channelCount, header: { rank } }: ChunkParts, kernels: Kernels): Float64Array {
  if (factors.kind === "channels") return new Float64Array(factors.values);
  const { basis, coefficients } = factors;
  return kernels.matmul(basis, coefficients, {
    rows: channelCount,
    inner: basis.length / channelCount,
    columns: rank,
  });
}
