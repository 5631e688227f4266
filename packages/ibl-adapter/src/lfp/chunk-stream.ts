import { type CallOptions, QueryError } from "@crossprobe/core";
import type { ChunkLayout } from "./chunk-layout.js";
import { planChunks } from "./chunk-plan.js";
import type { DecodedChunk } from "./decode-chunk.js";
import { chunkBytes } from "./decoded-chunks.js";

/** Chunks decoded ahead of the one that was given, unless told otherwise. */
const DEFAULT_AHEAD = 2;
const DEFAULT_BUDGET_BYTES = 64 * 2 ** 20;

export interface ChunkStreamOptions extends CallOptions {
  /** Chunks that are read and decoded ahead, as far as the budget allows (default 2). */
  readonly ahead?: number | undefined;
  /** Most bytes of decoded chunks that are held at once, the one that was given included (default 64 MiB). */
  readonly budgetBytes?: number | undefined;
}

/** One decoded chunk of a recording. */
export interface LfpackChunk {
  readonly index: number;
  /** Samples of the recording that the chunk holds, `[start, stop)`. */
  readonly samples: readonly [start: number, stop: number];
  /** The part of them that was asked for, counted from the start of the chunk. */
  readonly within: readonly [start: number, stop: number];
  /** In factors: sample `i` of channel `c` is `channelFactors[c, :] · timeCourses[:, i]`, volts. */
  readonly chunk: DecodedChunk;
}

/** Where a stream gets its chunks from, and how large they are. */
export interface ChunkStreamSource {
  /** The recording in words. */
  readonly name: string;
  readonly layout: ChunkLayout;
  readonly channelCount: number;
  /** Columns of the basis that the chunks share; null where there is none. */
  readonly basisSize: number | null;
  /** Null where it is not known before the chunk is read. */
  rankOf(index: number): number | null;
  load(index: number, options: CallOptions): Promise<DecodedChunk>;
}

interface Started {
  readonly result: Omit<LfpackChunk, "chunk">;
  /** Bytes set aside for it. */
  readonly bytes: number;
  readonly chunk: Promise<DecodedChunk>;
}

/**
 * Gives the chunks that hold samples `[start, stop)` in time order and decodes ahead. Bytes are set aside before a chunk is begun, by the
 * highest rank it can have where its own is not known, so that the budget is never passed.
 *
 * @throws {@link QueryError} when the budget does not hold one chunk
 */
export async function* streamChunks(
  source: ChunkStreamSource,
  samples: readonly [number, number],
  { ahead = DEFAULT_AHEAD, budgetBytes = DEFAULT_BUDGET_BYTES, signal }: ChunkStreamOptions = {},
): AsyncGenerator<LfpackChunk> {
  const shared = (source.basisSize ?? 0) * source.channelCount * Float64Array.BYTES_PER_ELEMENT;
  const waiting = resultsOf(source.layout, samples);
  const started: Started[] = [];
  const ended = new AbortController();
  const options = { signal: signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]) };
  let held = shared;
  const begin = (): void => {
    for (let next = waiting[0]; next !== undefined && started.length <= ahead; next = waiting[0]) {
      const { bytes, isKnown } = bytesOf(source, next.index);
      const isAlone = held === shared;
      if (held + bytes > budgetBytes && !isAlone) return;
      if (held + bytes > budgetBytes && isKnown) throw tooSmall(source, next.index, budgetBytes, shared + bytes);
      waiting.shift();
      const chunk = source.load(next.index, options);
      chunk.catch(() => undefined); // it is waited for below, unless the stream ends before
      started.push({ result: next, bytes, chunk });
      held += bytes;
    }
  };
  try {
    begin();
    for (let first = started.shift(); first !== undefined; first = started.shift()) {
      const chunk = await first.chunk;
      const bytes = chunkBytes(chunk);
      if (shared + bytes > budgetBytes) throw tooSmall(source, first.result.index, budgetBytes, shared + bytes);
      held += bytes - first.bytes;
      begin();
      yield { ...first.result, chunk };
      held -= bytes;
      begin();
    }
  } finally {
    ended.abort();
  }
}

function resultsOf(layout: ChunkLayout, samples: readonly [number, number]): Omit<LfpackChunk, "chunk">[] {
  return planChunks(layout, samples).map(({ index, within }) => {
    const start = index * layout.chunkLength;
    return { index, within, samples: [start, Math.min(layout.sampleCount, start + layout.chunkLength)] as const };
  });
}

/** Bytes of a decoded chunk: of its own rank, or at most. */
function bytesOf(source: ChunkStreamSource, index: number) {
  const { layout, channelCount, basisSize } = source;
  const length = Math.min(layout.chunkLength, layout.sampleCount - index * layout.chunkLength);
  const rank = source.rankOf(index);
  const most = Math.min(channelCount, length + 2 * (layout.overlap ?? length));
  const values = (rank ?? most) * (channelCount + length + (basisSize ?? 0));
  return { bytes: values * Float64Array.BYTES_PER_ELEMENT, isKnown: rank !== null };
}

function tooSmall({ name }: ChunkStreamSource, index: number, budgetBytes: number, needed: number): QueryError {
  return new QueryError(`a budget of ${budgetBytes} bytes does not hold chunk ${index} of ${name}`, {
    hint: `give at least ${needed} bytes`,
  });
}
