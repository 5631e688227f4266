import { type ByteStore, type CallOptions, SchemaError, UnsupportedError } from "@crossprobe/core";
import { type ColumnMetaData, type FileMetaData, parquetSchema, type RowGroup } from "hyparquet";
import { urlOf } from "../place.js";
import { readRanges } from "./chunk-ranges.js";
import { isFlat, leafKindOf, typeNameOf } from "./column-type.js";
import { chunkRange, decoding, readMetadata } from "./file.js";
import { checkClaims } from "./limits.js";
import { decodeChunk } from "./pages.js";
import { openRanges, type RangeFile, rangesOf } from "./range-file.js";
import type { SchemaNode } from "./schema-node.js";
import type { TypedColumn, TypedParquetType } from "./typed-column.js";
import { NumberSink } from "./typed-number-sink.js";
import { type TypedSink, typedDecoder } from "./typed-pages.js";
import { Scratch } from "./typed-scratch.js";
import { CodeSink, FlagSink, TextSink } from "./typed-sinks.js";

/**
 * What the footer says of a column in a row group: every value lies from `min` to `max`, which need not occur. Texts are
 * compared by their UTF-8. Undefined where the file does not say, or no row has a value.
 */
export interface TypedBounds {
  readonly min: number | string | boolean | undefined;
  readonly max: number | string | boolean | undefined;
  /** Rows without a value. */
  readonly nullCount: number | undefined;
}

/** A row group of a file: rows `rowStart` to `rowStart + rowCount`. */
export interface TypedGroup {
  readonly index: number;
  readonly rowStart: number;
  readonly rowCount: number;
  /** @throws {@link SchemaError} when there is no such column */
  bounds(column: string): TypedBounds;
}

export interface TypedReadOptions {
  /** Only these columns, which must exist and be of types that typed columns have. All unless given. */
  readonly columns?: readonly string[] | undefined;
  /** Only row groups of which this is true, in the order of the file. All unless given. */
  readonly where?: ((group: TypedGroup) => boolean) | undefined;
  /** `false` leaves out the comparison of pages with their checksums: for a file that is held to one of its own. */
  readonly verify?: boolean | undefined;
}

export interface TypedRows {
  readonly rowCount: number;
  /** In the order of the file. */
  readonly columns: ReadonlyMap<string, TypedColumn>;
}

/** A Parquet file whose footer has been read. */
export interface TypedParquetFile {
  readonly rowCount: number;
  /** Names and types of columns, close to Arrow's, as `readParquetSchema` has them. */
  readonly types: ReadonlyMap<string, string>;
  /** Texts kept beside the data. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly groups: readonly TypedGroup[];
  /**
   * Columns of the row groups that are wanted, one after the other. Reads the byte ranges of those and nothing else, one row
   * group ahead. Of a single row group, doubles without gaps are the bytes that were read, without a copy.
   *
   * @throws {@link SchemaError} when a column is missing
   * @throws {@link UnsupportedError} for a column of another type than typed columns have, such as dates and lists
   * @throws {@link FormatError} when the file does not decode, or a page's checksum is another
   */
  read(typed?: TypedReadOptions, options?: CallOptions): Promise<TypedRows>;
}

/**
 * A Parquet file to be read as typed arrays: what `createTypedParquetWriter` wrote, and flat columns of numbers, texts and
 * truth values of other writers (plain or with dictionaries, any compression). Reads only the footer.
 *
 * Values:
 * - numbers are doubles, NaN where a row has none
 * - texts are codes where all row groups that are read have dictionaries only, else UTF-8, in which an empty text is as good
 *   as none. Codes are those that were written where there are 256 texts at most, else new ones in the order of the file
 * - a column without a value in the rows that are read is `absent`, whatever its type
 *
 * Absent: `undefined` when the store has no such key.
 *
 * @throws {@link FormatError} when the footer does not decode
 * @example
 * const file = await openTypedParquet(store, "units.parquet", { signal });
 * const { columns } = await file.read({ columns: ["depth"], where: (group) => (group.bounds("depth").max ?? 1) > 0 });
 */
export async function openTypedParquet(
  store: ByteStore,
  key: string,
  options: CallOptions = {},
): Promise<TypedParquetFile | undefined> {
  const url = urlOf(store, key);
  return decoding(url, options, async () => {
    const ranges = await openRanges(store, key, options);
    if (ranges === undefined) return undefined;
    const metadata = await readMetadata(ranges, url);
    const nodes = new Map(
      parquetSchema(metadata).children.map((node): [string, SchemaNode] => [node.element.name, node]),
    );
    const groups = toGroups(metadata, nodes, url);
    return {
      rowCount: Number(metadata.num_rows),
      types: new Map([...nodes].map(([name, node]) => [name, typeNameOf(node)])),
      metadata: new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ""])),
      groups,
      read: (typed = {}, call = {}) =>
        decoding(url, call, () => {
          const wanted = typed.where === undefined ? groups : groups.filter(typed.where);
          const plan = planOf(metadata, nodes, wanted, typed, url);
          checkClaims(
            plan.columns.flatMap(({ chunks }) => chunks),
            ranges.byteLength,
            url,
          );
          return readPlan(rangesOf(store, key, ranges.byteLength, call), plan, call);
        }),
    };
  });
}

