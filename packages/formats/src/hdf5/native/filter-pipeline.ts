import type { Filter } from "../filters.js";
import { type Cursor, toName } from "./cursor.js";
import { requireSound } from "./damage.js";

/** Source: H5Z_MAX_NFILTERS in H5Zpublic.h */
const MAX_FILTERS = 32;

/**
 * The filters of an array, in the order in which they were applied.
 *
 * Source: File Format Specification 3.0, IV.A.2.l "The Data Storage - Filter Pipeline Message"
 */
export function parseFilters(cursor: Cursor): Filter[] {
  const version = cursor.u8();
  const count = cursor.u8();
  requireSound(version === 1 || version === 2, `a filter pipeline has version ${version}`);
  requireSound(count <= MAX_FILTERS, `a filter pipeline has ${count} filters`);
  if (version === 1) cursor.skip(6);
  return Array.from({ length: count }, () => parseFilter(cursor, version));
}

function parseFilter(cursor: Cursor, version: number): Filter {
  const id = cursor.u16();
  const nameLength = version === 1 || id >= 256 ? cursor.u16() : 0;
  cursor.skip(2);
  const count = cursor.u16();
  const nameBytes = cursor.take(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
  const end = nameBytes.indexOf(0);
  const name = toName(end < 0 ? nameBytes : nameBytes.subarray(0, end));
  const cd_values = Array.from({ length: count }, () => cursor.u32());
  if (version === 1 && count % 2 === 1) cursor.skip(4);
  return { id, name, cd_values };
}
