import { QueryError } from "@crossprobe/core";
import type { ColumnChunk, RowGroup, SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import {
  chunkBound,
  encodeAbsent,
  encodeCodes,
  encodeFlags,
  encodeNumbers,
  encodeText,
  type Rows,
  type TypedChunk,
} from "./typed-chunks.js";
import type { TypedColumn, TypedParquetType } from "./typed-column.js";
import { PageBuffer } from "./typed-page-buffer.js";
import { type EncodedTexts, encodeTexts } from "./typed-texts.js";

/** Makes a Parquet file from typed columns, row group by row group: the bytes that are given, one after the other, are the file. */
export interface TypedParquetWriter {
  /**
   * Bytes of a row group of the rows `start` to `end` of the columns, which are those of the schema. No bytes for no rows.
   *
   * @throws {@link QueryError} for columns that are not those of the schema, are too short, or hold what their type does not
   */
  writeGroup(columns: ReadonlyMap<string, TypedColumn>, start: number, end: number): Uint8Array;
  /** The footer: last bytes of the file. */
  finish(): Uint8Array;
}

const MAGIC = new TextEncoder().encode("PAR1");
/** Sizes of pages are 32-bit. */
const LARGEST_GROUP_BYTES = 2 ** 31 - 1;

const ELEMENTS: Readonly<Record<TypedParquetType, Omit<SchemaElement, "name">>> = {
  double: { type: "DOUBLE" },
  float: { type: "FLOAT" },
  int32: { type: "INT32" },
  int64: { type: "INT64" },
  string: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  boolean: { type: "BOOLEAN" },
};

/**
 * Writes large tables of few types as fast as memory is copied: values go from typed arrays into pages, none is an object.
 *
 * All columns are nullable. Numbers and flags are plain, codes get a dictionary in each row group, of the texts that occur
 * there (all of them where they are at most 256: then reading gives the same codes), texts stand one by one. Footers state
 * smallest and largest values of numbers, flags and codes, and how many rows have none, so that readers can pass over row
 * groups. Nothing is compressed; each page has a CRC-32. Plain numbers begin at multiples of eight bytes.
 *
 * @param schema the columns of the file, in order, and what they are stored as
 * @param metadata texts to keep beside the data
 * @example
 * const writer = createTypedParquetWriter(new Map([["depth", "double"], ["region", "string"]]));
 * for (let row = 0; row < rowCount; row += 32_768)
 *   await file.write(writer.writeGroup(columns, row, Math.min(row + 32_768, rowCount)));
 * await file.write(writer.finish());
 */
export function createTypedParquetWriter(
  schema: ReadonlyMap<string, TypedParquetType>,
  metadata: ReadonlyMap<string, string> = new Map(),
): TypedParquetWriter {
  const groups: RowGroup[] = [];
  const texts = new TextsOfColumns();
  let offset = 0;
  return {
    writeGroup: (columns, start, end) => {
      checkColumns(schema, columns, start, end);
      if (start === end) return new Uint8Array(0);
      const all = [...schema].map(([name, type]) => {
        const column = columns.get(name) ?? { kind: "absent" as const };
        return { rows: { name, start, end }, type, column, texts: texts.of(name, column) };
      });
      const bound = all.reduce(
        (sum, { column, rows, texts }) => sum + PageBuffer.columnRoom + chunkBound(column, rows, texts),
        8,
      );
      if (bound > LARGEST_GROUP_BYTES)
        throw new QueryError(`The rows ${start} to ${end} take ${bound} bytes.`, {
          hint: "Make the row groups smaller.",
        });
      const buffer = new PageBuffer(bound, offset === 0 ? MAGIC.length : 0);
      if (offset === 0) buffer.put(0, MAGIC);
      const chunks = all.map(({ rows, type, column, texts }) =>
        toColumnChunk(rows, type, encodeChunk(buffer, rows, column, texts), offset),
      );
      // So that multiples of eight in the next group's bytes are multiples of eight in the file.
      buffer.pad();
      groups.push(toRowGroup(chunks, end - start));
      offset += buffer.length;
      return buffer.bytes.subarray(0, buffer.length);
    },
    finish: () => {
      const footer = encodeFooter(schema, metadata, groups);
      return offset === 0 ? footer : footer.subarray(MAGIC.length);
    },
  };
}

/** The texts of columns of codes, encoded once for all row groups that share them. */
class TextsOfColumns {
  readonly #known = new Map<string, { texts: readonly string[]; count: number; encoded: EncodedTexts }>();

  of(name: string, column: TypedColumn): EncodedTexts | undefined {
    if (column.kind !== "code") return undefined;
    const { texts } = column;
    const known = this.#known.get(name);
    if (known?.texts === texts && known.count === texts.length) return known.encoded;
    const encoded = encodeTexts(name, texts);
    this.#known.set(name, { texts, count: texts.length, encoded });
    return encoded;
  }
}

function encodeChunk(buffer: PageBuffer, rows: Rows, column: TypedColumn, texts: EncodedTexts | undefined): TypedChunk {
  switch (column.kind) {
    case "number":
      return encodeNumbers(buffer, rows, column.type, column.values);
    case "flag":
      return encodeFlags(buffer, rows, column.values);
    case "text":
      return encodeText(buffer, rows, column);
    case "code":
      return texts === undefined ? encodeAbsent(buffer, rows) : encodeCodes(buffer, rows, column.codes, texts);
    case "absent":
      return encodeAbsent(buffer, rows);
  }
}

function checkColumns(
  schema: ReadonlyMap<string, TypedParquetType>,
  columns: ReadonlyMap<string, TypedColumn>,
  start: number,
  end: number,
): void {
  if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end))
    throw new QueryError(`There are no rows ${start} to ${end}.`);
  const stray = [...columns.keys()].find((name) => !schema.has(name));
  if (stray !== undefined)
    throw new QueryError(`A row group has the column ${JSON.stringify(stray)}, the file has not.`);
  for (const [name, type] of schema) {
    const column = columns.get(name);
    if (column === undefined) throw new QueryError(`A row group lacks the column ${JSON.stringify(name)}.`);
    const found = typeOf(column);
    if (found !== undefined && found !== type)
      throw new QueryError(`Column ${JSON.stringify(name)} is ${type} in the file and ${found} in a row group.`);
    const length = lengthOf(column);
    if (length < end) throw new QueryError(`Column ${JSON.stringify(name)} has ${length} rows, not ${end}.`);
  }
}

