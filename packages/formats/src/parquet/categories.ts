import { QueryError } from "@crossprobe/core";
import type { ColumnChunk } from "hyparquet";

/** A column of texts out of a few, which stand in the file in this order whether they occur or not. */
export interface ParquetCategories {
  readonly categories: readonly string[];
}

/** One column of a row group: its bytes, and what the footer says of them. */
export interface CategoryChunk {
  readonly bytes: Uint8Array;
  readonly chunk: ColumnChunk;
}

/**
 * A column chunk of categories: a dictionary page that holds all of them in order, which readers take for the order of a categorical
 * column, and one data page of their numbers. Not compressed.
 *
 * Source: Parquet format, `Encodings.md` (PLAIN, RLE_DICTIONARY) and `parquet.thrift` (`PageHeader`).
 *
 * @param offset of the chunk in the file
 * @throws {@link QueryError} for a value that is none of the categories
 */
export function encodeCategories(
  name: string,
  values: readonly unknown[],
  { categories }: ParquetCategories,
  offset: number,
): CategoryChunk {
  const numbers = new Map<unknown, number>(categories.map((text, i) => [text, i]));
  const present = values.filter((value) => value !== null && value !== undefined);
  const codes = present.map((value) => {
    const code = numbers.get(value);
    if (code === undefined)
      throw new QueryError(`Column ${JSON.stringify(name)} has ${String(value)}, which is no category.`);
    return code;
  });
  const dictionary = plainTexts(categories);
  const width = Math.max(1, 32 - Math.clz32(Math.max(0, categories.length - 1)));
  const levels = packed(
    values.map((value) => (value === null || value === undefined ? 0 : 1)),
    1,
  );
  const data = [...littleEndian(levels.length), ...levels, width, ...packed(codes, width)];
  const dictionaryPage = [...dictionaryHeader(dictionary.length, categories.length), ...dictionary];
  const bytes = Uint8Array.from([...dictionaryPage, ...dataHeader(data.length, values.length), ...data]);
  const size = BigInt(bytes.length);
  return {
    bytes,
    chunk: {
      file_offset: 0n,
      meta_data: {
        ...{ type: "BYTE_ARRAY", encodings: ["PLAIN", "RLE", "RLE_DICTIONARY"], path_in_schema: [name] },
        ...{ codec: "UNCOMPRESSED", num_values: BigInt(values.length) },
        ...{ total_uncompressed_size: size, total_compressed_size: size },
        ...{ dictionary_page_offset: BigInt(offset), data_page_offset: BigInt(offset + dictionaryPage.length) },
      },
    },
  };
}

function plainTexts(texts: readonly string[]): number[] {
  const utf8 = new TextEncoder();
  return texts.flatMap((text) => {
    const bytes = utf8.encode(text);
    return [...littleEndian(bytes.length), ...bytes];
  });
}

function littleEndian(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}

/** One run of bit-packed numbers, the lowest bit first. */
function packed(values: readonly number[], width: number): number[] {
  const groups = Math.ceil(values.length / 8);
  const bytes = new Array<number>(groups * width).fill(0);
  for (const [i, value] of values.entries()) {
    for (let bit = 0; bit < width; bit++) {
      const at = i * width + bit;
      if ((value >> bit) & 1) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
    }
  }
  return [...varint(groups * 2 + 1), ...bytes];
}

/** Thrift's compact protocol: a field's header is the step from the field before and its type. */
const I32 = 5;
const STRUCT = 12;
const STOP = 0;
const PAGE = { data: 0, dictionary: 2 } as const;
const ENCODING = { plain: 0, runs: 3, dictionary: 8 } as const;

function dictionaryHeader(size: number, count: number): number[] {
  const inner = [...field(1, I32, count), ...field(1, I32, ENCODING.plain), STOP];
  return [...pageHeader(PAGE.dictionary, size), (4 << 4) | STRUCT, ...inner, STOP];
}

function dataHeader(size: number, count: number): number[] {
  const encodings = [ENCODING.dictionary, ENCODING.runs, ENCODING.runs].flatMap((encoding) => field(1, I32, encoding));
  return [...pageHeader(PAGE.data, size), (2 << 4) | STRUCT, ...field(1, I32, count), ...encodings, STOP, STOP];
}

function pageHeader(type: number, size: number): number[] {
  return [...field(1, I32, type), ...field(1, I32, size), ...field(1, I32, size)];
}

/** A field of an integer, zigzag. */
function field(step: number, type: number, value: number): number[] {
  return [(step << 4) | type, ...varint(value * 2)];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}
