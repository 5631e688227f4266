import type { CallOptions, NumericArray } from "@crossprobe/core";
import type { Hdf5File, Hdf5Part } from "@crossprobe/formats/hdf5";
import { checkHeader } from "./check-header.js";
import type { ChunkFacts, KnownChunk, ZeroChunk } from "./chunk-facts.js";
import { type ChunkLayout, chunkCount } from "./chunk-layout.js";
import { sumDeltas } from "./coefficients.js";
import { chunkPlace, formatError, type Place, placeAt } from "./place.js";
import type { ChunkHeader, ChunkReader, ScaleContext, StoredChunk } from "./stored-chunk.js";
import { elementCount, readArray, readNumbers, requireArray } from "./stored-values.js";

const FACT_FIELDS = ["cr_svd", "cr_wp", "cr_total", "rmse"] as const;
type FactField = (typeof FACT_FIELDS)[number];
const TABLE_FIELDS = ["rank", "n_kept", "vh_cols", "ns_original", "ns_extended", "left_overlap"] as const;
type TableField = (typeof TABLE_FIELDS)[number];
/** Columns of `chunk_table` that decoding needs, one value a chunk. */
type ChunkTable = Readonly<Record<TableField, NumericArray>> & {
  /** Columns that say how well the codec did; a table may lack them. */
  readonly facts: Readonly<Partial<Record<FactField, NumericArray>>>;
};

/** Where the parts of one chunk lie in the flat arrays. */
interface ChunkSlices {
  readonly factors: readonly [start: number, stop: number];
  readonly norms: readonly [start: number, stop: number];
  readonly coefficients: readonly [start: number, stop: number];
}

/** The opened `codec` group: everything that is known before a coefficient is read. */
interface Codec {
  readonly table: ChunkTable;
  readonly headers: readonly ChunkHeader[];
  /** Bytes of one element of each flat array. */
  readonly sizes: Readonly<Record<"u_norms" | "u_values" | "vh_values" | "vh_deltas", number>>;
  readonly slices: readonly ChunkSlices[];
  /** Columns of the spatial basis. */
  readonly basisSize: number;
}

/**
 * Opens the chunks of a scale of container format 2: six flat arrays under `codec`, offsets by running sums over `chunk_table`.
 *
 * Reads the chunk table and the shapes of the other arrays; the basis is read with the first chunk and kept.
 *
 * Source: LFPack container format 2 (lfpack 1.0 and later).
 *
 * @throws {@link FormatError} when an array is missing, or the table does not fit the arrays or the recording
 */
export async function openFormat2(scale: ScaleContext, options?: CallOptions): Promise<ChunkReader> {
  const codec = await openCodec(scale, options);
  let basis: Float64Array | undefined;
  const read = async (index: number, callOptions?: CallOptions): Promise<StoredChunk> => {
    // Two first reads at once both read it, and share the one that came first.
    const found = basis ?? (await readBasis(scale, callOptions));
    basis ??= found;
    return readChunk(scale, codec, basis, index, callOptions);
  };
  let zeros: readonly ZeroChunk[] | undefined;
  return {
    formatVersion: 2,
    read,
    basisSize: codec.basisSize,
    ahead: (range) => ({ parts: partsOf(scale, codec, range, basis === undefined) }),
    known: (index) => toKnown(codec, index),
    facts: async ([first, stop]) => Array.from({ length: stop - first }, (_, i) => toFacts(scale, codec, first + i)),
    zeroChunks: async (callOptions) => {
      zeros ??= await findZeroChunks(scale, codec, callOptions);
      return zeros;
    },
  };
}

/** The values of chunks lie one after the other in each of the flat arrays. */
function partsOf({ place }: ScaleContext, { slices }: Codec, range: readonly [number, number], withBasis: boolean) {
  const [first, last] = [slices[range[0]], slices[range[1] - 1]];
  const parts: Hdf5Part[] = withBasis ? [{ path: arrayPlace(place, "basis").path }] : [];
  const add = (name: string, of: keyof ChunkSlices) => {
    const [start, stop] = [first?.[of][0] ?? 0, last?.[of][1] ?? 0];
    if (start < stop) parts.push({ path: arrayPlace(place, name).path, slices: [[start, stop]] });
  };
  add("u_values", "factors");
  add("u_norms", "norms");
  add("vh_deltas", "coefficients");
  add("vh_values", "coefficients");
  return parts;
}

