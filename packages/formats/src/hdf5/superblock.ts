/** What the first bytes of an HDF5 file say about it. */
export interface Superblock {
  /** Where the superblock is; what lies before is the user's own. */
  readonly offset: number;
  readonly version: number;
  /** One past the last byte that the file should have; undefined for a version that we do not know. */
  readonly endOfFile: number | undefined;
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Finds the superblock: at 0, 512, 1024, 2048 … as far as the bytes go; `undefined` if it is not there.
 *
 * Source: HDF5 File Format Specification 3.0, II.A "Disk Format: Level 0A". The end-of-file address counts from byte 0, user
 * block included (checked by HDF5 itself in `H5F__super_read`).
 */
export function findSuperblock(head: Uint8Array): Superblock | undefined {
  for (let offset = 0; offset + 48 <= head.length; offset = offset === 0 ? 512 : offset * 2) {
    if (SIGNATURE.every((byte, i) => head[offset + i] === byte)) return readSuperblock(head.subarray(offset), offset);
  }
  return undefined;
}

function readSuperblock(bytes: Uint8Array, offset: number): Superblock {
  const version = bytes[8] ?? 0;
  const place = placeOfEnd(bytes, version);
  return { offset, version, endOfFile: place && readAddress(bytes, place.at, place.size) };
}

/** Versions 0 and 1: base, free space, end; version 1 has four bytes more before them. Versions 2 and 3: base, extension, end. */
function placeOfEnd(bytes: Uint8Array, version: number): { at: number; size: number } | undefined {
  if (version === 0 || version === 1) {
    const size = bytes[13] ?? 0;
    return { at: (version === 0 ? 24 : 28) + 2 * size, size };
  }
  if (version !== 2 && version !== 3) return undefined;
  const size = bytes[9] ?? 0;
  return { at: 12 + 2 * size, size };
}

function readAddress(bytes: Uint8Array, at: number, size: number): number | undefined {
  if (![2, 4, 8].includes(size) || at + size > bytes.length) return undefined;
  let address = 0;
  for (let i = size - 1; i >= 0; i--) address = address * 256 + (bytes[at + i] ?? 0);
  // All ones means "undefined address".
  return address >= 256 ** size - 1 ? undefined : address;
}