/** What a column is stored as; undefined where anything can be absent. */
function typeOf(column: TypedColumn): TypedParquetType | undefined {
  if (column.kind === "number") return column.type;
  if (column.kind === "flag") return "boolean";
  return column.kind === "absent" ? undefined : "string";
}

function lengthOf(column: TypedColumn): number {
  if (column.kind === "code") return column.codes.length;
  if (column.kind === "text") return column.offsets.length - 1;
  return column.kind === "absent" ? Number.POSITIVE_INFINITY : column.values.length;
}

function toColumnChunk(
  { name, start, end }: Rows,
  type: TypedParquetType,
  chunk: TypedChunk,
  offset: number,
): ColumnChunk {
  const { dictionaryStart, dataStart, encoding, nullCount, min, max } = chunk;
  const size = BigInt(chunk.end - (dictionaryStart ?? dataStart));
  const hasDictionary = dictionaryStart !== undefined;
  const bounds = min === undefined || max === undefined ? {} : { min_value: min, max_value: max };
  return {
    file_offset: 0n,
    meta_data: {
      type: ELEMENTS[type].type ?? "BYTE_ARRAY",
      encodings: hasDictionary ? ["PLAIN", "RLE", "RLE_DICTIONARY"] : ["PLAIN", "RLE"],
      path_in_schema: [name],
      codec: "UNCOMPRESSED",
      num_values: BigInt(end - start),
      total_uncompressed_size: size,
      total_compressed_size: size,
      data_page_offset: BigInt(offset + dataStart),
      ...(hasDictionary && { dictionary_page_offset: BigInt(offset + dictionaryStart) }),
      statistics: { null_count: BigInt(nullCount), ...bounds },
      encoding_stats: [
        ...(hasDictionary ? [{ page_type: "DICTIONARY_PAGE" as const, encoding: "PLAIN" as const, count: 1 }] : []),
        { page_type: "DATA_PAGE", encoding, count: 1 },
      ],
    },
  };
}

function toRowGroup(columns: ColumnChunk[], rowCount: number): RowGroup {
  const size = columns.reduce((sum, { meta_data }) => sum + (meta_data?.total_compressed_size ?? 0n), 0n);
  return { columns, total_byte_size: size, total_compressed_size: size, num_rows: BigInt(rowCount) };
}

/** A file without the row groups' bytes: magic, footer, magic. */
function encodeFooter(
  schema: ReadonlyMap<string, TypedParquetType>,
  metadata: ReadonlyMap<string, string>,
  groups: readonly RowGroup[],
): Uint8Array {
  const leaves = [...schema].map(
    ([name, type]): SchemaElement => ({ ...ELEMENTS[type], name, repetition_type: "OPTIONAL" }),
  );
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: "schema", num_children: leaves.length }, ...leaves],
    kvMetadata: [...metadata].map(([key, value]) => ({ key, value })),
    createdBy: "crossprobe",
  });
  writer.row_groups.push(...groups);
  writer.num_rows = groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
  writer.finish();
  return bytes.getBytes().slice();
}
