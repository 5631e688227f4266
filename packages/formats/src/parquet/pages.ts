import { DataError } from "@crossprobe/core";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { crc32 } from "../crc32.js";
import { checkDelta } from "./delta-check.js";
import { checkRuns, type LevelShape, levelWidth } from "./runs.js";

type Values = ArrayLike<unknown> & Iterable<unknown>;

/** Header of a page, in the words of parquet.thrift. */
export interface PageHeader {
  readonly type: string;
  readonly uncompressed_page_size: number;
  readonly compressed_page_size: number;
  /** CRC-32 of the page as it is stored, where the writer kept it. */
  readonly crc?: number | undefined;
  readonly data_page_header?: { readonly num_values: number; readonly encoding: string } | undefined;
  readonly dictionary_page_header?: { readonly num_values: number } | undefined;
  readonly data_page_header_v2?: PageHeaderV2 | undefined;
}

interface PageHeaderV2 {
  readonly num_values: number;
  readonly num_nulls: number;
  readonly num_rows: number;
  readonly encoding: string;
  readonly definition_levels_byte_length: number;
  readonly repetition_levels_byte_length: number;
  readonly is_compressed?: boolean | undefined;
}

export interface PageReader {
  readonly view: DataView;
  offset: number;
}

/** What the decoder of the Parquet library does for one column. */
export interface PageDecoder<Decoded extends Values> {
  /** Reads nothing outside the page that it is given: then pages that are not compressed are given where they lie, without a copy. */
  readonly staysInside?: boolean;
  header(reader: PageReader): PageHeader;
  decompress(bytes: Uint8Array, length: number): Uint8Array;
  /** Values of an uncompressed data page; of nested columns, a page may continue the last row of `previous`. */
  values(page: Uint8Array, header: PageHeader, dictionary: Decoded | undefined, previous: Decoded | undefined): Decoded;
  dictionary(page: Uint8Array, header: PageHeader): Decoded;
}

/** What the footer says of one column of one row group. */
export interface ChunkFacts {
  /** For messages. */
  readonly name: string;
  readonly rowCount: number;
  readonly valueCount: number;
  readonly uncompressedBytes: number;
  readonly isFlat: boolean;
  readonly levels: LevelShape;
  /** Whether pages are held to their checksums, where they have any; they are unless it is false. */
  readonly isVerified?: boolean;
}

/**
 * Values of one column of one row group, page by page.
 *
 * The library decodes each page, but trusts it: a negative page size makes it run in circles, a run of values longer than the
 * page fills the memory, and counts that are too large read from the next page. So each header and each run is held to what
 * the footer says first, and each page is decoded from an array of its own.
 *
 * @throws Error for whatever is wrong, with the column, without the file: callers add it
 */
export function decodeChunk<Decoded extends Values>(
  chunk: Uint8Array,
  facts: ChunkFacts,
  decoder: PageDecoder<Decoded>,
): Decoded[] {
  try {
    return decodePages(chunk, facts, decoder);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`column ${facts.name}: ${reason}`, { cause });
  }
}

function decodePages<Decoded extends Values>(
  chunk: Uint8Array,
  facts: ChunkFacts,
  decoder: PageDecoder<Decoded>,
): Decoded[] {
  const reader: PageReader = { view: new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength), offset: 0 };
  const parts: Decoded[] = [];
  let dictionary: Decoded | undefined;
  let valuesLeft = facts.valueCount;
  let bytesLeft = facts.uncompressedBytes;
  while (valuesLeft > 0) {
    if (reader.offset >= chunk.length) throw new Error(`its pages end ${valuesLeft} values early`);
    const header = decoder.header(reader);
    const size = header.compressed_page_size;
    if (!(size >= 0 && reader.offset + size <= chunk.length)) throw new Error(`a page claims ${size} bytes`);
    const stored = chunk.subarray(reader.offset, reader.offset + size);
    reader.offset += size;
    if (header.crc !== undefined && facts.isVerified !== false && crc32(stored) !== header.crc >>> 0)
      throw new Error("a page's checksum is another");
    const count = valueCountOf(header);
    const limit = header.type === "DICTIONARY_PAGE" ? header.uncompressed_page_size : valuesLeft;
    if (!(count >= 0 && count <= limit)) throw new Error(`a page claims ${count} values where ${limit} can be`);
    const page = uncompressed(stored, header, bytesLeft, decoder);
    bytesLeft -= page.length;
    if (header.type === "DICTIONARY_PAGE") {
      dictionary = decoder.dictionary(page, header);
      continue;
    }
    checkPage(page, header, facts);
    const previous = parts.at(-1);
    const values = decoder.values(page, withoutCompression(header, page.length), dictionary, previous);
    if (values !== previous) parts.push(values);
    valuesLeft -= count;
  }
  return parts;
}

