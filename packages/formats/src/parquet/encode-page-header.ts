/** Thrift's compact protocol: a field's header is the step from the field before and its type. */
const I32 = 5;
const STRUCT = 12;
const STOP = 0;
const PAGE = { data: 0, dictionary: 2 } as const;
const ENCODING = { PLAIN: 0, RLE: 3, RLE_DICTIONARY: 8 } as const;

/** How the values of a page are written. */
export type PageEncoding = keyof typeof ENCODING;

/**
 * Header of a page of `count` texts, of which a dictionary consists; not compressed.
 *
 * Source: Parquet format, `parquet.thrift` (`PageHeader`).
 *
 * @param crc CRC-32 of the page, where it is to be kept
 */
export function dictionaryHeader(size: number, count: number, crc?: number): number[] {
  const inner = [...field(1, count), ...field(1, ENCODING.PLAIN), STOP];
  return [...pageHeader(PAGE.dictionary, size, 7, crc), ...inner, STOP];
}

/** Header of a data page of version 1 of `count` values, nulls among them; not compressed. */
export function dataHeader(size: number, count: number, encoding: PageEncoding, crc?: number): number[] {
  const encodings = [ENCODING[encoding], ENCODING.RLE, ENCODING.RLE].flatMap((each) => field(1, each));
  return [...pageHeader(PAGE.data, size, 5, crc), ...field(1, count), ...encodings, STOP, STOP];
}

/** Up to the structure of the page's own kind, which is the field `inner`. */
function pageHeader(type: number, size: number, inner: number, crc: number | undefined): number[] {
  const sizes = [...field(1, type), ...field(1, size), ...field(1, size)];
  const step = (last: number): number => ((inner - last) << 4) | STRUCT;
  if (crc === undefined) return [...sizes, step(3)];
  // An unsigned sum in a signed field.
  return [...sizes, ...field(1, crc | 0), step(4)];
}

/** A field of a 32-bit integer, zigzag. */
function field(step: number, value: number): number[] {
  return [(step << 4) | I32, ...varint(((value << 1) ^ (value >> 31)) >>> 0)];
}

/** A whole number in groups of seven bits, the lowest first. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}
