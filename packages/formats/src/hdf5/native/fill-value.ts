import type { Cursor } from "./cursor.js";
import { requireSound } from "./damage.js";

/** A fill value that is never written is not read either: HDF5 leaves the memory as it is. */
const NEVER = 1;

/**
 * The bytes of the element that stands where nothing was written; `undefined` for zeros.
 *
 * Source: File Format Specification 3.0, IV.A.2.f "The Fill Value Message". `H5D_fill_time_t`: 0 on allocation, 1 never, 2 if set
 */
export function parseFill(cursor: Cursor): Uint8Array | undefined {
  const version = cursor.u8();
  requireSound(version >= 1 && version <= 3, `a fill value has version ${version}`);
  if (version === 3) {
    const flags = cursor.u8();
    const isNever = ((flags >> 2) & 3) === NEVER;
    if ((flags & 0x20) === 0) return undefined;
    return take(cursor, isNever);
  }
  cursor.skip(1);
  const isNever = cursor.u8() === NEVER;
  const isDefined = cursor.u8() !== 0;
  if (version === 2 && !isDefined) return undefined;
  return take(cursor, isNever);
}

/** Source: IV.A.2.e "The Data Storage - Fill Value (Old) Message" */
export function parseOldFill(cursor: Cursor): Uint8Array | undefined {
  return take(cursor, false);
}

function take(cursor: Cursor, isNever: boolean): Uint8Array | undefined {
  const size = cursor.u32();
  if (size === 0 || size === 0xffffffff) return undefined;
  const bytes = cursor.take(size);
  return isNever || bytes.every((byte) => byte === 0) ? undefined : bytes;
}
