import type { CallOptions } from "@crossprobe/core";
import type { ChunkLayout } from "./chunk-layout.js";
import { planChunks } from "./chunk-plan.js";
import type { ColumnFactors } from "./column-factors.js";
import type { DecodedChunk } from "./decode-chunk.js";
import type { ChunkDecoder } from "./decoder/chunk-decoder.js";
import type { Kernels } from "./kernels/kernels.js";
import { applyMap, type LinearMap } from "./linear-map.js";
import { filterBlockColumns, filterBlockLength, type ReadPlan, touchedChunks } from "./read-plan.js";
import type { ResolvedRead } from "./read-request.js";
import { type FilteredRows, filterAlone, filterWithin, type TimeFilter } from "./time-filter.js";

/** Where a reader gets decoded chunks from. */
export interface ChunkSource {
  readonly layout: ChunkLayout;
  readonly kernels: Kernels;
  readonly decoder: ChunkDecoder;
  readonly factors: ColumnFactors;
  load(index: number, options?: CallOptions): Promise<DecodedChunk>;
}

/** How many chunks are worked on at once: one in this thread, one more than there are others to keep these busy. */
export function inFlight({ threads }: Pick<ChunkDecoder, "threads">): number {
  return threads === 0 ? 1 : threads + 1;
}

/** Samples that are transposed at a time. */
const TILE = 64;

type Span = readonly [start: number, stop: number];

/** A chunk's columns after the filter: factors of the columns, and courses as far as the filter's response reaches. */
interface FilteredChunk {
  /** `[columns, rank]` */
  readonly factors: Float64Array;
  readonly courses: FilteredRows;
}

/**
 * Carries out one planned read, over any spans of its samples in time order. What neighbouring spans share (the filtered chunks around the
 * place reached) is kept between them.
 */
export class SignalReader {
  readonly #source: ChunkSource;
  readonly #read: ResolvedRead;
  readonly #plan: Pick<ReadPlan, "mapOn" | "filterOn" | "columns">;
  readonly #filtered = new Map<number, FilteredChunk>();

  constructor(source: ChunkSource, read: ResolvedRead, plan: Pick<ReadPlan, "mapOn" | "filterOn" | "columns">) {
    this.#source = source;
    this.#read = read;
    this.#plan = plan;
  }

