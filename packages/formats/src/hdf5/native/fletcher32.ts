import { Damage } from "./damage.js";

/** Sums are folded after this many words, before they leave 32 bits. Source: `H5_checksum_fletcher32` in H5checksum.c */
const FOLD_WORDS = 360;

/** Fletcher's checksum as HDF5 computes it: over big-endian words of 16 bits, a last odd byte as the upper half of one. */
export function fletcher32(bytes: Uint8Array): number {
  let low = 0;
  let high = 0;
  let at = 0;
  const even = bytes.length - (bytes.length % 2);
  while (at < even) {
    const end = Math.min(even, at + 2 * FOLD_WORDS);
    for (; at < end; at += 2) {
      low += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      high += low;
    }
    low = fold(low);
    high = fold(high);
  }
  if (even < bytes.length) {
    low = fold(low + ((bytes[even] ?? 0) << 8));
    high = fold(high + low);
  }
  return ((fold(high) << 16) | fold(low)) >>> 0;
}

function fold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}

/**
 * The bytes before the checksum that ends them.
 *
 * HDF5 before 1.6.3 swapped the bytes of both halves on little-endian machines; that is accepted as HDF5 accepts it.
 */
export function withoutChecksum(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - 4;
  if (end < 0) throw new Damage("a chunk is too short for its checksum");
  const content = bytes.subarray(0, end);
  const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end, true);
  const sum = fletcher32(content);
  const swapped = (((sum & 0x00ff00ff) << 8) | ((sum >>> 8) & 0x00ff00ff)) >>> 0;
  if (stored !== sum && stored !== swapped) throw new Damage("the checksum of a chunk is wrong");
  return content;
}
