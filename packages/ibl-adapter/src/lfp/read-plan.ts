import type { KnownChunk } from "./chunk-facts.js";
import type { ChunkLayout } from "./chunk-layout.js";
import { planChunks } from "./chunk-plan.js";
import type { LinearMap } from "./linear-map.js";
import type { ResolvedRead } from "./read-request.js";
import { filterCost, type TimeFilter } from "./time-filter.js";

/** Rank that a plan supposes for a chunk whose rank is not known before it is read, if there are as many channels. */
const SUPPOSED_RANK = 32;
/** Block of samples that a filter on samples works on, in bytes. */
const FILTER_BLOCK_BYTES = 32 * 2 ** 20;

/** What a plan needs to know of a recording. */
export interface PlanFacts {
  readonly layout: ChunkLayout;
  readonly channelCount: number;
  /** Columns of the basis that chunks share; null where they share none. */
  readonly basisSize: number | null;
  /** Chunks that are worked on at once: more than one where threads decode. */
  readonly inFlight: number;
  /** Null where it is not known before reading (format 1). */
  readonly chunk: (index: number) => KnownChunk | null;
  /** Whether the map has been applied to the basis already. */
  readonly isMapped: (map: LinearMap) => boolean;
}

/** How a read is done, and what it costs. Made without reading anything. */
export interface ReadPlan {
  readonly samples: readonly [start: number, stop: number];
  readonly columns: number;
  /** `factors`: the map acts on channel factors; `samples`: on decoded samples; null: there is no map. */
  readonly mapOn: "factors" | "samples" | null;
  /** `courses`: the filter acts on the time courses of each chunk; `samples`: on decoded columns; null: there is no filter. */
  readonly filterOn: "courses" | "samples" | null;
  /** Chunks that are decoded, `[first, stop)`; more than the samples alone touch where a filter reaches out. */
  readonly chunks: readonly [first: number, stop: number];
  /** Samples on either side that the filter needs. */
  readonly halo: number;
  /**
   * Multiply-adds after decoding, of the way chosen and of the other; null where there is no other. Those of a filter, which are not vectorised,
   * count as many times as they take longer.
   */
  readonly multiplyAdds: { readonly chosen: number; readonly other: number | null };
  /** Mean rank of the chunks; not `known` where it is supposed. */
  readonly rank: { readonly mean: number; readonly known: boolean };
  /** Bytes of the chunks in the file's arrays before HDF5's compression; null where not known before reading. */
  readonly codedBytes: number | null;
  /** Why `codedBytes` is null. */
  readonly codedBytesUnknown: string | null;
  /** Bytes of the decoded chunks, in factors. */
  readonly decodedBytes: number;
  /** Bytes of the largest of them, with the basis that it shares with others. */
  readonly largestChunkBytes: number;
  readonly resultBytes: number;
  /** Most bytes held at once: result, working arrays of one step, and the largest chunks it needs; without the kept chunks. */
  readonly peakBytes: number;
}

interface Ways {
  readonly mapOn: ReadPlan["mapOn"];
  readonly filterOn: ReadPlan["filterOn"];
  readonly cost: number;
}

/**
 * Chooses the cheaper order by counted multiply-adds, and predicts what a read costs. Decoding is the same either way and is not counted.
 *
 * With a filter, a map always goes to the factors first: what is filtered on samples then is columns.
 */
