import { crc32 } from "../crc32.js";
import { varint } from "./encode-page-header.js";

/** Room for the header of a page, which stands before its bytes and is known after them. */
const HEADER_ROOM = 64;

/** Where pages of a row group are put together: in one array, whose size is known to be enough. */
export class PageBuffer {
  readonly bytes: Uint8Array;
  /** Bytes that are used. */
  length: number;

  constructor(capacity: number, used: number) {
    this.bytes = new Uint8Array(capacity + used);
    this.length = used;
  }

  /** What a column needs beside its values: headers, lengths, places for values to begin at. */
  static readonly columnRoom = 4 * HEADER_ROOM;

  /** Where the bytes of a page go, so that the values behind `levelBytes` begin at a multiple of eight. */
  pageStart(levelBytes: number): number {
    const earliest = this.length + HEADER_ROOM + levelBytes;
    return Math.ceil(earliest / 8) * 8 - levelBytes;
  }

  /**
   * Puts the header before the bytes of a page, from its start on.
   *
   * @param isFollowing whether the page goes on a column chunk: then it is moved to follow without a gap, which readers demand
   * @param headerOf the header, from the page's CRC-32
   * @returns where the header begins
   */
  endPage(start: number, end: number, isFollowing: boolean, headerOf: (crc: number) => number[]): number {
    const header = headerOf(crc32(this.bytes.subarray(start, end)));
    const headerAt = isFollowing ? this.length : start - header.length;
    this.bytes.fill(0, this.length, headerAt);
    this.bytes.set(header, headerAt);
    if (isFollowing) this.bytes.copyWithin(headerAt + header.length, start, end);
    this.length = headerAt + header.length + end - start;
    return headerAt;
  }

  /** Zeros up to a multiple of eight. */
  pad(): void {
    const end = Math.ceil(this.length / 8) * 8;
    this.bytes.fill(0, this.length, end);
    this.length = end;
  }

  /** Writes some bytes; gives where they end. */
  put(at: number, bytes: ArrayLike<number>): number {
    this.bytes.set(bytes, at);
    return at + bytes.length;
  }

  /** Writes a 32-bit number, the lowest byte first; gives where it ends. */
  putLength(at: number, length: number): number {
    this.bytes[at] = length;
    this.bytes[at + 1] = length >>> 8;
    this.bytes[at + 2] = length >>> 16;
    this.bytes[at + 3] = length >>> 24;
    return at + 4;
  }
}

/** Which rows of a group have a value. */
export interface Presence {
  /** 1 for a row with a value, 0 for one without. */
  readonly levels: Uint8Array;
  readonly present: number;
}

/** Bytes that {@link putLevels} writes. */
export function levelBytes({ levels, present }: Presence): number {
  const count = levels.length;
  if (present === 0 || present === count) return 4 + varint(count * 2).length + 1;
  const groups = Math.ceil(count / 8);
  return 4 + varint(groups * 2 + 1).length + groups;
}

/**
 * Definition levels of an optional column: one run where all rows are alike, else a bit a row. Gives where they end.
 *
 * Source: parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 */
export function putLevels(buffer: PageBuffer, start: number, presence: Presence): number {
  const { levels, present } = presence;
  const count = levels.length;
  const at = buffer.putLength(start, levelBytes(presence) - 4);
  if (present === 0 || present === count) return buffer.put(at, [...varint(count * 2), present === 0 ? 0 : 1]);
  return packBits(levels, count, buffer.bytes, buffer.put(at, varint(Math.ceil(count / 8) * 2 + 1)));
}

/** A bit each of values that are 0 or 1, the lowest bit first; gives where they end. */
export function packBits(values: Uint8Array, count: number, target: Uint8Array, start: number): number {
  let at = start;
  for (let i = 0; i < count; i += 8) {
    let byte = 0;
    for (let bit = 0; bit < 8 && i + bit < count; bit++) byte |= (values[i + bit] as number) << bit;
    target[at++] = byte;
  }
  return at;
}