function toKnown({ headers, slices, sizes }: Codec, index: number): KnownChunk | null {
  const [header, slice] = [headers[index], slices[index]];
  if (header === undefined || slice === undefined) return null;
  const count = ([start, stop]: readonly [number, number]): number => stop - start;
  const codedBytes =
    count(slice.factors) * sizes.u_values +
    count(slice.norms) * sizes.u_norms +
    count(slice.coefficients) * (sizes.vh_values + sizes.vh_deltas);
  return { rank: header.rank, codedBytes };
}

function toFacts({ layout, place, epsilon }: ScaleContext, { table, headers }: Codec, index: number): ChunkFacts {
  const header = headers[index];
  if (header === undefined) throw formatError(place, `there is no chunk ${index}`);
  const { rank, columns, sampleCount, extendedCount, leftOverlap, alpha } = header;
  const first = index * layout.chunkLength;
  const stored = (name: FactField): number | null => table.facts[name]?.[index] ?? null;
  return {
    index,
    samples: [first, first + sampleCount],
    rank,
    keptCount: table.n_kept[index] ?? 0,
    coefficientShape: [rank, columns],
    extendedCount,
    leftOverlap,
    alpha,
    epsilon,
    svdRatio: stored("cr_svd"),
    packetRatio: stored("cr_wp"),
    totalRatio: stored("cr_total"),
    rmse: stored("rmse"),
  };
}

/** Chunks whose norms are all 0, and chunks without coefficients. */
async function findZeroChunks({ file, place }: ScaleContext, codec: Codec, options?: CallOptions) {
  const norms = await readNumbers(file, arrayPlace(place, "u_norms"), undefined, options);
  return codec.headers.flatMap(({ alpha }, index): ZeroChunk[] => {
    const [start, stop] = codec.slices[index]?.norms ?? [0, 0];
    if (norms.subarray(start, stop).every((norm) => norm === 0)) return [{ index, kind: "silent" }];
    if (codec.table.n_kept[index] !== 0) return [];
    return [{ index, kind: alpha === 0 ? "silent" : "codec-dropout" }];
  });
}

/** In float64, once for all chunks. */
async function readBasis({ file, place }: ScaleContext, options?: CallOptions): Promise<Float64Array> {
  return new Float64Array(await readNumbers(file, arrayPlace(place, "basis"), undefined, options));
}

function arrayPlace(place: Place, name: string): Place {
  return placeAt(place, `${place.path}/codec/${name}`);
}

async function openCodec({ file, place, channelCount, layout, alpha }: ScaleContext, options?: CallOptions) {
  const group = await file.find(`${place.path}/codec`, options);
  if (group?.kind !== "group") throw formatError(place, "the scale has no codec group");
  const infoOf = async (name: keyof Codec["sizes"]) => requireArray(file, arrayPlace(place, name), options);
  const basisInfo = await requireArray(file, arrayPlace(place, "basis"), options);
  const [basisRows, basisSize] = basisInfo.shape ?? [];
  if (basisRows === undefined || basisSize === undefined) throw formatError(place, "codec: basis has not two axes");
  if (basisRows !== channelCount) {
    throw formatError(place, `codec: basis has ${basisRows} rows, nc is ${channelCount}`);
  }
  const table = await readTable(file, arrayPlace(place, "chunk_table"), options);
  const headers = toHeaders(table, layout, channelCount, alpha, place);
  const slices = toSlices(table, basisSize);
  const needs = slices.at(-1);
  const fits = (name: string, length: number, needed: number, sum: string): void => {
    if (length === needed) return;
    const relation = needed > length ? "more" : "less";
    throw formatError(
      place,
      `codec: ${name} has ${length} values, expected ${needed}: ${sum} ${relation} than it holds`,
    );
  };
  const [norms, values] = [await infoOf("u_norms"), await infoOf("u_values")];
  const [coefficients, deltas] = [await infoOf("vh_values"), await infoOf("vh_deltas")];
  fits("u_norms", elementCount(norms.shape), needs?.norms[1] ?? 0, "ranks add up to");
  fits("u_values", elementCount(values.shape), needs?.factors[1] ?? 0, "ranks times basis columns add up to");
  fits("vh_values", elementCount(coefficients.shape), needs?.coefficients[1] ?? 0, "n_kept adds up to");
  fits("vh_deltas", elementCount(deltas.shape), needs?.coefficients[1] ?? 0, "n_kept adds up to");
  const sizes = {
    u_norms: norms.type.size,
    u_values: values.type.size,
    vh_values: coefficients.type.size,
    vh_deltas: deltas.type.size,
  };
  const codec: Codec = { table, headers, slices, sizes, basisSize };
  return codec;
}