  /** Float32 `[stop - start, columns]` of samples `[start, stop)` into `target`, from row `row` on; each value is rounded once. */
  async fill(span: Span, target: Float32Array, row: number, options?: CallOptions): Promise<void> {
    const { map, filter } = this.#read;
    if (filter !== null && this.#plan.filterOn === "samples")
      await this.#filterSamples(filter, span, target, row, options);
    else if (filter !== null) await this.#filterCourses(filter, span, target, row, options);
    else if (map !== null && this.#plan.mapOn === "samples") await this.#mapSamples(map, span, target, row, options);
    else await this.#multiplyOut(map, span, target, row, options);
  }

  async #multiplyOut(map: LinearMap | null, span: Span, target: Float32Array, first: number, options?: CallOptions) {
    const { layout, decoder, factors } = this.#source;
    const { columns } = this.#plan;
    await forEachAtOnce(planChunks(layout, span), inFlight(decoder), async ({ index, within, row }) => {
      const chunk = await this.#source.load(index, options);
      const { rank, sampleCount, timeCourses: courses } = chunk;
      const shape = { rank, columns, stride: sampleCount, start: within[0], stop: within[1] };
      const offset = (first + row) * columns;
      await decoder.product({ factors: factors.of(map, chunk), courses, shape, target, offset }, options);
    });
  }

  async #mapSamples(map: LinearMap, span: Span, target: Float32Array, first: number, options?: CallOptions) {
    for (const { index, within, row } of planChunks(this.#source.layout, span)) {
      const chunk = await this.#source.load(index, options);
      const width = within[1] - within[0];
      const samples = this.#samplesOf(chunk.channelFactors, chunk, within);
      transpose(applyMap(map, samples, width), width, width, 0, target, (first + row) * this.#plan.columns);
    }
  }

  /** `[rows of the factors, samples within]`, in float64. */
  #samplesOf(
    factors: Float64Array,
    { rank, sampleCount, timeCourses }: DecodedChunk,
    [start, stop]: Span,
  ): Float64Array {
    const courses = new Float64Array(rank * (stop - start));
    for (let k = 0; k < rank; k++)
      courses.set(timeCourses.subarray(k * sampleCount + start, k * sampleCount + stop), k * (stop - start));
    const shape = { rows: factors.length / rank, inner: rank, columns: stop - start };
    return this.#source.kernels.matmul(factors, courses, shape);
  }

  async #filterCourses(filter: TimeFilter, span: Span, target: Float32Array, row: number, options?: CallOptions) {
    const { layout } = this.#source;
    const { columns } = this.#plan;
    for (const { index, within, row: at } of planChunks(layout, span)) {
      const own: Span = [index * layout.chunkLength + within[0], index * layout.chunkLength + within[1]];
      const [first, stop] = touchedChunks(layout, own, filter.halo);
      for (const kept of this.#filtered.keys()) if (kept < first || kept >= stop) this.#filtered.delete(kept);
      const parts: FilteredChunk[] = [];
      for (let other = first; other < stop; other++) parts.push(await this.#filteredChunk(filter, other, options));
      for (const [from, to] of segments(own, parts)) {
        const reaching = parts.filter(({ courses }) => courses.start < to && courses.stop > from);
        const offset = (row + at + from - own[0]) * columns;
        this.#multiplyStack(reaching, [from, to], target, offset);
      }
    }
  }

  async #filteredChunk(filter: TimeFilter, index: number, options?: CallOptions): Promise<FilteredChunk> {
    const kept = this.#filtered.get(index);
    if (kept !== undefined) return kept;
    const { layout, factors } = this.#source;
    const chunk = await this.#source.load(index, options);
    const start = index * layout.chunkLength;
    const input = { values: chunk.timeCourses, rows: chunk.rank, start, stop: start + chunk.sampleCount };
    const filtered = {
      factors: factors.of(this.#read.map, chunk),
      courses: filterAlone(filter, input, layout.sampleCount),
    };
    this.#filtered.set(index, filtered);
    return filtered;
  }

  /** Adds chunks up by multiplying out their factors side by side, so that the sum is rounded once. */
  #multiplyStack(parts: readonly FilteredChunk[], [from, to]: Span, target: Float32Array, offset: number): void {
    const { columns } = this.#plan;
    const rank = parts.reduce((sum, { courses }) => sum + courses.rows, 0);
    const factors = new Float64Array(columns * rank);
    const courses = new Float64Array(rank * (to - from));
    let at = 0;
    for (const part of parts) {
      const { rows, values, start, stop } = part.courses;
      for (let column = 0; column < columns; column++)
        factors.set(part.factors.subarray(column * rows, (column + 1) * rows), column * rank + at);
      for (let k = 0; k < rows; k++) {
        const line = k * (stop - start) - start;
        courses.set(values.subarray(line + from, line + to), (at + k) * (to - from));
      }
      at += rows;
    }
    const shape = { rank, columns, stride: to - from, start: 0, stop: to - from };
    this.#source.kernels.product(factors, courses, shape, target, offset);
  }

  async #filterSamples(filter: TimeFilter, span: Span, target: Float32Array, row: number, options?: CallOptions) {
    const { layout } = this.#source;
    const length = filterBlockLength(filter, layout);
    const width = filterBlockColumns(filter, layout, this.#plan.columns);
    for (let start = span[0]; start < span[1]; start += length) {
      const stop = Math.min(span[1], start + length);
      const window: Span = [Math.max(0, start - filter.halo), Math.min(layout.sampleCount, stop + filter.halo)];
      for (let column = 0; column < this.#plan.columns; column += width) {
        const columns: Span = [column, Math.min(this.#plan.columns, column + width)];
        const input = await this.#columnSamples(columns, window, options);
        const { values } = filterWithin(filter, input, window, layout.sampleCount);
        const offset = (row + start - span[0]) * this.#plan.columns + column;
        transpose(values, window[1] - window[0], stop - start, start - window[0], target, offset, this.#plan.columns);
      }
    }
  }

  /** Some of the columns over a window, `[columns, samples]` in float64. */
  async #columnSamples([first, last]: Span, window: Span, options?: CallOptions): Promise<FilteredRows> {
    const { layout, factors } = this.#source;
    const length = window[1] - window[0];
    const values = new Float64Array((last - first) * length);
    for (const { index, within, row } of planChunks(layout, window)) {
      const chunk = await this.#source.load(index, options);
      const own = factors.of(this.#read.map, chunk).subarray(first * chunk.rank, last * chunk.rank);
      const samples = this.#samplesOf(own, chunk, within);
      const width = within[1] - within[0];
      for (let i = 0; i < last - first; i++) values.set(samples.subarray(i * width, (i + 1) * width), i * length + row);
    }
    return { values, rows: last - first, start: window[0], stop: window[1] };
  }
}

/** Works on each item, on some at once; they are begun in order. After a failure none is begun, and those under way are waited for. */
async function forEachAtOnce<Item>(items: readonly Item[], limit: number, work: (item: Item) => Promise<void>) {
  const left = items.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const item of left) {
      if (failures.length > 0) return;
      await work(item).catch((reason: unknown) => failures.push(reason));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failures.length > 0) throw failures[0];
}

/** Spans inside which the same chunks reach. */
function segments([start, stop]: Span, parts: readonly FilteredChunk[]): readonly Span[] {
  const inside = parts.flatMap(({ courses }) => [courses.start, courses.stop]).filter((at) => at > start && at < stop);
  const edges = [...new Set([start, ...inside, stop])].sort((a, b) => a - b);
  return edges.slice(0, -1).map((edge, i): Span => [edge, edges[i + 1] ?? stop]);
}

/**
 * Rows of float64 `[rows, stride]` to columns of float32, rounded; what is not finite becomes 0.
 *
 * @param count values of each row, from `first` on
 * @param columns columns of the target; as many as there are rows if not given
 */
function transpose(
  rows: Float64Array,
  stride: number,
  count: number,
  first: number,
  target: Float32Array,
  offset: number,
  columns = rows.length / stride,
): void {
  // In tiles, so that the lines of the target that a row touches are still at hand for the next.
  for (let tile = 0; tile < count; tile += TILE) {
    const end = Math.min(count, tile + TILE);
    for (let row = 0; row < rows.length / stride; row++) {
      for (let i = tile; i < end; i++) {
        const value = Math.fround(rows[row * stride + first + i] ?? 0);
        target[offset + i * columns + row] = Number.isFinite(value) ? value : 0;
      }
    }
  }
}
