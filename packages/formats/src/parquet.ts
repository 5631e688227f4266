/** Parquet tables. Format: https://parquet.apache.org/docs/file-format/ */

import {
  type ByteStore,
  type CallOptions,
  type Column,
  FormatError,
  QueryError,
  SchemaError,
  type Table,
  table,
} from "@crossprobe/core";
import {
  type ColumnMetaData,
  type DecodedArray,
  type FileMetaData,
  type PageHeader as LibraryPageHeader,
  parquetSchema,
  type RowGroup,
  type SchemaElement,
  type SchemaTree,
} from "hyparquet";
import { readPage } from "hyparquet/src/column.js";
import { convert, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { assembleAsync } from "hyparquet/src/rowgroup.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath, isFlatColumn } from "hyparquet/src/schema.js";
import { ByteWriter, ParquetWriter, parquetWriteBuffer } from "hyparquet-writer";
import { encodeCategories, type ParquetCategories } from "./parquet/categories.js";
import { readRanges } from "./parquet/chunk-ranges.js";
import { type Chunk, toColumn } from "./parquet/column.js";
import { isDecimal, typeNameOf } from "./parquet/column-type.js";
import { decompress } from "./parquet/decompress.js";
import { type EncodedColumn, encodeColumns, type ParquetColumnType } from "./parquet/encode.js";
import { chunkRange, decoding, RAW_PARSERS, readMetadata } from "./parquet/file.js";
import { checkClaims } from "./parquet/limits.js";
import { readPageHeader } from "./parquet/page-header.js";
import { decodeChunk, type PageDecoder } from "./parquet/pages.js";
import { openRanges, type RangeFile } from "./parquet/range-file.js";
import { urlOf } from "./place.js";

export {
  type CodedTexts,
  type PackedValues,
  type PackValue,
  readParquetPacked,
  readParquetTexts,
} from "./parquet/compact.js";
export type { TypedCodes, TypedColumn, TypedNumberType, TypedParquetType } from "./parquet/typed-column.js";
export {
  openTypedParquet,
  readTypedParquet,
  type TypedBounds,
  type TypedGroup,
  type TypedParquetFile,
  type TypedReadOptions,
  type TypedRows,
} from "./parquet/typed-reader.js";
export { createTypedParquetWriter, type TypedParquetWriter } from "./parquet/typed-writer.js";
export type { ParquetCategories, ParquetColumnType };

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
    checkClaims(columnsOf(metadata, names), file.byteLength, url);
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
 * null is text: where files of one kind are to have one schema whatever is in them, name the types.
 *
 * @param metadata texts to keep beside the data
 * @param types what columns are stored as; one that is named is nullable and keeps its type even without a value
 * @throws {@link QueryError} when a column mixes kinds of values or holds what its type does not, and for the type of no column
 * @example
 * await writeFile("units.parquet", encodeParquet(units));
 */
export function encodeParquet(
  table: Table,
  metadata: ReadonlyMap<string, string> = new Map(),
  types: ReadonlyMap<string, ParquetColumnType> = new Map(),
): Uint8Array {
  const columns = encodeColumns(table, types);
  const leaves = columns.map(({ element }) => element as SchemaElement);
  const kinds = [...table.columns.keys()].map((name) => types.get(name));
  if (kinds.some((type) => typeof type === "object")) return encodeWithCategories(columns, kinds, metadata);
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ element, data }) => ({ name: element.name, data: data as unknown[] })),
    schema: [{ name: "schema", num_children: leaves.length }, ...leaves],
    kvMetadata: [...metadata].map(([key, value]) => ({ key, value })),
    createdBy: "crossprobe",
    rowGroupSize: 100_000,
  });
  return new Uint8Array(buffer);
}

const ROWS_A_GROUP = 100_000;

