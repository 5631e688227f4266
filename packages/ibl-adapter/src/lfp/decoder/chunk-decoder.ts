import type { CallOptions } from "@crossprobe/core";
import { type DecodedChunk, decodeChunk } from "../decode-chunk.js";
import type { Kernels, ProductShape } from "../kernels/kernels.js";
import type { StoredChunk } from "../stored-chunk.js";

/** A product, and where it goes; see {@link Kernels.product}. */
export interface ProductTask {
  /** `[columns, rank]` */
  readonly factors: Float64Array;
  /** `[rank, stride]` */
  readonly courses: Float64Array;
  readonly shape: ProductShape;
  readonly target: Float32Array;
  /** Place of the first value in `target`. */
  readonly offset: number;
}

/** Decodes chunks, in this thread or in others; the numbers are the same bit by bit. */
export interface ChunkDecoder {
  /** Threads beside the one that asks, 0 where there is none: callers gain nothing from more in flight than one above this. */
  readonly threads: number;

  /** Whether it was closed: with the archive that it belongs to. */
  readonly isClosed: boolean;

  /** @throws {@link FormatError} when a coefficient lies outside its matrix or is given twice */
  decode(stored: StoredChunk, options?: CallOptions): Promise<DecodedChunk>;

  /** Multiplies out. @returns how many values were not finite and are given as 0 */
  product(task: ProductTask, options?: CallOptions): Promise<number>;

  /** Ends the threads, if there are any; what is asked of it later rejects. */
  close(): Promise<void>;
}

/** Decodes in this thread. */
export class InlineDecoder implements ChunkDecoder {
  readonly threads = 0;
  readonly #kernels: Kernels;
  #isClosed = false;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async decode(stored: StoredChunk, options?: CallOptions): Promise<DecodedChunk> {
    options?.signal?.throwIfAborted();
    return decodeChunk(stored, this.#kernels);
  }

  async product({ factors, courses, shape, target, offset }: ProductTask, options?: CallOptions): Promise<number> {
    options?.signal?.throwIfAborted();
    return this.#kernels.product(factors, courses, shape, target, offset);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}
