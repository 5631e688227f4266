/** Parquet tables. Format: https://parquet.apache.org/docs/file-format/ */

import {
  type ByteStore,
  type CallOptions,
  type Column,
  DataError,
  FormatError,
  SchemaError,
  type Table,
  table,
} from "@crossprobe/core";
import {
  type FileMetaData,
  type ParquetParsers,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaElement,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { parquetWriteBuffer } from "hyparquet-writer";
import { type Chunk, toColumn } from "./parquet/column.js";
import { isDecimal, typeNameOf } from "./parquet/column-type.js";
import { encodeColumns } from "./parquet/encode.js";
import { openRanges, type RangeFile } from "./parquet/range-file.js";
import { urlOf } from "./place.js";

export interface ParquetOptions {
  /** Only these columns, which must exist. All unless given. */
  readonly columns?: readonly string[] | undefined;
  /** 64-bit integer columns to give as `BigInt64Array` even where numbers would be exact, such as halves of a UUID. */
  readonly bigints?: readonly string[] | undefined;
}

/** What a Parquet file says about itself. */
export interface ParquetSchema {
  /** In the order of the file. `type` is close to Arrow's names: `double`, `int64`, `string`, `timestamp[us, UTC]`, `list`. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rowCount: number;
  /** Texts kept beside the data, such as `pandas` (what was the index) and `one_metadata` (when and where a table was made). */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * The table of a Parquet file, or some of its columns.
 *
 * Reads the footer (for files up to 512 KiB, everything at once) and then only the byte ranges of the columns asked for.
 *
 * Values:
 * - floats are `Float32Array` or `Float64Array`; null is NaN
 * - integers are the typed array of their width, 64-bit ones `Float64Array`. With nulls they are a plain array with `null`.
 *   Where a 64-bit value is not exact as a number the whole column is `BigInt64Array` (a plain array of bigint with nulls, or
 *   beyond 2^63)
 * - strings and categories are texts, truth values booleans, both with `null`
 * - dates are `YYYY-MM-DD`; timestamps ISO 8601 texts with as many digits as the unit has, and `Z` only where the file says
 *   that they are UTC; times of day `hh:mm:ss.…`. Texts, because `Date` would drop what is below a millisecond and invent a
 *   time zone
 * - decimals of scale 0 are integers, others numbers; bytes are `Uint8Array`; lists and records are arrays and objects
 *
 * Absent: `undefined` when the store has no such key.
 *
 * @throws {@link SchemaError} when a wanted column is missing
 * @throws {@link FormatError} when the file does not decode
 * @example
 * const sessions = await readParquet(store, "sessions.pqt", { columns: ["id", "lab"] }, { signal });
 */
export async function readParquet(
  store: ByteStore,
  key: string,
  parquet: ParquetOptions = {},
  options: CallOptions = {},
): Promise<Table | undefined> {
  const url = urlOf(store, key);
  return decoding(url, options, async () => {
    const file = await openRanges(store, key, options);
    if (file === undefined) return undefined;
    const metadata = await readMetadata(file, url);
    const names = chooseColumns(metadata, parquet.columns, url);
    if (names.length === 0) return table([], Number(metadata.num_rows));
    const chunks = await readChunks(file, metadata, names);
    options.signal?.throwIfAborted();
    return toTable(metadata, names, chunks, parquet.bigints ?? [], url);
  });
}

/** Columns, number of rows and metadata of a Parquet file. Reads only its footer. */
export async function readParquetSchema(
  store: ByteStore,
  key: string,
  options: CallOptions = {},
): Promise<ParquetSchema | undefined> {
  const url = urlOf(store, key);
  return decoding(url, options, async () => {
    const file = await openRanges(store, key, options);
    if (file === undefined) return undefined;
    const metadata = await readMetadata(file, url);
    const texts = (metadata.key_value_metadata ?? []).map((entry): [string, string] => [entry.key, entry.value ?? ""]);
    return {
      columns: parquetSchema(metadata).children.map((node) => ({ name: node.element.name, type: typeNameOf(node) })),
      rowCount: Number(metadata.num_rows),
      metadata: new Map(texts),
    };
  });
}

/**
 * A table as a Parquet file (Snappy), which pandas, pyarrow and DuckDB read.
 *
 * Typed arrays keep their type. Of plain arrays, texts, booleans and numbers (as doubles) keep theirs, bigint becomes int64,
 * `Date` a UTC timestamp in milliseconds, and anything else JSON text; null stays null, NaN stays NaN. A column of nothing but
 * null is text.
 *
 * @param metadata texts to keep beside the data
 * @throws {@link QueryError} when a column mixes kinds of values
 * @example
 * await writeFile("units.parquet", encodeParquet(units));
 */
export function encodeParquet(table: Table, metadata: ReadonlyMap<string, string> = new Map()): Uint8Array {
  const columns = encodeColumns(table);
  const leaves = columns.map(({ element }) => element as SchemaElement);
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ element, data }) => ({ name: element.name, data: data as unknown[] })),
    schema: [{ name: "schema", num_children: leaves.length }, ...leaves],
    kvMetadata: [...metadata].map(([key, value]) => ({ key, value })),
    createdBy: "crossprobe",
    rowGroupSize: 100_000,
  });
  return new Uint8Array(buffer);
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Keeps times and dates as the integers that the file has: the decoder's own `Date` drops what is below a millisecond, and it
 * does not know whether a time is UTC. Text that is not UTF-8 is an error, where the decoder would put in replacement signs.
 */
