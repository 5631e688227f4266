import type { ChunkAudit } from "../chunk-audit.js";
import type { Kernels, ProductShape } from "../kernels/kernels.js";
import type { ChunkHeader, StoredFactors } from "../stored-chunk.js";

/** What a decoding thread is asked; coefficients are checked before they are sent. */
export type DecoderTask = { readonly kernels: Kernels["name"] | undefined } & (
  | {
      readonly kind: "decode";
      readonly header: ChunkHeader;
      readonly channelCount: number;
      readonly factors: StoredFactors;
      readonly indices: Int32Array;
      readonly values: Float32Array;
    }
  | {
      readonly kind: "product";
      /** Over shared memory, as the result. */
      readonly factors: Float64Array;
      readonly courses: Float64Array;
      readonly shape: ProductShape;
      readonly result: Float32Array;
    }
);

/** A decoded chunk, without what the asking thread has already. */
export interface DecodedParts {
  readonly channelFactors: Float64Array;
  readonly timeCourses: Float64Array;
  readonly audit: ChunkAudit;
}