/**
 * The same in one call: footer and wanted columns of wanted row groups, with the file's metadata.
 *
 * @throws as {@link openTypedParquet} and its `read`
 */
export async function readTypedParquet(
  store: ByteStore,
  key: string,
  typed: TypedReadOptions = {},
  options: CallOptions = {},
): Promise<(TypedRows & Pick<TypedParquetFile, "metadata">) | undefined> {
  const file = await openTypedParquet(store, key, options);
  return file && { ...(await file.read(typed, options)), metadata: file.metadata };
}

const ELSEWHERE = "Name other columns, or read it with readParquet.";
const READ_ENCODINGS: ReadonlySet<string> = new Set([
  ...["PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "BIT_PACKED"],
]);

interface TypedPlan {
  readonly columns: readonly PlannedColumn[];
  /** Rows of each row group. */
  readonly rowCounts: readonly number[];
  readonly isVerified: boolean;
  readonly url: string;
}

interface PlannedColumn {
  readonly name: string;
  readonly type: TypedParquetType;
  readonly isOptional: boolean;
  /** By row group. */
  readonly chunks: readonly ColumnMetaData[];
}

function toGroups(metadata: FileMetaData, nodes: ReadonlyMap<string, SchemaNode>, url: string): TypedGroup[] {
  let rowStart = 0;
  return metadata.row_groups.map((group, index) => {
    const rowCount = Number(group.num_rows);
    if (!(rowCount >= 0)) throw new Error(`row group ${index} has ${rowCount} rows`);
    rowStart += rowCount;
    return {
      index,
      rowStart: rowStart - rowCount,
      rowCount,
      bounds: (column) => {
        if (!nodes.has(column)) throw missing([column], nodes, url);
        const { min_value, max_value, null_count } = chunkOf(group, column)?.statistics ?? {};
        const nullCount = null_count === undefined ? undefined : Number(null_count);
        return { min: toBound(min_value), max: toBound(max_value), nullCount };
      },
    };
  });
}

function toBound(value: unknown): number | string | boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint") {
    const number = Number(value);
    return Number.isNaN(number) || (typeof value === "bigint" && !Number.isSafeInteger(number)) ? undefined : number;
  }
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    // Bounds may be cut within a sign: that says less than a bound.
    return undefined;
  }
}

function chunkOf(group: RowGroup, name: string): ColumnMetaData | undefined {
  const chunk = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === name);
  if (chunk?.file_path) throw new Error(`column data lies in another file, ${chunk.file_path}`);
  return chunk?.meta_data;
}

function planOf(
  metadata: FileMetaData,
  nodes: ReadonlyMap<string, SchemaNode>,
  wanted: readonly TypedGroup[],
  { columns, verify }: TypedReadOptions,
  url: string,
): TypedPlan {
  const absent = (columns ?? []).filter((name) => !nodes.has(name));
  if (absent.length > 0) throw missing(absent, nodes, url);
  const asked = new Set(columns ?? nodes.keys());
  const groups = wanted.map(({ index }) => metadata.row_groups[index] as RowGroup);
  const planned = [...nodes].flatMap(([name, node]) => (asked.has(name) ? [planColumn(name, node, groups, url)] : []));
  return { columns: planned, rowCounts: wanted.map(({ rowCount }) => rowCount), isVerified: verify ?? true, url };
}

function planColumn(name: string, node: SchemaNode, groups: readonly RowGroup[], url: string): PlannedColumn {
  const type = typedTypeOf(node);
  if (type === undefined)
    throw new UnsupportedError(`Column ${JSON.stringify(name)} of ${url} is ${typeNameOf(node)}, no typed column.`, {
      hint: ELSEWHERE,
    });
  const chunks = groups.map((group) => {
    const meta = chunkOf(group, name);
    if (meta === undefined) throw new Error(`column ${name} has no description`);
    const other = meta.encodings.find((encoding) => !READ_ENCODINGS.has(encoding));
    if (other !== undefined)
      throw new UnsupportedError(`Column ${JSON.stringify(name)} of ${url} is encoded as ${other}.`, {
        hint: ELSEWHERE,
      });
    if (meta.num_values !== group.num_rows)
      throw new Error(`column ${name} has ${meta.num_values} values for ${group.num_rows} rows`);
    return meta;
  });
  return { name, type, isOptional: node.element.repetition_type === "OPTIONAL", chunks };
}

