import type { DecodedChunk } from "./decode-chunk.js";

/** Chunks that were decoded lately, under a byte budget; the one used longest ago goes first. */
export class DecodedChunks {
  readonly #budgetBytes: number;
  readonly #chunks = new Map<number, DecodedChunk>();
  /** Arrays that chunks share, and how many of those kept have each. */
  readonly #shared = new Map<Float64Array, number>();
  #bytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  get(index: number): DecodedChunk | undefined {
    const chunk = this.#chunks.get(index);
    if (chunk === undefined) return undefined;
    this.#chunks.delete(index);
    this.#chunks.set(index, chunk);
    return chunk;
  }

  has(index: number): boolean {
    return this.#chunks.has(index);
  }

  /** Bytes of the chunks kept; what several share counts once. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a chunk, unless it alone is above the budget. */
  add(index: number, chunk: DecodedChunk): void {
    const bytes = chunkBytes(chunk) + (chunk.basisFactors?.basis.byteLength ?? 0);
    if (bytes > this.#budgetBytes || this.#chunks.has(index)) return;
    this.#chunks.set(index, chunk);
    this.#bytes += chunkBytes(chunk);
    this.#count(chunk, 1);
    for (const [oldest, old] of this.#chunks) {
      if (this.#bytes <= this.#budgetBytes) return;
      this.#chunks.delete(oldest);
      this.#bytes -= chunkBytes(old);
      this.#count(old, -1);
    }
  }

  clear(): void {
    this.#chunks.clear();
    this.#shared.clear();
    this.#bytes = 0;
  }

  #count({ basisFactors }: DecodedChunk, change: 1 | -1): void {
    if (basisFactors === undefined) return;
    const { basis } = basisFactors;
    const before = this.#shared.get(basis) ?? 0;
    if (before + change > 0) this.#shared.set(basis, before + change);
    else this.#shared.delete(basis);
    if (before === 0) this.#bytes += basis.byteLength;
    else if (before + change === 0) this.#bytes -= basis.byteLength;
  }
}

/** Bytes of what is a chunk's own: the basis that it shares with others is left out. */
export function chunkBytes({ channelFactors, timeCourses, basisFactors }: DecodedChunk): number {
  return channelFactors.byteLength + timeCourses.byteLength + (basisFactors?.coefficients.byteLength ?? 0);
}