function valueCountOf(header: PageHeader): number {
  const fields = { DATA_PAGE: header.data_page_header, DATA_PAGE_V2: header.data_page_header_v2 };
  if (header.type === "DICTIONARY_PAGE") return header.dictionary_page_header?.num_values ?? Number.NaN;
  if (header.type === "DATA_PAGE" || header.type === "DATA_PAGE_V2")
    return fields[header.type]?.num_values ?? Number.NaN;
  throw new Error(`a page is of the kind ${header.type}`);
}

/** The page in an array of its own. In version 2, levels stand uncompressed before the values. */
function uncompressed<Decoded extends Values>(
  stored: Uint8Array,
  header: PageHeader,
  bytesLeft: number,
  decoder: PageDecoder<Decoded>,
): Uint8Array {
  const total = header.uncompressed_page_size;
  if (!(total >= 0 && total <= bytesLeft)) {
    throw new Error(`a page claims ${total} bytes uncompressed, the limit is ${bytesLeft} of its column`);
  }
  const { data_page_header_v2: v2 } = header;
  if (header.type !== "DATA_PAGE_V2" || v2 === undefined) {
    const page = decoder.decompress(stored, total);
    return decoder.staysInside === true ? page : new Uint8Array(page);
  }
  const levelBytes = v2.repetition_levels_byte_length + v2.definition_levels_byte_length;
  const areLevelsInside = v2.repetition_levels_byte_length >= 0 && v2.definition_levels_byte_length >= 0;
  if (!areLevelsInside || levelBytes > total || levelBytes > stored.length)
    throw new Error("a page's levels are not in it");
  const values = stored.subarray(levelBytes);
  const page = new Uint8Array(total);
  page.set(stored.subarray(0, levelBytes));
  page.set(v2.is_compressed === false ? values : decoder.decompress(values, total - levelBytes), levelBytes);
  return page;
}

function withoutCompression(header: PageHeader, length: number): PageHeader {
  const { data_page_header_v2: v2 } = header;
  const sizes = { compressed_page_size: length, uncompressed_page_size: length };
  return { ...header, ...sizes, ...(v2 && { data_page_header_v2: { ...v2, is_compressed: false } }) };
}

/** Holds every run-length encoded part of a page to the number of values that the page has. */
function checkPage(page: Uint8Array, header: PageHeader, { levels, isFlat, rowCount }: ChunkFacts): void {
  const { data_page_header_v2: v2 } = header;
  const [count, encoding] = [valueCountOf(header), v2?.encoding ?? header.data_page_header?.encoding ?? ""];
  let offset = 0;
  let present = v2 === undefined ? count : count - v2.num_nulls;
  for (const level of ["repetition", "definition"] as const) {
    const width = levelWidth(levels[level]);
    const length = v2?.[`${level}_levels_byte_length`];
    if (length !== undefined) {
      if (width > 0) checkRuns(page.subarray(offset, offset + length), width, count);
      offset += length;
    } else if (width > 0) {
      const end = checkPrefixed(page, offset, width, count);
      const isCounted = level === "definition" && encoding.startsWith("DELTA_");
      if (isCounted) present = countLevels(page.subarray(offset + 4, end), width, count, levels.definition);
      offset = end;
    }
  }
  if (v2 !== undefined) {
    const { num_nulls: nulls, num_rows: rows } = v2;
    if (!(nulls >= 0 && nulls <= count && rows >= 0 && rows <= rowCount)) throw new Error("a page's counts disagree");
    if (isFlat && rows !== count) throw new Error(`a page claims ${count} values in ${rows} rows`);
  }
  if (encoding.endsWith("_DICTIONARY")) {
    const width = page[offset] ?? 0;
    if (width > 32) throw new Error(`a page's dictionary indices have ${width} bits`);
    if (width > 0) checkRuns(page.subarray(offset + 1), width, count);
  } else if (encoding === "RLE") checkPrefixed(page, offset, 1, count);
  else if (encoding.startsWith("DELTA_")) checkDelta(page, offset, present, encoding);
}

/** How many levels are the highest one: values that are there. */
function countLevels(runs: Uint8Array, width: number, count: number, highest: number): number {
  const levels = new Uint8Array(count);
  const view = new DataView(runs.buffer, runs.byteOffset, runs.byteLength);
  readRleBitPackedHybrid({ view, offset: 0 }, width, levels, runs.length);
  return levels.reduce((sum, level) => sum + (level === highest ? 1 : 0), 0);
}

/** Runs that stand behind their own length; gives where they end. */
function checkPrefixed(page: Uint8Array, offset: number, width: number, count: number): number {
  if (offset + 4 > page.length) throw new Error("a page ends within its levels");
  const length = new DataView(page.buffer, page.byteOffset).getUint32(offset, true);
  const end = offset + 4 + length;
  if (end > page.length) throw new Error(`a page's levels claim ${length} bytes`);
  checkRuns(page.subarray(offset + 4, end), width, count);
  return end;
}
