import type { CallOptions } from "@crossprobe/core";
import type { Hdf5Ahead, Hdf5Ranges } from "@crossprobe/formats/hdf5";
import type { ChunkReader } from "./stored-chunk.js";

/** Most bytes of coded chunks that are fetched in one go; the file keeps two such lots. */
const BATCH_BYTES = 12 * 2 ** 20;
/** Most chunks of a batch: of format 1, where sizes are not known beforehand, about as many bytes. */
const BATCH_CHUNKS = 64;

type Batch = readonly [first: number, stop: number];

/** Cuts the chunks of a read into lots that are fetched ahead; those that are decoded already are left out. */
export function planBatches(reader: ChunkReader, [first, stop]: Batch, isDecoded: (index: number) => boolean): Batch[] {
  const batches: [number, number][] = [];
  let bytes = 0;
  for (let index = first; index < stop; index++) {
    if (isDecoded(index)) continue;
    const coded = reader.known(index)?.codedBytes ?? 0;
    const last = batches.at(-1);
    const fits = last !== undefined && last[1] === index && index - last[0] < BATCH_CHUNKS;
    if (fits && bytes + coded <= BATCH_BYTES) {
      last[1] = index + 1;
      bytes += coded;
    } else {
      batches.push([index, index + 1]);
      bytes = coded;
    }
  }
  return batches;
}

/** Fetches the chunks of one read ahead, a lot at a time, and the next one while the last is worked on. */
export class ChunksAhead {
  readonly #ranges: Hdf5Ranges;
  readonly #batches: readonly Batch[];
  readonly #wanted: (batch: Batch) => Hdf5Ahead;
  readonly #fetches = new Map<number, Promise<void>>();

  constructor(ranges: Hdf5Ranges, batches: readonly Batch[], wanted: (batch: Batch) => Hdf5Ahead) {
    this.#ranges = ranges;
    this.#batches = batches;
    this.#wanted = wanted;
  }

  /** Waits until what a chunk needs has come. */
  async reach(index: number, options?: CallOptions): Promise<void> {
    const number = this.#batches.findIndex(([first, stop]) => first <= index && index < stop);
    if (number < 0) return;
    await this.#fetch(number, options);
    // It is waited for when its first chunk is reached; if that never happens, its failure is nobody's.
    this.#fetch(number + 1, options).catch(() => undefined);
  }

  #fetch(number: number, options?: CallOptions): Promise<void> {
    const batch = this.#batches[number];
    if (batch === undefined) return Promise.resolve();
    const underWay = this.#fetches.get(number);
    if (underWay !== undefined) return underWay;
    const fetch = this.#ranges.fetchAhead(this.#wanted(batch), { signal: options?.signal });
    this.#fetches.set(number, fetch);
    return fetch;
  }
}