/** The library knows no order of categories: their columns are put into each row group beside those that it writes. */
function encodeWithCategories(
  columns: readonly EncodedColumn[],
  kinds: readonly (ParquetColumnType | undefined)[],
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  const rowCount = columns[0]?.data.length ?? 0;
  const isPlain = (i: number) => typeof kinds[i] !== "object";
  const plain = columns.filter((_, i) => isPlain(i));
  const leaves = columns.map(({ element }) => element as SchemaElement);
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: "schema", num_children: plain.length }, ...leaves.filter((_, i) => isPlain(i))],
    kvMetadata: [...metadata].map(([key, value]) => ({ key, value })),
    createdBy: "crossprobe",
  });
  for (let start = 0; start < rowCount; start += ROWS_A_GROUP) {
    const part = (data: EncodedColumn["data"]) =>
      Array.from(data as Iterable<unknown>).slice(start, start + ROWS_A_GROUP);
    writer.write({
      columnData: plain.map(({ element, data }) => ({ name: element.name, data: part(data) })),
      rowGroupSize: ROWS_A_GROUP,
    });
    for (const [i, { element, data }] of columns.entries()) {
      const kind = kinds[i];
      if (typeof kind !== "object") continue;
      const made = encodeCategories(element.name, part(data), kind, bytes.offset);
      bytes.appendBytes(made.bytes);
      writer.row_groups.at(-1)?.columns.splice(i, 0, made.chunk);
    }
  }
  writer.schema = [{ name: "schema", num_children: leaves.length }, ...leaves];
  writer.finish();
  return bytes.getBytes().slice();
}

/** Makes a Parquet file piece by piece: the bytes that are given, one after the other, are the file. */
export interface ParquetEncoder {
  /** Bytes of a row group of these rows, whose columns are those of the file. */
  write(rows: Table): Uint8Array;
  /** The footer: last bytes of the file. */
  finish(): Uint8Array;
}

/**
 * The same as {@link encodeParquet} for a table that is never held whole: a row group for each part, so make the parts large.
 *
 * @param types the columns of the file, in order, and what they are stored as; all are nullable
 * @throws {@link QueryError} for categories, which {@link encodeParquet} writes; on `write` when a part has other columns, or holds what a column's type does not
 * @example
 * const encoder = createParquetEncoder(new Map([["time", "double"], ["VISp", "float"]]));
 * for (const part of parts) await file.write(encoder.write(part));
 * await file.write(encoder.finish());
 */
export function createParquetEncoder(
  types: ReadonlyMap<string, ParquetColumnType>,
  metadata: ReadonlyMap<string, string> = new Map(),
): ParquetEncoder {
  const categorical = [...types].find(([, type]) => typeof type === "object");
  if (categorical !== undefined)
    throw new QueryError(`${categorical[0]} is a column of categories: use encodeParquet.`);
  const empty = table([...types.keys()].map((name) => [name, []] as const));
  const leaves = encodeColumns(empty, types).map(({ element }) => element as SchemaElement);
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: "schema", num_children: leaves.length }, ...leaves],
    kvMetadata: [...metadata].map(([key, value]) => ({ key, value })),
    createdBy: "crossprobe",
  });
  const take = (): Uint8Array => {
    const taken = bytes.getBytes().slice();
    bytes.index = 0;
    return taken;
  };
  return {
    write: (rows) => {
      if ([...rows.columns.keys()].join("\n") !== [...types.keys()].join("\n")) {
        throw new QueryError(`A part has the columns ${[...rows.columns.keys()]}, the file ${[...types.keys()]}.`);
      }
      const columns = encodeColumns(rows, types);
      writer.write({
        columnData: columns.map(({ element, data }) => ({
          name: element.name,
          data: data as unknown[],
          // Samples hardly repeat: looking for a dictionary costs an object a value.
          ...((element.type === "FLOAT" || element.type === "DOUBLE") && { encoding: "PLAIN" as const }),
        })),
        rowGroupSize: Math.max(1, rows.rowCount),
      });
      return take();
    },
    finish: () => {
      writer.finish();
      return take();
    },
  };
}

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

function chooseColumns(metadata: FileMetaData, wanted: readonly string[] | undefined, url: string): string[] {
  const present = parquetSchema(metadata).children.map((node) => node.element.name);
  if (wanted === undefined) return present;
  const [known, asked] = [new Set(present), new Set(wanted)];
  const missing = wanted.filter((name) => !known.has(name));
  if (missing.length === 0) return present.filter((name) => asked.has(name));
  const noun = missing.length === 1 ? "column" : "columns";
  throw new SchemaError(`${url} lacks the ${noun} ${missing.join(", ")} (it has ${present.join(", ")}).`, { url });
}

/** What the footer says of some columns, over all row groups. */
function columnsOf(metadata: FileMetaData, names: readonly string[]): ColumnMetaData[] {
  const wanted = new Set(names);
  return metadata.row_groups.flatMap(({ columns }) =>
    columns.flatMap(({ meta_data: meta }) => (meta && wanted.has(meta.path_in_schema[0] ?? "") ? [meta] : [])),
  );
}

