import type { CallOptions, NumericArray } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { checkHeader } from "./check-header.js";
import { type ChunkLayout, chunkCount } from "./chunk-layout.js";
import { sumDeltas } from "./coefficients.js";
import { chunkPlace, formatError, type Place, placeAt } from "./place.js";
import type { ChunkHeader, ChunkReader, ScaleContext, StoredChunk } from "./stored-chunk.js";
import { elementCount, readArray, readNumbers, requireArray } from "./stored-values.js";

const TABLE_FIELDS = ["rank", "n_kept", "vh_cols", "ns_original", "ns_extended", "left_overlap"] as const;
type TableField = (typeof TABLE_FIELDS)[number];
/** Columns of `chunk_table` that decoding needs, one value a chunk. */
type ChunkTable = Readonly<Record<TableField, NumericArray>>;

/** Where the parts of one chunk lie in the flat arrays. */
interface ChunkSlices {
  readonly factors: readonly [start: number, stop: number];
  readonly norms: readonly [start: number, stop: number];
  readonly coefficients: readonly [start: number, stop: number];
}

/** The opened `codec` group: everything that is known before a coefficient is read. */
interface Codec {
  readonly headers: readonly ChunkHeader[];
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
    basis ??= await readBasis(scale, callOptions);
    return readChunk(scale, codec, basis, index, callOptions);
  };
  return { formatVersion: 2, read, basisSize: codec.basisSize };
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
  const lengthOf = async (name: string) =>
    elementCount((await requireArray(file, arrayPlace(place, name), options)).shape);
  const basisInfo = await requireArray(file, arrayPlace(place, "basis"), options);
  const [basisRows, basisSize] = basisInfo.shape ?? [];
  if (basisRows === undefined || basisSize === undefined) throw formatError(place, "codec: basis has not two axes");
  if (basisRows !== channelCount) {
    throw formatError(place, `codec: basis has ${basisRows} rows, nc is ${channelCount}`);
  }
  const table = await readTable(file, arrayPlace(place, "chunk_table"), options);
  const headers = toHeaders(table, layout, alpha, place);
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
  fits("u_norms", await lengthOf("u_norms"), needs?.norms[1] ?? 0, "ranks add up to");
  fits("u_values", await lengthOf("u_values"), needs?.factors[1] ?? 0, "ranks times basis columns add up to");
  fits("vh_values", await lengthOf("vh_values"), needs?.coefficients[1] ?? 0, "n_kept adds up to");
  fits("vh_deltas", await lengthOf("vh_deltas"), needs?.coefficients[1] ?? 0, "n_kept adds up to");
  const codec: Codec = { headers, slices, basisSize };
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
  return Object.fromEntries(TABLE_FIELDS.map((name) => [name, column(name)])) as Record<TableField, NumericArray>;
}

function toHeaders(table: ChunkTable, layout: ChunkLayout, alpha: number, place: Place): readonly ChunkHeader[] {
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
    checkHeader(header, layout, index, chunkPlace(place, index, `${place.path}/codec/chunk_table`));
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
