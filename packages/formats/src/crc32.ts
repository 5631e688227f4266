/** Bytes that are taken in at once, with a table for each. */
const SLICES = 16;
/** Remainder of each byte, and of each byte followed by 1 to 15 zeros. */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++)
      remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    tables[byte] = remainder;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256] as number;
    tables[i] = (before >>> 8) ^ (tables[before & 0xff] as number);
  }
  return tables;
}

/** Remainders of the four bytes of a word, the first of which has `zeros` bytes behind it. */
function word(value: number, zeros: number): number {
  const at = zeros * 256;
  return (
    (TABLES[at + (value & 0xff)] as number) ^
    (TABLES[at - 256 + ((value >>> 8) & 0xff)] as number) ^
    (TABLES[at - 512 + ((value >>> 16) & 0xff)] as number) ^
    (TABLES[at - 768 + (value >>> 24)] as number)
  );
}

function byByte(remainder: number, bytes: Uint8Array, start: number, end: number): number {
  let next = remainder;
  for (let i = start; i < end; i++) next = (next >>> 8) ^ (TABLES[(next ^ (bytes[i] as number)) & 0xff] as number);
  return next;
}

/**
 * CRC-32 of some bytes, as ZIP, gzip and the pages of Parquet have it.
 *
 * Source: ISO 3309, the reversed polynomial 0xedb88320; by sixteen bytes at once ("slicing", Kounavis and Berry 2005), for
 * which the machine has to be little-endian, as all that run JavaScript are.
 */
export function crc32(bytes: Uint8Array): number {
  if (bytes.length < SLICES) return ~byByte(-1, bytes, 0, bytes.length) >>> 0;
  const start = -bytes.byteOffset & 3;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, (bytes.length - start) >>> 2);
  let remainder = byByte(-1, bytes, 0, start);
  let i = 0;
  for (; i + 4 <= words.length; i += 4) {
    remainder =
      word((words[i] as number) ^ remainder, 15) ^
      word(words[i + 1] as number, 11) ^
      word(words[i + 2] as number, 7) ^
      word(words[i + 3] as number, 3);
  }
  return ~byByte(remainder, bytes, start + i * 4, bytes.length) >>> 0;
}
