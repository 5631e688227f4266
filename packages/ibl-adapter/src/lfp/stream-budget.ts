import { QueryError } from "@crossprobe/core";
import type { ChunkLayout } from "./chunk-layout.js";
import type { ReadPlan } from "./read-plan.js";

/**
 * Most bytes of a block of a stream: two chunks of 384 channels. Larger ones are slower, and those that were let go of stay in memory
 * until the next garbage collection.
 */
const STREAM_BLOCK_BYTES = 6 * 2 ** 20;
/** Most bytes of chunks that a stream keeps: no chunk is wanted again once a block has gone past it. */
const STREAM_CACHE_BYTES = 8 * 2 ** 20;

/**
 * Rows of a block, and what is left for decoded chunks, of a budget of bytes: at least one is kept, so that none is decoded for each block.
 *
 * @throws {@link QueryError} when the budget does not suffice for one sample
 */
export function shareBudget(plan: ReadPlan, budgetBytes: number, { chunkLength }: ChunkLayout) {
  const needed = plan.peakBytes - plan.resultBytes + plan.largestChunkBytes;
  const rowBytes = Math.max(1, plan.columns) * Float32Array.BYTES_PER_ELEMENT;
  const free = budgetBytes - needed;
  if (!(free >= rowBytes)) {
    throw new QueryError(`a budget of ${budgetBytes} bytes does not hold one sample of this read beside its chunks`, {
      hint: `give at least ${needed + rowBytes} bytes; explain() says what they are for`,
    });
  }
  const rows = Math.max(1, Math.floor(Math.min(free / 2, STREAM_BLOCK_BYTES) / rowBytes));
  const blockRows = rows < chunkLength ? rows : rows - (rows % chunkLength);
  const left = Math.min(free - blockRows * rowBytes, STREAM_CACHE_BYTES);
  return { blockRows, cacheBytes: plan.largestChunkBytes + left };
}
