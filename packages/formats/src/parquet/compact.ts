import { type ByteStore, type CallOptions, SchemaError } from "@crossprobe/core";
import { type ColumnMetaData, type FileMetaData, parquetSchema, type SchemaTree } from "hyparquet";
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath, isFlatColumn } from "hyparquet/src/schema.js";
import { urlOf } from "../place.js";
import { ByteTexts } from "./byte-texts.js";
import { canSink, sinkDecoder, VALUE_BYTES, type ValueSink } from "./compact-pages.js";
import { chunkRange, decoding, readMetadata } from "./file.js";
import { checkClaims } from "./limits.js";
import { decodeChunk } from "./pages.js";
import { openRanges, type RangeFile } from "./range-file.js";

/** A column of texts, each different one kept once: `texts[codes[row]]` is the text of a row. */
export interface CodedTexts {
  /** The first is null: what rows without a text point to. In the order in which the file has them. */
  readonly texts: readonly (string | null)[];
  readonly codes: Uint32Array;
}

/** A column of values of equal size in one array: those of a row begin at `row * width`. */
export interface PackedValues {
  readonly bytes: Uint8Array;
  readonly width: number;
  /** 1 for rows without a value, whose bytes are zeros; undefined where every row has one. */
  readonly absent: Uint8Array | undefined;
}

/**
 * How a value of a column is packed: writes it to `target` from `at` on; `false` says that it is as good as absent.
 * Throws an Error without a place for what it cannot pack.
 */
export type PackValue = (source: Uint8Array, start: number, end: number, target: Uint8Array, at: number) => boolean;

/**
 * One text column of a Parquet file as codes. Makes one string for each different text, not for each row: a million paths
 * of which some hundreds differ take 4 MB.
 *
 * Absent: `undefined` when the store has no such key, or the column's pages are of a kind that only `readParquet` decodes
 * (delta encodings).
 *
 * @throws {@link SchemaError} when the file has no such column, or it is no text
 * @throws {@link FormatError} when the file does not decode
 */
export async function readParquetTexts(
  store: ByteStore,
  key: string,
  column: string,
  options: CallOptions = {},
): Promise<CodedTexts | undefined> {
  const known = new ByteTexts();
  let dictionary = new Uint32Array(0);
  let codes = new Uint32Array(0);
  let row = 0;
  const sink: ValueSink = {
    startDictionary: (count) => {
      dictionary = new Uint32Array(count);
    },
    dictionaryValue: (index, bytes, start, end) => {
      dictionary[index] = known.number(bytes, start, end);
    },
    value: (bytes, start, end) => {
      codes[row++] = known.number(bytes, start, end);
    },
    fromDictionary: (index) => {
      codes[row++] = dictionary[index] as number;
    },
    absent: () => {
      row++;
    },
  };
  const start = (rowCount: number, meta: readonly ColumnMetaData[], url: string): void => {
    if (meta.some(({ type }) => type !== "BYTE_ARRAY"))
      throw new SchemaError(`Column ${column} of ${url} holds no text.`, { url });
    codes = new Uint32Array(rowCount);
  };
  const url = urlOf(store, key);
  return decoding(url, options, async () => {
    if (!(await sinkColumn(store, key, column, start, sink, options))) return undefined;
    return { texts: known.texts(), codes };
  });
}

/**
 * One column of a Parquet file with values of equal size, packed: ids as 16 bytes instead of 36 letters, integers as their bytes.
 *
 * @param width bytes that a value takes
 * @param pack how; unless given values are copied, and must have that size in the file (little-endian numbers)
 *
 * Absent: as {@link readParquetTexts}.
 *
 * @throws {@link SchemaError} when the file has no such column, or its values have another size
 * @throws {@link FormatError} when the file does not decode, or a value cannot be packed
 */