export function planRead(read: ResolvedRead, facts: PlanFacts): ReadPlan {
  const { samples, map, filter } = read;
  const { layout, channelCount } = facts;
  const halo = filter?.halo ?? 0;
  const columns = map?.columns.length ?? channelCount;
  const chunks = touchedChunks(layout, samples, halo);
  const ranks = ranksOf(facts, chunks);
  const [best, other] = ways(read, facts, chunks, ranks).sort((a, b) => a.cost - b.cost);
  const coded = codedBytes(facts, chunks);
  const resultBytes = (samples[1] - samples[0]) * columns * Float32Array.BYTES_PER_ELEMENT;
  const rank = ranks.length === 0 ? 0 : ranks.reduce((sum, value) => sum + value, 0) / ranks.length;
  const choice = { mapOn: best?.mapOn ?? null, filterOn: best?.filterOn ?? null };
  return {
    ...choice,
    samples,
    columns,
    chunks,
    halo,
    multiplyAdds: { chosen: best?.cost ?? 0, other: other?.cost ?? null },
    rank: { mean: rank, known: ranks.length === 0 || coded !== null },
    codedBytes: coded,
    codedBytesUnknown:
      coded === null ? "every chunk of format 1 is a group of its own, looked at when it is read" : null,
    decodedBytes: ranks.reduce((sum, value, i) => sum + decodedBytes(facts, chunks[0] + i, value), 0),
    largestChunkBytes: decodedBytes(facts, 0, Math.max(0, ...ranks)) + (facts.basisSize ?? 0) * channelCount * 8,
    resultBytes,
    peakBytes: resultBytes + workingBytes(read, facts, choice, Math.max(0, ...ranks)),
  };
}

/** Chunks `[first, stop)` that hold the samples and `halo` more on either side; `[0, 0]` for no samples. */
export function touchedChunks(
  layout: ChunkLayout,
  [start, stop]: readonly [number, number],
  halo: number,
): readonly [number, number] {
  if (start >= stop) return [0, 0];
  const [from, to] = [Math.max(0, start - halo), Math.min(layout.sampleCount, stop + halo)];
  return [Math.floor(from / layout.chunkLength), Math.floor((to - 1) / layout.chunkLength) + 1];
}

function ranksOf(facts: PlanFacts, [first, stop]: readonly [number, number]): readonly number[] {
  return Array.from(
    { length: stop - first },
    (_, i) => facts.chunk(first + i)?.rank ?? Math.min(SUPPOSED_RANK, facts.channelCount),
  );
}

function codedBytes(facts: PlanFacts, [first, stop]: readonly [number, number]): number | null {
  let sum = 0;
  for (let index = first; index < stop; index++) {
    const known = facts.chunk(index);
    if (known === null) return null;
    sum += known.codedBytes;
  }
  return sum;
}

function decodedBytes({ layout, channelCount, basisSize }: PlanFacts, index: number, rank: number): number {
  const samples = Math.min(layout.chunkLength, layout.sampleCount - index * layout.chunkLength);
  return rank * (channelCount + samples + (basisSize ?? 0)) * Float64Array.BYTES_PER_ELEMENT;
}

function ways(
  { samples, map, filter }: ResolvedRead,
  facts: PlanFacts,
  chunks: readonly [number, number],
  ranks: readonly number[],
): Ways[] {
  const columns = map?.columns.length ?? facts.channelCount;
  const onFactors = map === null ? 0 : mapCost(map, facts, ranks);
  const mapOn = map === null ? null : "factors";
  if (filter !== null) {
    return [
      { mapOn, filterOn: "courses", cost: onFactors + coursesCost(filter, samples, columns, facts, chunks, ranks) },
      { mapOn, filterOn: "samples", cost: onFactors + samplesCost(filter, samples, columns, facts, chunks, ranks) },
    ];
  }
  const widths = planChunks(facts.layout, samples).map(({ within }) => within[1] - within[0]);
  const product = (width: number) => sum(widths, (rows, i) => width * rows * (ranks[i] ?? 0));
  const first: Ways = { mapOn, filterOn: null, cost: onFactors + product(columns) };
  if (map === null) return [first];
  const rows = samples[1] - samples[0];
  return [first, { mapOn: "samples", filterOn: null, cost: product(facts.channelCount) + rows * map.weights.length }];
}

/** Factors of the columns: from the basis, once for a map; or from the channel factors of each chunk. */
function mapCost(map: LinearMap, { basisSize, isMapped }: PlanFacts, ranks: readonly number[]): number {
  const entries = map.weights.length;
  const total = sum(ranks, (rank) => rank);
  if (basisSize === null) return entries * total;
  return (isMapped(map) ? 0 : entries * basisSize) + map.columns.length * basisSize * total;
}

