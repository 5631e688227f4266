import { type CallOptions, DataError, FormatError } from "@crossprobe/core";
import {
  type ColumnMetaData,
  type FileMetaData,
  type ParquetParsers,
  parquetMetadata,
  type SchemaElement,
} from "hyparquet";
import type { ChunkRange } from "./chunk-ranges.js";
import type { RangeFile } from "./range-file.js";
import { checkThrift } from "./thrift-check.js";

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
  const metadata = parquetMetadata(await readFooter(file), { parsers: UNREAD_PARSERS, geoparquet: false });
  checkSchema(metadata.schema);
  const rowCount = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (!Number.isSafeInteger(rowCount) || rowCount < 0 || rowCount !== Number(metadata.num_rows)) {
    const message = `${url} says it has ${metadata.num_rows} rows, its row groups have ${rowCount}.`;
    throw new FormatError(message, { format: "parquet", url, at: "footer" });
  }
  return metadata;
}

/** A wide table with a million of column chunks has some hundred MB. */
const MAX_FOOTER_BYTES = 256 * 2 ** 20;
/** Length of the footer, and the mark behind it. */
const TRAILER_BYTES = 8;
const MARK = 0x31524150;

/** The end of the file from its metadata on, which have been walked through. Source: parquet-format, README.md, "File format". */
async function readFooter(file: RangeFile): Promise<ArrayBuffer> {
  const size = file.byteLength;
  const trailer = new DataView(await file.slice(size - TRAILER_BYTES, size));
  if (trailer.getUint32(4, true) !== MARK) throw new Error("it does not end as one (no PAR1, hence no footer)");
  const length = trailer.getUint32(0, true);
  const limit = Math.min(MAX_FOOTER_BYTES, size - TRAILER_BYTES);
  if (length > limit) throw new Error(`its footer claims ${length} bytes, the limit is ${limit}`);
  const footer = await file.slice(size - TRAILER_BYTES - length, size);
  checkThrift(new DataView(footer), 0, length);
  return footer;
}

/** Columns, and what they consist of. */
const MAX_ELEMENTS = 2 ** 16;
const MAX_DEPTH = 64;

/** The schema is a tree in the order of a walk, which the library follows by recursion. */
function checkSchema(schema: readonly SchemaElement[]): void {
  if (schema.length > MAX_ELEMENTS) {
    throw new Error(`its schema has ${schema.length} elements, the limit is ${MAX_ELEMENTS}`);
  }
  const open: number[] = [];
  for (const { num_children: children } of schema) {
    while (open.at(-1) === 0) open.pop();
    const last = open.length - 1;
    if (last >= 0) open[last] = (open[last] ?? 0) - 1;
    if (children !== undefined && children !== 0) open.push(children);
    if (open.length > MAX_DEPTH) throw new Error(`its schema is deeper than the limit of ${MAX_DEPTH}`);
  }
}

/** Where the pages of a column of a row group lie. */
export function chunkRange(meta: ColumnMetaData): ChunkRange {
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
  return { start, end: start + Number(meta.total_compressed_size) };
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
    throw new FormatError(`${url} is no readable Parquet file: ${reason}.`, {
      format: "parquet",
      url,
      cause,
      hint: "Fetch it again.",
    });
  }
}
