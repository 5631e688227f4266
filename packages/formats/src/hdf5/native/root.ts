import { Cursor } from "./cursor.js";
import { Damage, requireSound } from "./damage.js";
import type { FileFrame } from "./file-bytes.js";
import { requireChecksum } from "./lookup3.js";
import { NotCovered } from "./not-covered.js";

export interface Root extends FileFrame {
  /** Address of the root group's object header. */
  readonly root: number;
}

/**
 * Where the root group is, and how addresses are written.
 *
 * HDF5 counts addresses from the superblock, whatever base address it names (`H5F__super_read`).
 *
 * Source: File Format Specification 3.0, II.A "Disk Format: Level 0A"
 *
 * @param head the first bytes of the file, with the superblock at `offset`
 */
export function readRoot(head: Uint8Array, offset: number): Root {
  const bytes = head.subarray(offset);
  const version = bytes[8] ?? 0;
  const isOld = version < 2;
  const widths = { offsets: bytes[isOld ? 13 : 9] ?? 0, lengths: bytes[isOld ? 14 : 10] ?? 0 };
  for (const width of [widths.offsets, widths.lengths]) {
    requireSound([2, 4, 8, 16, 32].includes(width), `the superblock has addresses or lengths of ${width} bytes`);
    if (width > 8) throw new NotCovered(`addresses of ${width} bytes`);
  }
  const frame = { base: offset, widths };
  if (isOld) {
    const cursor = new Cursor(bytes, widths, version === 0 ? 24 : 28);
    // Base, free space, end of file, driver information; then the root's symbol table entry, which begins with its name.
    cursor.skip(4 * widths.offsets + widths.offsets);
    return { ...frame, root: cursor.requireAddress("the root group") };
  }
  if (version > 3) throw new Damage(`the superblock has version ${version}`);
  const length = 12 + 4 * widths.offsets;
  requireChecksum(bytes.subarray(0, length + 4), "the superblock");
  if (version === 3 && (bytes[11] ?? 0) !== 0) throw new NotCovered("a file that is marked as being written");
  const cursor = new Cursor(bytes, widths, 12 + 3 * widths.offsets);
  return { ...frame, root: cursor.requireAddress("the root group") };
}
