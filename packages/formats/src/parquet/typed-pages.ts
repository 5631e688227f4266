import type { ColumnMetaData } from "hyparquet";
import { decompress } from "./decompress.js";
import { readPageHeader } from "./page-header.js";
import type { PageDecoder, PageHeader } from "./pages.js";
import { viewOf } from "./typed-bytes.js";
import type { TypedColumn } from "./typed-column.js";
import { readRuns } from "./typed-runs.js";
import type { Scratch } from "./typed-scratch.js";

/** A data page whose levels have been read. */
export interface TypedPage {
  readonly bytes: Uint8Array;
  /** Where the values begin. */
  readonly offset: number;
  readonly encoding: string;
  /** Rows of the page. */
  readonly count: number;
  /** Rows that have a value. */
  readonly present: number;
  /** 1 where a row has a value; undefined where all have. In room that the next page is given. */
  readonly levels: Uint8Array | undefined;
}

/** Takes the pages of a column, over all row groups, in the order of rows. */
export interface TypedSink {
  /** Begins the dictionary of the column chunk. */
  dictionary(bytes: Uint8Array, count: number): void;
  page(page: TypedPage): void;
  /** What has been taken. */
  column(): TypedColumn;
}

const NOTHING: readonly never[] = [];

/**
 * Gives the pages of a flat column to a sink, where they lie.
 *
 * Source: parquet-format, README.md (data pages of versions 1 and 2).
 *
 * @param isOptional whether the column has definition levels
 */
export function typedDecoder(
  meta: ColumnMetaData,
  isOptional: boolean,
  sink: TypedSink,
  scratch: Scratch,
): PageDecoder<readonly never[]> {
  return {
    staysInside: true,
    header: readPageHeader,
    decompress: (bytes, length) => decompress(bytes, length, meta.codec),
    dictionary: (bytes, header) => {
      sink.dictionary(bytes, header.dictionary_page_header?.num_values ?? 0);
      return NOTHING;
    },
    values: (bytes, header) => {
      sink.page(openPage(bytes, header, isOptional, scratch));
      return NOTHING;
    },
  };
}

function openPage(bytes: Uint8Array, header: PageHeader, isOptional: boolean, scratch: Scratch): TypedPage {
  const { data_page_header: v1, data_page_header_v2: v2 } = header;
  const count = v2?.num_values ?? v1?.num_values ?? 0;
  const encoding = v2?.encoding ?? v1?.encoding ?? "";
  const all = { bytes, encoding, count, present: count, levels: undefined };
  if (v2 === undefined && !isOptional) return { ...all, offset: 0 };
  // That the levels lie in the page has been checked.
  const start = v2 === undefined ? 4 : v2.repetition_levels_byte_length;
  const offset = start + (v2?.definition_levels_byte_length ?? viewOf(bytes).getUint32(0, true));
  if (!isOptional || isOneRun(bytes, start, offset, count)) return { ...all, offset };
  const levels = scratch.bytes(count);
  readRuns(bytes, start, offset, 1, levels);
  let present = 0;
  for (let i = 0; i < count; i++) present += levels[i] as number;
  return { ...all, offset, present, levels: present === count ? undefined : levels };
}

/** Whether the levels are one run that says that all rows have a value. */
function isOneRun(bytes: Uint8Array, start: number, end: number, count: number): boolean {
  let header = 0;
  let at = start;
  for (let scale = 1, byte = 128; byte >= 128 && at < end && scale < 2 ** 35; scale *= 128) {
    byte = bytes[at++] as number;
    header += (byte & 127) * scale;
  }
  return header === count * 2 && at < end && bytes[at] === 1;
}

/** Places in the dictionary that a page's values have; in the room that is given. */
export function dictionaryIndices({ bytes, offset, present }: TypedPage, scratch: Scratch): Uint32Array {
  const indices = scratch.words(present);
  if (present === 0) return indices;
  if (offset >= bytes.length) throw new Error("a page ends within its values");
  const width = bytes[offset] as number;
  if (width > 0) readRuns(bytes, offset + 1, bytes.length, width, indices);
  else indices.fill(0);
  return indices;
}

/** Whether a page's values point to a dictionary; those of other encodings than `PLAIN` are refused. */
export function isCoded({ encoding }: TypedPage): boolean {
  if (encoding.endsWith("_DICTIONARY")) return true;
  if (encoding === "PLAIN") return false;
  throw new Error(`a page is encoded as ${encoding}`);
}
