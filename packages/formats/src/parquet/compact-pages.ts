import type { ColumnMetaData } from "hyparquet";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { decompress } from "./decompress.js";
import { readPageHeader } from "./page-header.js";
import type { PageDecoder, PageHeader } from "./pages.js";

/** Where the values of a column go, one after the other, without an object or a string for each. */
export interface ValueSink {
  /** Begins the dictionary of the column chunk. */
  startDictionary(count: number): void;
  dictionaryValue(index: number, bytes: Uint8Array, start: number, end: number): void;
  value(bytes: Uint8Array, start: number, end: number): void;
  /** The value of the dictionary; its place is checked. */
  fromDictionary(index: number): void;
  absent(): void;
}

/** Bytes of a value of a physical type; null where each says its own length. */
export const VALUE_BYTES: Readonly<Partial<Record<ColumnMetaData["type"], number | null>>> = {
  BYTE_ARRAY: null,
  INT32: 4,
  INT64: 8,
  FLOAT: 4,
  DOUBLE: 8,
};

const READ_ENCODINGS: ReadonlySet<string> = new Set([
  "PLAIN",
  "PLAIN_DICTIONARY",
  "RLE_DICTIONARY",
  "RLE",
  "BIT_PACKED",
]);

/** Whether the pages of a column are of the kinds that {@link sinkDecoder} reads. */
export function canSink(meta: ColumnMetaData): boolean {
  return VALUE_BYTES[meta.type] !== undefined && meta.encodings.every((encoding) => READ_ENCODINGS.has(encoding));
}

const NOTHING: readonly never[] = [];

/**
 * Decodes the pages of a flat column into a sink.
 *
 * Source: parquet-format, Encodings.md (PLAIN, RLE_DICTIONARY, levels) and README.md (data pages of versions 1 and 2).
 *
 * @param isOptional whether the column has definition levels
 */
export function sinkDecoder(meta: ColumnMetaData, isOptional: boolean, sink: ValueSink): PageDecoder<readonly never[]> {
  const width = VALUE_BYTES[meta.type] ?? null;
  let dictionarySize = 0;
  return {
    header: readPageHeader,
    decompress: (bytes, length) => decompress(bytes, length, meta.codec),
    dictionary: (page, header) => {
      dictionarySize = header.dictionary_page_header?.num_values ?? 0;
      sink.startDictionary(dictionarySize);
      const next = plainValues(page, 0, width);
      for (let i = 0; i < dictionarySize; i++) next((bytes, start, end) => sink.dictionaryValue(i, bytes, start, end));
      return NOTHING;
    },
    values: (page, header) => {
      const { count, encoding, levels, offset } = openPage(page, header, isOptional);
      if (encoding === "PLAIN") {
        const next = plainValues(page, offset, width);
        const give = (bytes: Uint8Array, start: number, end: number): void => sink.value(bytes, start, end);
        for (let i = 0; i < count; i++) {
          if (levels?.[i] === 0) sink.absent();
          else next(give);
        }
      } else if (encoding.endsWith("_DICTIONARY")) {
        const indices = dictionaryIndices(page, offset, levels === undefined ? count : presentOf(levels));
        let at = 0;
        for (let i = 0; i < count; i++) {
          if (levels?.[i] === 0) {
            sink.absent();
            continue;
          }
          const index = indices[at++] as number;
          if (index >= dictionarySize) throw new Error(`a value points to entry ${index} of ${dictionarySize}`);
          sink.fromDictionary(index);
        }
      } else throw new Error(`a page is encoded as ${encoding}`);
      return NOTHING;
    },
  };
}

interface OpenPage {
  readonly count: number;
  readonly encoding: string;
  /** 1 where there is a value; undefined where all are there. */
  readonly levels: Uint8Array | undefined;
  /** Where the values begin. */
  readonly offset: number;
}

function openPage(page: Uint8Array, header: PageHeader, isOptional: boolean): OpenPage {
  const { data_page_header: v1, data_page_header_v2: v2 } = header;
  const count = v2?.num_values ?? v1?.num_values ?? 0;
  const encoding = v2?.encoding ?? v1?.encoding ?? "";
  if (v2 !== undefined) {
    const { repetition_levels_byte_length: start, definition_levels_byte_length: length } = v2;
    const levels = isOptional && v2.num_nulls > 0 ? decodeRuns(page, start, length, 1, count) : undefined;
    return { count, encoding, levels, offset: start + length };
  }
  if (!isOptional) return { count, encoding, levels: undefined, offset: 0 };
  const length = viewOf(page).getUint32(0, true);
  return { count, encoding, levels: decodeRuns(page, 4, length, 1, count), offset: 4 + length };
}

function dictionaryIndices(page: Uint8Array, offset: number, count: number): Uint32Array {
  const width = page[offset] ?? 0;
  const indices = new Uint32Array(count);
  if (width > 0 && count > 0) decodeInto(indices, page, offset + 1, page.length - offset - 1, width);
  return indices;
}

function decodeRuns(page: Uint8Array, offset: number, length: number, width: number, count: number): Uint8Array {
  const levels = new Uint8Array(count);
  decodeInto(levels, page, offset, length, width);
  return levels;
}

function decodeInto(target: Uint8Array | Uint32Array, page: Uint8Array, offset: number, length: number, width: number) {
  readRleBitPackedHybrid({ view: viewOf(page), offset }, width, target, length);
}

function presentOf(levels: Uint8Array): number {
  let present = 0;
  for (const level of levels) present += level;
  return present;
}

type Give = (bytes: Uint8Array, start: number, end: number) => void;

/** Gives the values that stand in a page one after the other. */
function plainValues(page: Uint8Array, offset: number, width: number | null): (give: Give) => void {
  const view = viewOf(page);
  let at = offset;
  return (give) => {
    let length = width;
    if (length === null) {
      if (at + 4 > page.length) throw new Error("a page ends within its values");
      length = view.getUint32(at, true);
      at += 4;
    }
    if (at + length > page.length) throw new Error("a page ends within its values");
    give(page, at, at + length);
    at += length;
  };
}

function viewOf(page: Uint8Array): DataView {
  return new DataView(page.buffer, page.byteOffset, page.byteLength);
}