function typedTypeOf(node: SchemaNode): TypedParquetType | undefined {
  if (!isFlat(node)) return undefined;
  const leaf = leafKindOf(node.element);
  if (leaf.kind === "float") return leaf.bits === 64 ? "double" : leaf.bits === 32 ? "float" : undefined;
  if (leaf.kind === "integer" && leaf.bits === 64) return leaf.isSigned ? "int64" : undefined;
  if (leaf.kind === "integer") return leaf.isSigned || leaf.bits < 32 ? "int32" : undefined;
  return leaf.kind === "boolean" || leaf.kind === "string" ? leaf.kind : undefined;
}

function missing(names: readonly string[], nodes: ReadonlyMap<string, SchemaNode>, url: string): SchemaError {
  const noun = names.length === 1 ? "column" : "columns";
  return new SchemaError(`${url} lacks the ${noun} ${names.join(", ")} (it has ${[...nodes.keys()].join(", ")}).`, {
    url,
  });
}

/** The columns, one row group after the other, while the next one is on its way. */
async function readPlan(file: RangeFile, plan: TypedPlan, options: CallOptions): Promise<TypedRows> {
  const rowCount = plan.rowCounts.reduce((sum, count) => sum + count, 0);
  const scratch = new Scratch();
  const place = { rowCount, fileBytes: file.byteLength, url: plan.url, scratch };
  const sinks = plan.columns.map((column) => sinkOf(column, place));
  const readGroup = (group: number): Promise<Uint8Array[]> => {
    const bytes = readAligned(
      file,
      plan.columns.map(({ chunks }) => chunks[group] as ColumnMetaData),
    );
    // Where decoding fails before, nobody waits for it.
    bytes.catch(() => undefined);
    return bytes;
  };
  let next = plan.rowCounts.length > 0 ? readGroup(0) : undefined;
  for (const [group, rows] of plan.rowCounts.entries()) {
    const bytes = (await next) ?? [];
    options.signal?.throwIfAborted();
    next = group + 1 < plan.rowCounts.length ? readGroup(group + 1) : undefined;
    for (const [i, column] of plan.columns.entries()) {
      const page = { bytes: bytes[i] as Uint8Array, rowCount: rows, isVerified: plan.isVerified, scratch };
      decodeColumn(column, column.chunks[group] as ColumnMetaData, page, sinks[i] as TypedSink);
    }
  }
  return { rowCount, columns: new Map(plan.columns.map(({ name }, i) => [name, (sinks[i] as TypedSink).column()])) };
}

/** The bytes of column chunks, at multiples of eight in memory where they are that in the file. */
async function readAligned(file: RangeFile, chunks: readonly ColumnMetaData[]): Promise<Uint8Array[]> {
  const ranges = chunks.map(chunkRange);
  const wide = ranges.map(({ start, end }) => ({ start: start - (start % 8), end }));
  const bytes = await readRanges(file, wide);
  return bytes.map((each, i) => each.subarray((ranges[i]?.start ?? 0) % 8));
}

interface ChunkBytes {
  readonly bytes: Uint8Array;
  readonly rowCount: number;
  readonly isVerified: boolean;
  readonly scratch: Scratch;
}

function decodeColumn(
  { name, isOptional }: PlannedColumn,
  meta: ColumnMetaData,
  chunk: ChunkBytes,
  sink: TypedSink,
): void {
  const { bytes, rowCount, isVerified, scratch } = chunk;
  const levels = { repetition: 0, definition: isOptional ? 1 : 0 };
  const uncompressedBytes = Number(meta.total_uncompressed_size);
  const facts = { name, rowCount, valueCount: rowCount, uncompressedBytes, isFlat: true, levels, isVerified };
  decodeChunk(bytes, facts, typedDecoder(meta, isOptional, sink, scratch));
}

interface SinkPlace {
  readonly rowCount: number;
  readonly fileBytes: number;
  readonly url: string;
  readonly scratch: Scratch;
}

function sinkOf({ name, type, chunks }: PlannedColumn, place: SinkPlace): TypedSink {
  const { rowCount } = place;
  if (type === "boolean") return new FlagSink(rowCount);
  if (type !== "string") return new NumberSink(type, rowCount, `Column ${JSON.stringify(name)} of ${place.url}`);
  const withValues = chunks.filter(({ statistics, num_values }) => statistics?.null_count !== num_values);
  if (withValues.every(hasOnlyDictionary)) return new CodeSink(rowCount, place.scratch);
  const size = chunks.reduce((sum, meta) => sum + Number(meta.total_uncompressed_size), 0);
  return new TextSink(rowCount, Math.min(size, place.fileBytes));
}

/** As far as the footer says: a writer that begins with a dictionary may give it up. */
function hasOnlyDictionary({ dictionary_page_offset: offset, encoding_stats: pages }: ColumnMetaData): boolean {
  if (offset === undefined) return false;
  return (pages ?? []).every((page) => page.page_type === "DICTIONARY_PAGE" || page.encoding.endsWith("_DICTIONARY"));
}
