import { QueryError } from "@crossprobe/core";
import type { ColumnChunk } from "hyparquet";
import { dataHeader, dictionaryHeader, varint } from "./encode-page-header.js";

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
  const bytes = Uint8Array.from([
    ...dictionaryPage,
    ...dataHeader(data.length, values.length, "RLE_DICTIONARY"),
    ...data,
  ]);
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
