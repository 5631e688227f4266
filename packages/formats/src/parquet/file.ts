import { type CallOptions, DataError, FormatError } from "@crossprobe/core";
import {
  type ColumnMetaData,
  type CompressionCodec,
  type FileMetaData,
  type ParquetParsers,
  parquetMetadataAsync,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { ChunkRange } from "./chunk-ranges.js";
import type { RangeFile } from "./range-file.js";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Keeps times and dates as the integers that the file has: the decoder's own `Date` drops what is below a millisecond, and it
 * does not know whether a time is UTC. Text that is not UTF-8 is an error, where the decoder would put in replacement signs.
 */
export const RAW_PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: asIs,
  timestampFromMicroseconds: asIs,
  timestampFromNanoseconds: asIs,
  dateFromDays: asIs,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && UTF8.decode(bytes),
};

/** For the statistics of a footer, which are not used and may be cut in the middle of a value. */
const UNREAD_PARSERS: Partial<ParquetParsers> = { ...RAW_PARSERS, stringFromBytes: asIs, jsonFromBytes: asIs };

function asIs(value: unknown): unknown {
  return value;
}

/** The footer, whose counts agree. */
export async function readMetadata(file: RangeFile, url: string): Promise<FileMetaData> {
  const metadata = await parquetMetadataAsync(file, { parsers: UNREAD_PARSERS, geoparquet: false });
  const rowCount = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (!Number.isSafeInteger(rowCount) || rowCount < 0 || rowCount !== Number(metadata.num_rows)) {
    const message = `${url} says it has ${metadata.num_rows} rows, its row groups have ${rowCount}.`;
    throw new FormatError(message, { format: "parquet", url, at: "footer" });
  }
  return metadata;
}

/** Where the pages of a column of a row group lie. */
export function chunkRange(meta: ColumnMetaData): ChunkRange {
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
  return { start, end: start + Number(meta.total_compressed_size) };
}

/** A page of the length that its header claims. */
export function decompress(bytes: Uint8Array, length: number, codec: CompressionCodec): Uint8Array {
  const decompressor = compressors[codec];
  if (codec !== "UNCOMPRESSED" && decompressor === undefined)
    throw new Error(`the compression ${codec} is not supported`);
  const page = decompressor === undefined ? bytes : decompressor(bytes, length);
  if (page.length !== length) throw new Error(`a page has ${page.length} bytes where ${length} were claimed`);
  return page;
}

/** Turns whatever the decoder throws at broken bytes into a {@link FormatError}. */
export async function decoding<T>(url: string, options: CallOptions, work: () => Promise<T>): Promise<T> {
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
