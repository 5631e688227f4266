import type { DecodedChunk } from "./decode-chunk.js";

/** Chunks that were decoded lately, under a byte budget; the one used longest ago goes first. */
export class DecodedChunks {
  readonly #budgetBytes: number;
  readonly #chunks = new Map<number, DecodedChunk>();
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

  /** Keeps a chunk, unless it alone is above the budget. */
  add(index: number, chunk: DecodedChunk): void {
    const bytes = bytesOf(chunk);
    if (bytes > this.#budgetBytes || this.#chunks.has(index)) return;
    this.#chunks.set(index, chunk);
    this.#bytes += bytes;
    for (const [oldest, old] of this.#chunks) {
      if (this.#bytes <= this.#budgetBytes) return;
      this.#chunks.delete(oldest);
      this.#bytes -= bytesOf(old);
    }
  }

  clear(): void {
    this.#chunks.clear();
    this.#bytes = 0;
  }
}

function bytesOf(chunk: DecodedChunk): number {
  return chunk.channelFactors.byteLength + chunk.timeCourses.byteLength;
}