const RAW_PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (value: unknown) => value,
  timestampFromMicroseconds: (value: unknown) => value,
  timestampFromNanoseconds: (value: unknown) => value,
  dateFromDays: (value: unknown) => value,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && UTF8.decode(bytes),
};

/**
 * Hides decimals of flat columns from the decoder, which would multiply them by an inexact power of ten. Those inside lists and
 * records are left to it.
 */
function withRawDecimals(metadata: FileMetaData): FileMetaData {
  const flat = new Set(parquetSchema(metadata).children.map((node) => node.element));
  const schema = metadata.schema.map((element) => {
    return flat.has(element) && isDecimal(element) ? withoutType(element) : element;
  });
  return { ...metadata, schema };
}

function withoutType(element: SchemaElement): SchemaElement {
  const { converted_type: _converted, logical_type: _logical, ...rest } = element;
  return rest;
}

async function readMetadata(file: RangeFile, url: string): Promise<FileMetaData> {
  const metadata = await parquetMetadataAsync(file, { parsers: RAW_PARSERS, geoparquet: false });
  const rowCount = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (!Number.isSafeInteger(rowCount) || rowCount < 0 || rowCount !== Number(metadata.num_rows)) {
    const message = `${url} says it has ${metadata.num_rows} rows, its row groups have ${rowCount}.`;
    throw new FormatError(message, { format: "parquet", url, at: "footer" });
  }
  return metadata;
}

function chooseColumns(metadata: FileMetaData, wanted: readonly string[] | undefined, url: string): string[] {
  const present = parquetSchema(metadata).children.map((node) => node.element.name);
  if (wanted === undefined) return present;
  const missing = wanted.filter((name) => !present.includes(name));
  if (missing.length === 0) return present.filter((name) => wanted.includes(name));
  const noun = missing.length === 1 ? "column" : "columns";
  throw new SchemaError(`${url} lacks the ${noun} ${missing.join(", ")} (it has ${present.join(", ")}).`, { url });
}

async function readChunks(
  file: RangeFile,
  metadata: FileMetaData,
  columns: string[],
): Promise<ReadonlyMap<string, Chunk[]>> {
  const chunks = new Map<string, Chunk[]>(columns.map((name) => [name, []]));
  await parquetRead({
    file,
    metadata: withRawDecimals(metadata),
    columns,
    compressors,
    parsers: RAW_PARSERS,
    // Bytes that are not declared as text stay bytes.
    utf8: false,
    geoparquet: false,
    onChunk: ({ columnName, columnData, rowStart }) => {
      chunks.get(columnName)?.push({ rowStart, values: columnData });
    },
  });
  return chunks;
}

function toTable(
  metadata: FileMetaData,
  names: readonly string[],
  chunks: ReadonlyMap<string, Chunk[]>,
  bigints: readonly string[],
  url: string,
): Table {
  const rowCount = Number(metadata.num_rows);
  const nodes = new Map(parquetSchema(metadata).children.map((node) => [node.element.name, node]));
  const columns = names.map((name): [string, Column] => {
    const node = nodes.get(name);
    const parts = [...(chunks.get(name) ?? [])].sort((a, b) => a.rowStart - b.rowStart);
    const fail = (reason: string): FormatError =>
      new FormatError(`Column ${JSON.stringify(name)} of ${url} does not decode: ${reason}.`, {
        format: "parquet",
        url,
        at: name,
      });
    const found = parts.reduce((sum, part) => sum + part.values.length, 0);
    if (node === undefined || found !== rowCount) throw fail(`it has ${found} values for ${rowCount} rows`);
    return [name, toColumn(parts, rowCount, node, { bigint: bigints.includes(name), fail })];
  });
  return table(columns, rowCount);
}

/** Turns whatever the decoder throws at broken bytes into a {@link FormatError}. */
async function decoding<T>(url: string, options: CallOptions, work: () => Promise<T>): Promise<T> {
  try {
    options.signal?.throwIfAborted();
    return await work();
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (cause instanceof DataError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`${url} is no readable Parquet file: ${reason}.`, { format: "parquet", url, cause });
  }
}