export async function readParquetPacked(
  store: ByteStore,
  key: string,
  column: string,
  { width, pack }: { readonly width: number; readonly pack?: PackValue | undefined },
  options: CallOptions = {},
): Promise<PackedValues | undefined> {
  const write = pack ?? copyValue;
  let bytes = new Uint8Array(0);
  let absent: Uint8Array | undefined;
  let dictionary = new Uint8Array(0);
  let dictionaryAbsent = new Uint8Array(0);
  let row = 0;
  let rows = 0;
  const markAbsent = (): void => {
    absent ??= new Uint8Array(rows);
    absent[row] = 1;
  };
  const sink: ValueSink = {
    startDictionary: (count) => {
      dictionary = new Uint8Array(count * width);
      dictionaryAbsent = new Uint8Array(count);
    },
    dictionaryValue: (index, source, start, end) => {
      if (!write(source, start, end, dictionary, index * width)) dictionaryAbsent[index] = 1;
    },
    value: (source, start, end) => {
      if (!write(source, start, end, bytes, row * width)) markAbsent();
      row++;
    },
    fromDictionary: (index) => {
      const [from, to] = [index * width, row * width];
      for (let i = 0; i < width; i++) bytes[to + i] = dictionary[from + i] as number;
      if (dictionaryAbsent[index] === 1) markAbsent();
      row++;
    },
    absent: () => {
      markAbsent();
      row++;
    },
  };
  const start = (rowCount: number, meta: readonly ColumnMetaData[], url: string): void => {
    const other = pack === undefined ? meta.find(({ type }) => VALUE_BYTES[type] !== width) : undefined;
    if (other !== undefined) {
      throw new SchemaError(`Column ${column} of ${url} is ${other.type}, not values of ${width} bytes.`, { url });
    }
    rows = rowCount;
    bytes = new Uint8Array(rowCount * width);
  };
  const url = urlOf(store, key);
  return decoding(url, options, async () => {
    if (!(await sinkColumn(store, key, column, start, sink, options))) return undefined;
    return { bytes, width, absent };
  });
}

function copyValue(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): boolean {
  for (let i = 0; i < end - start; i++) target[at + i] = source[start + i] as number;
  return true;
}

type Start = (rowCount: number, meta: readonly ColumnMetaData[], url: string) => void;

/** Gives the values of a column to a sink, holding the bytes of one row group at a time; false where it cannot. */
async function sinkColumn(
  store: ByteStore,
  key: string,
  column: string,
  start: Start,
  sink: ValueSink,
  options: CallOptions,
): Promise<boolean> {
  const file = await openRanges(store, key, options);
  if (file === undefined) return false;
  const url = urlOf(store, key);
  const metadata = await readMetadata(file, url);
  const chunks = columnChunks(metadata, column, url);
  const schemaPath = getTreePath(parquetSchema(metadata), [column]);
  if (!isFlatColumn(schemaPath)) throw new SchemaError(`Column ${column} of ${url} is a list.`, { url });
  if (!chunks.every(({ meta }) => canSink(meta))) return false;
  checkClaims(
    chunks.map(({ meta }) => meta),
    file.byteLength,
    url,
  );
  start(
    Number(metadata.num_rows),
    chunks.map(({ meta }) => meta),
    url,
  );
  for (const chunk of chunks) {
    options.signal?.throwIfAborted();
    await sinkChunk(file, chunk, schemaPath, sink);
  }
  return true;
}

interface ColumnChunk {
  readonly meta: ColumnMetaData;
  readonly rowCount: number;
}

function columnChunks(metadata: FileMetaData, column: string, url: string): ColumnChunk[] {
  const leaf = parquetSchema(metadata).children.find((node) => node.element.name === column);
  if (leaf === undefined || leaf.children.length > 0) {
    const found = parquetSchema(metadata)
      .children.map((node) => node.element.name)
      .join(", ");
    const what = leaf === undefined ? `lacks the column ${column}` : `has records in the column ${column}`;
    throw new SchemaError(`${url} ${what} (it has ${found}).`, { url });
  }
  return metadata.row_groups.map((group) => {
    const chunk = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === column);
    if (chunk?.meta_data === undefined || chunk.file_path) throw new Error(`column ${column} lies elsewhere`);
    return { meta: chunk.meta_data, rowCount: Number(group.num_rows) };
  });
}

async function sinkChunk(
  file: RangeFile,
  { meta, rowCount }: ColumnChunk,
  schemaPath: SchemaTree[],
  sink: ValueSink,
): Promise<void> {
  const valueCount = Number(meta.num_values);
  if (valueCount !== rowCount)
    throw new Error(`column ${meta.path_in_schema} has ${valueCount} values for ${rowCount} rows`);
  const levels = { repetition: getMaxRepetitionLevel(schemaPath), definition: getMaxDefinitionLevel(schemaPath) };
  const name = meta.path_in_schema.join(".");
  const facts = {
    name,
    rowCount,
    valueCount,
    uncompressedBytes: Number(meta.total_uncompressed_size),
    isFlat: true,
    levels,
  };
  const range = chunkRange(meta);
  const bytes = new Uint8Array(await file.slice(range.start, range.end));
  decodeChunk(bytes, facts, sinkDecoder(meta, levels.definition > 0, sink));
}
