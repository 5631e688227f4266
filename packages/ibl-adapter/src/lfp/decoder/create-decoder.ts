import type { Kernels } from "../kernels/kernels.js";
import { type ChunkDecoder, InlineDecoder } from "./chunk-decoder.js";

/** Where chunks are decoded. */
export interface DecoderOptions {
  /** Worker threads, in Node only. Pays from two on; one frees this thread. */
  readonly threads: number;
}

/** A decoder in this thread, or over worker threads; only then is the library that runs these loaded. */
export async function createDecoder(kernels: Kernels, options?: DecoderOptions | undefined): Promise<ChunkDecoder> {
  if (options === undefined) return new InlineDecoder(kernels);
  const { DecoderPool } = await import("./decoder-pool.js");
  return new DecoderPool(options.threads, kernels);
}