/** Filters the courses of every chunk, and multiplies out wherever the response of a chunk reaches. */
function coursesCost(
  filter: TimeFilter,
  [start, stop]: readonly [number, number],
  columns: number,
  { layout }: PlanFacts,
  [first]: readonly [number, number],
  ranks: readonly number[],
): number {
  return sum(ranks, (rank, i) => {
    const from = (first + i) * layout.chunkLength;
    const to = Math.min(layout.sampleCount, from + layout.chunkLength);
    const reach = Math.min(layout.sampleCount, to + filter.halo) - Math.max(0, from - filter.halo);
    const filtered = filter.kind === "fir" ? to - from : reach;
    const overlap = Math.max(0, Math.min(stop, to + filter.halo) - Math.max(start, from - filter.halo));
    return rank * (filtered * filterCost(filter) + columns * overlap);
  });
}

/** Multiplies out what the filter needs, block by block, and filters the columns. */
function samplesCost(
  filter: TimeFilter,
  [start, stop]: readonly [number, number],
  columns: number,
  facts: PlanFacts,
  [first]: readonly [number, number],
  ranks: readonly number[],
): number {
  const length = filterBlockLength(filter, facts.layout);
  let cost = 0;
  for (let at = start; at < stop; at += length) {
    const from = Math.max(0, at - filter.halo);
    const to = Math.min(facts.layout.sampleCount, Math.min(stop, at + length) + filter.halo);
    cost += (to - from) * columns * filterCost(filter);
    cost += sum(planChunks(facts.layout, [from, to]), ({ index, within }) => {
      return columns * (within[1] - within[0]) * (ranks[index - first] ?? 0);
    });
  }
  return cost;
}

/** Samples that are filtered at a time where a filter acts on samples: whole chunks, at least twice the halo. */
export function filterBlockLength(filter: TimeFilter, layout: ChunkLayout): number {
  return layout.chunkLength * Math.max(1, Math.ceil((2 * filter.halo) / layout.chunkLength));
}

/** Columns that are filtered at a time, so that the samples of a block stay within bounds. */
export function filterBlockColumns(filter: TimeFilter, layout: ChunkLayout, columns: number): number {
  const samples = Math.min(layout.sampleCount, filterBlockLength(filter, layout) + 2 * filter.halo);
  return Math.min(columns, Math.max(1, Math.floor(FILTER_BLOCK_BYTES / (2 * 8 * samples))));
}

/** Bytes beside the result: the chunks of one step in factors, and what is computed from them. */
export function workingBytes(
  { map, filter }: ResolvedRead,
  facts: PlanFacts,
  { mapOn, filterOn }: Pick<ReadPlan, "mapOn" | "filterOn">,
  rank: number,
): number {
  const { layout, channelCount } = facts;
  const columns = map?.columns.length ?? channelCount;
  const length = Math.min(layout.chunkLength, layout.sampleCount);
  // Coefficients of the window and their transform, in float64, beside the chunk that comes of them.
  const decoding = decodedBytes(facts, 0, rank) + 2 * rank * (length + 2 * (layout.overlap ?? 0)) * 8;
  if (filter === null || filterOn === null) {
    if (mapOn === "samples") return decoding + columns * rank * 8 + (channelCount + columns) * length * 8;
    // Threads get copies of factors and courses, and send back the samples of a chunk.
    const sent = facts.inFlight === 1 ? 0 : decodedBytes(facts, 0, rank) + columns * length * 4;
    return facts.inFlight * (decoding + columns * rank * 8 + sent);
  }
  if (filterOn === "samples") {
    const samples = Math.min(layout.sampleCount, filterBlockLength(filter, layout) + 2 * filter.halo);
    return decoding + columns * rank * 8 + 2 * filterBlockColumns(filter, layout, columns) * samples * 8;
  }
  const neighbours = Math.min(Math.ceil(layout.sampleCount / length), 1 + 2 * Math.ceil(filter.halo / length));
  const reach = Math.min(layout.sampleCount, length + 2 * filter.halo);
  // Each neighbour's filtered courses and column factors, and the stack of them that is multiplied out.
  return decoding + neighbours * rank * (2 * reach + 2 * columns) * 8;
}

function sum<Value>(values: readonly Value[], of: (value: Value, index: number) => number): number {
  return values.reduce((total, value, index) => total + of(value, index), 0);
}