async function readTable(file: Hdf5File, place: Place, options?: CallOptions): Promise<ChunkTable> {
  await requireArray(file, place, options);
  const { values } = await readArray(file, place, undefined, options);
  const fields = "fields" in values ? values.fields : new Map<string, unknown>();
  const column = (name: TableField): NumericArray => {
    const field = fields.get(name);
    if (!ArrayBuffer.isView(field)) throw formatError(place, `codec: chunk_table has no numeric field ${name}`);
    return field as NumericArray;
  };
  const needed = Object.fromEntries(TABLE_FIELDS.map((name) => [name, column(name)])) as Record<
    TableField,
    NumericArray
  >;
  const facts = FACT_FIELDS.filter((name) => ArrayBuffer.isView(fields.get(name))).map((name) => [
    name,
    fields.get(name),
  ]);
  return { ...needed, facts: Object.fromEntries(facts) as ChunkTable["facts"] };
}

function toHeaders(
  table: ChunkTable,
  layout: ChunkLayout,
  channelCount: number,
  alpha: number,
  place: Place,
): readonly ChunkHeader[] {
  const count = table.rank.length;
  const needed = chunkCount(layout);
  if (count !== needed) {
    throw formatError(place, `${count} chunks found, ns_total ${layout.sampleCount} needs ${needed}`);
  }
  return Array.from({ length: count }, (_, index) => {
    const sampleCount = table.ns_original[index] ?? 0;
    const header: ChunkHeader = {
      rank: table.rank[index] ?? 0,
      columns: table.vh_cols[index] ?? 0,
      sampleCount,
      // lfpack reads a zero as ns_original.
      extendedCount: table.ns_extended[index] || sampleCount,
      leftOverlap: table.left_overlap[index] ?? 0,
      alpha,
    };
    checkHeader(header, layout, channelCount, index, chunkPlace(place, index, `${place.path}/codec/chunk_table`));
    return header;
  });
}

function toSlices(table: ChunkTable, basisSize: number): readonly ChunkSlices[] {
  let [norm, coefficient] = [0, 0];
  return Array.from(table.rank, (rank, index) => {
    const [firstNorm, firstCoefficient] = [norm, coefficient];
    norm += rank;
    coefficient += table.n_kept[index] ?? 0;
    return {
      factors: [firstNorm * basisSize, norm * basisSize] as const,
      norms: [firstNorm, norm] as const,
      coefficients: [firstCoefficient, coefficient] as const,
    };
  });
}

async function readChunk(
  { file, place, channelCount }: ScaleContext,
  codec: Codec,
  basis: Float64Array,
  index: number,
  options?: CallOptions,
): Promise<StoredChunk> {
  const header = codec.headers[index];
  const slices = codec.slices[index];
  if (header === undefined || slices === undefined) throw formatError(place, `there is no chunk ${index}`);
  const part = (name: string, [start, stop]: readonly [number, number]): Promise<NumericArray> =>
    start === stop
      ? Promise.resolve(new Float32Array(0))
      : readNumbers(file, chunkPlace(place, index, `${place.path}/codec/${name}`), [[start, stop]], options);
  const [factors, norms, deltas, values] = await Promise.all([
    part("u_values", slices.factors),
    part("u_norms", slices.norms),
    part("vh_deltas", slices.coefficients),
    part("vh_values", slices.coefficients),
  ]);
  return {
    header,
    channelCount,
    factors: { kind: "basis", basis, coefficients: scaleColumns(factors, norms) },
    indices: sumDeltas(deltas),
    values,
    place: chunkPlace(place, index, `${place.path}/codec`),
  };
}

/** `[size, rank]`: values with columns of unit norm, times these norms, in float64. */
export function scaleColumns(values: NumericArray, norms: NumericArray): Float64Array {
  const rank = norms.length;
  return Float64Array.from(values, (value, i) => value * (norms[i % rank] ?? 0));
}
