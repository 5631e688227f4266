import { type Box, elementsOf } from "../box.js";
import type { Hdf5Ahead, Hdf5Part, Hdf5TransferPlan } from "../hdf5-file.js";
import { boxOf } from "../read-request.js";
import type { PlannedBox } from "./array-bytes.js";
import { BLOCK_BYTES, type BlockRun, type ByteSpan, type FileBlocks, type Transfer } from "./file-blocks.js";
import type { FileBytes } from "./file-bytes.js";
import { forEachLane } from "./lanes.js";
import type { StoredArray } from "./stored-array.js";

/** Looks things up in a file. */
export interface Lookup {
  /** Where an object's header is; `undefined` if there is none. */
  locate(file: FileBytes, path: string): Promise<number | undefined>;
  array(file: FileBytes, path: string): Promise<StoredArray>;
  planBox(file: FileBytes, array: StoredArray, box: Box): Promise<PlannedBox>;
}

/** Objects further apart than this do not belong to one series. */
const MAX_GAP_BYTES = 1 << 20;

/** Names that are looked up side by side. */
const LANES = 8;

/** Tells what reads will fetch, and fetches it ahead. */
export class RangePlanner {
  readonly #blocks: FileBlocks;
  readonly #lookup: Lookup;

  constructor(blocks: FileBlocks, lookup: Lookup) {
    this.#blocks = blocks;
    this.#lookup = lookup;
  }

  async plan(file: FileBytes, part: Hdf5Part): Promise<Hdf5TransferPlan> {
    const before = this.#blocks.transferred;
    const { spans, neededBytes } = await this.#partSpans(file, part);
    return { ...this.#blocks.predict(spans), neededBytes, spent: this.#since(before) };
  }

  async planAhead(file: FileBytes, batches: readonly Hdf5Ahead[]): Promise<Hdf5TransferPlan> {
    const before = this.#blocks.transferred;
    const taken = new Set<number>();
    const runs: BlockRun[] = [];
    let neededBytes = 0;
    for (const batch of batches) {
      const wanted = await this.#spans(file, batch);
      neededBytes += wanted.neededBytes;
      runs.push(...this.#blocks.missingRuns(wanted.spans, taken));
    }
    return { ...this.#blocks.costOf(runs), neededBytes, spent: this.#since(before) };
  }

  async fetchAhead(file: FileBytes, wanted: Hdf5Ahead): Promise<void> {
    const { spans } = await this.#spans(file, wanted);
    await this.#blocks.fetchRuns(this.#blocks.missingRuns(spans), file.signal);
  }

  #since(before: Transfer): Transfer {
    const { requests, bytes } = this.#blocks.transferred;
    return { requests: requests - before.requests, bytes: bytes - before.bytes };
  }

  async #partSpans(file: FileBytes, { path, slices }: Hdf5Part): Promise<PlannedBox> {
    const array = await this.#lookup.array(file, path);
    if (array.dataspace.shape === null) return { spans: [], neededBytes: 0 };
    const box = boxOf({ path, url: this.#blocks.url, shape: array.shape }, slices);
    if (elementsOf(box.count) === 0) return { spans: [], neededBytes: 0 };
    return await this.#lookup.planBox(file, array, box);
  }

  async #spans(file: FileBytes, { parts = [], objects = [] }: Hdf5Ahead) {
    const planned: PlannedBox[] = [];
    await forEachLane(parts, async (part) => void planned.push(await this.#partSpans(file, part)), LANES);
    const spans: ByteSpan[] = [];
    for (const part of planned) spans.push(...part.spans);
    const neededBytes = planned.reduce((sum, part) => sum + part.neededBytes, 0);
    const between = await this.#objectSpans(file, objects);
    spans.push(...between);
    return { spans, neededBytes: neededBytes + between.reduce((sum, { length }) => sum + length, 0) };
  }

  /**
   * From the first object's header to the last one's, as long as the next is near. What was written with the outermost ones lies before or
   * behind them: as much as lies between two of them is added on both sides.
   */
  async #objectSpans(file: FileBytes, paths: readonly string[]): Promise<ByteSpan[]> {
    const places: number[] = [];
    await forEachLane(
      paths,
      async (path) => {
        const address = await this.#lookup.locate(file, path);
        if (address !== undefined) places.push(file.place(address, 0, "an object"));
      },
      LANES,
    );
    const series: { first: number; last: number; count: number }[] = [];
    for (const place of places.sort((a, b) => a - b)) {
      const current = series.at(-1);
      if (current !== undefined && place - current.last <= MAX_GAP_BYTES) {
        current.last = place;
        current.count += 1;
      } else series.push({ first: place, last: place, count: 1 });
    }
    return series.map(({ first, last, count }) => {
      const margin = count === 1 ? BLOCK_BYTES : (last - first) / (count - 1);
      const offset = Math.max(0, Math.floor(first - margin));
      return { offset, length: Math.min(this.#blocks.size, Math.ceil(last + margin)) - offset };
    });
  }
}