/** Values of the columns, row group by row group, so that no more than one group's bytes are held at a time. */
async function readChunks(
  file: RangeFile,
  metadata: FileMetaData,
  names: readonly string[],
): Promise<ReadonlyMap<string, Chunk[]>> {
  const schema = parquetSchema(withRawDecimals(metadata));
  const chunks = new Map<string, Chunk[]>(names.map((name) => [name, []]));
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    for (const { name, parts } of await readGroup(file, group, schema, names)) {
      let rowStart = groupStart;
      for (const values of parts) {
        chunks.get(name)?.push({ rowStart, values });
        rowStart += values.length;
      }
    }
    groupStart += Number(group.num_rows);
  }
  return chunks;
}

interface ColumnParts {
  readonly name: string;
  readonly parts: readonly DecodedArray[];
}

async function readGroup(
  file: RangeFile,
  group: RowGroup,
  schema: SchemaTree,
  names: readonly string[],
): Promise<ColumnParts[]> {
  const asked = new Set(names);
  const wanted = group.columns.flatMap((column) => {
    if (column.file_path) throw new Error(`column data lies in another file, ${column.file_path}`);
    if (column.meta_data === undefined) throw new Error("a column has no description");
    return asked.has(column.meta_data.path_in_schema[0] ?? "") ? [column.meta_data] : [];
  });
  const bytes = await readRanges(file, wanted.map(chunkRange));
  const rowCount = Number(group.num_rows);
  const leaves = wanted.map((meta, i) => {
    const data = decodeLeaf(bytes[i] ?? new Uint8Array(0), meta, rowCount, schema);
    return { pathInSchema: meta.path_in_schema, data: Promise.resolve({ data, skipped: 0 }) };
  });
  // Lists and records are put together from their leaves.
  const assembled = assembleAsync({ groupStart: 0, groupRows: rowCount, asyncColumns: leaves }, schema, RAW_PARSERS);
  return Promise.all(
    assembled.asyncColumns.map(async ({ pathInSchema, data }) => ({
      name: pathInSchema[0] ?? "",
      parts: (await data).data,
    })),
  );
}

function decodeLeaf(bytes: Uint8Array, meta: ColumnMetaData, rowCount: number, schema: SchemaTree): DecodedArray[] {
  const schemaPath = getTreePath(schema, meta.path_in_schema);
  const facts = {
    name: meta.path_in_schema.join("."),
    rowCount,
    valueCount: Number(meta.num_values),
    uncompressedBytes: Number(meta.total_uncompressed_size),
    isFlat: isFlatColumn(schemaPath),
    levels: { repetition: getMaxRepetitionLevel(schemaPath), definition: getMaxDefinitionLevel(schemaPath) },
  };
  if (facts.isFlat && facts.valueCount !== rowCount) {
    throw new Error(`column ${meta.path_in_schema.join(".")} has ${facts.valueCount} values for ${rowCount} rows`);
  }
  return decodeChunk(bytes, facts, pageDecoder(meta, schemaPath));
}

/** The library's decoder of one column, given pages that are no longer compressed. */
function pageDecoder(meta: ColumnMetaData, schemaPath: SchemaTree[]): PageDecoder<DecodedArray> {
  const element = schemaPath.at(-1)?.element ?? { name: "" };
  const column = {
    pathInSchema: meta.path_in_schema,
    type: meta.type,
    element,
    schemaPath,
    codec: "UNCOMPRESSED" as const,
    parsers: { ...DEFAULT_PARSERS, ...RAW_PARSERS },
    // Bytes that are not declared as text stay bytes.
    utf8: false,
  };
  const read = (page: Uint8Array, header: object, dictionary?: DecodedArray, previous?: DecodedArray): DecodedArray => {
    const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 };
    return readPage(reader, header as LibraryPageHeader, column, dictionary, previous, 0).data ?? [];
  };
  return {
    header: readPageHeader,
    decompress: (bytes, length) => decompress(bytes, length, meta.codec),
    values: read,
    dictionary: (page, header) => convert(read(page, asUncompressed(header, page.length)), column),
  };
}

function asUncompressed(header: object, length: number): object {
  return { ...header, compressed_page_size: length, uncompressed_page_size: length };
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
