import type { PackValue } from "@crossprobe/formats/parquet";

/** Value of a hexadecimal digit by its character code; 255 for any other. */
const DIGITS = new Uint8Array(256).fill(255);
for (let i = 0; i < 16; i++) {
  DIGITS[i.toString(16).charCodeAt(0)] = i;
  DIGITS[i.toString(16).toUpperCase().charCodeAt(0)] = i;
}
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const DASH = 0x2d;
const UUID_LETTERS = 36;

/** Packs the text of a UUID, in any case, into 16 bytes. */
export const packUuid: PackValue = (source, start, end, target, at) => {
  let from = start;
  if (end - start !== UUID_LETTERS) throw new Error(`a value of ${end - start} letters is no UUID`);
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) {
      if (source[from++] !== DASH) throw new Error("a UUID has its dashes elsewhere");
    }
    const high = DIGITS[source[from++] as number] as number;
    const low = DIGITS[source[from++] as number] as number;
    if (high === 255 || low === 255) throw new Error("a UUID has a letter that is no hexadecimal digit");
    target[at + i] = high * 16 + low;
  }
  return true;
};

/** Packs 32 hexadecimal digits into 16 bytes; any other text counts as absent. */
export const packDigest: PackValue = (source, start, end, target, at) => {
  if (end - start !== 32) return false;
  for (let i = 0; i < 16; i++) {
    const high = DIGITS[source[start + 2 * i] as number] as number;
    const low = DIGITS[source[start + 2 * i + 1] as number] as number;
    if (high === 255 || low === 255) {
      target.fill(0, at, at + i);
      return false;
    }
    target[at + i] = high * 16 + low;
  }
  return true;
};

/** 16 bytes as 32 hexadecimal digits. */
export function digestAt(bytes: Uint8Array, at: number): string {
  let text = "";
  for (let i = at; i < at + 16; i++) text += HEX[bytes[i] as number];
  return text;
}

/** 16 bytes as a UUID, in lower case. */
export function uuidAt(bytes: Uint8Array, at: number): string {
  let text = "";
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
    text += HEX[bytes[at + i] as number];
  }
  return text;
}

/** The bytes of a UUID; undefined for a text that is none. */
export function uuidBytes(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return undefined;
  const bytes = new Uint8Array(16);
  packUuid(new TextEncoder().encode(text), 0, UUID_LETTERS, bytes, 0);
  return bytes;
}

/**
 * A UUID as the pair of signed 64-bit integers of older tables, and back with {@link uuidOfPair}.
 *
 * Source: `iblutil.io.parquet.str2np`: the 16 bytes as two little-endian integers.
 */
export function pairOfUuid(text: string): readonly [bigint, bigint] | undefined {
  const bytes = uuidBytes(text);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  return [view.getBigInt64(0, true), view.getBigInt64(8, true)];
}

/** Source: `iblutil.io.parquet.np2str`. */
export function uuidOfPair([first, second]: readonly [bigint, bigint]): string {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigInt64(0, first, true);
  view.setBigInt64(8, second, true);
  return uuidAt(new Uint8Array(view.buffer), 0);
}

/** Order of two ids of 16 bytes: that of their texts. */
export function compareIds(bytes: Uint8Array, a: number, b: number): number {
  for (let i = 0; i < 16; i++) {
    const difference = (bytes[a * 16 + i] as number) - (bytes[b * 16 + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
