import type { StoredChunk } from "./chunk-grid.js";
import { type ByteSpan, FETCH_BYTES } from "./file-blocks.js";
import type { FileBytes } from "./file-bytes.js";
import { forEachLane } from "./lanes.js";

/** Chunks that are fetched in one go. */
export interface Run {
  readonly address: number;
  readonly bytes: number;
  readonly chunks: readonly StoredChunk[];
}

/** Bytes that may lie between two chunks of a run: fetching them costs less than another request. */
const GAP_BYTES = 64 << 10;

/** Runs up to this go through the cache of blocks, where what lies beside them is likely to be wanted too. */
const SMALL_BYTES = 256 << 10;

/** The bytes that reading these runs fetches, in their order. */
export function spansOfRuns(file: FileBytes, runs: readonly Run[]): ByteSpan[] {
  return runs.map(({ address, bytes }) => {
    const offset = file.place(address, bytes, "a run of chunks");
    return { offset, length: bytes, isOnce: bytes > SMALL_BYTES };
  });
}

/** Puts chunks that lie near each other into runs of at most {@link FETCH_BYTES}, unless one alone is longer. */
export function runsOf(chunks: readonly StoredChunk[]): Run[] {
  const runs: Run[] = [];
  let current: { address: number; end: number; chunks: StoredChunk[] } | undefined;
  const finish = () => {
    if (current === undefined) return;
    runs.push({ address: current.address, bytes: current.end - current.address, chunks: current.chunks });
    current = undefined;
  };
  for (const chunk of chunks.toSorted((a, b) => a.address - b.address)) {
    const end = chunk.address + chunk.bytes;
    const isNear = current !== undefined && chunk.address - current.end <= GAP_BYTES;
    if (!isNear || end - (current?.address ?? 0) > FETCH_BYTES) finish();
    current ??= { address: chunk.address, end, chunks: [] };
    current.end = Math.max(current.end, end);
    current.chunks.push(chunk);
  }
  finish();
  return runs;
}

/** Fetches runs, a few at a time, and gives each to `use` with its bytes. */
export async function readRuns(
  file: FileBytes,
  runs: readonly Run[],
  use: (run: Run, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  await forEachLane(runs, async (run) => {
    const offset = file.place(run.address, run.bytes, "a run of chunks");
    const { blocks, signal } = file;
    const bytes =
      run.bytes <= SMALL_BYTES
        ? await blocks.read(offset, run.bytes, signal)
        : await blocks.fetch(offset, run.bytes, signal);
    await use(run, bytes);
  });
}
