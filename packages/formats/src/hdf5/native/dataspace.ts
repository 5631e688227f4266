import type { Cursor } from "./cursor.js";
import { Damage, requireSound } from "./damage.js";

export interface Dataspace {
  /** `[]` for a scalar; null for a null dataspace. */
  readonly shape: readonly number[] | null;
  /** How far each axis may grow; null where there is no end. */
  readonly maxShape: readonly (number | null)[];
}

/** Source: H5S_MAX_RANK in H5Spublic.h */
export const MAX_RANK = 32;

/** Source: File Format Specification 3.0, IV.A.2.b "The Dataspace Message" */
export function parseDataspace(cursor: Cursor): Dataspace {
  const version = cursor.u8();
  const rank = cursor.u8();
  const flags = cursor.u8();
  requireSound(rank <= MAX_RANK, `a dataspace has ${rank} axes`);
  if (version === 1) cursor.skip(5);
  else if (version !== 2) throw new Damage(`a dataspace has version ${version}`);
  else {
    const type = cursor.u8();
    requireSound(type <= 2, `a dataspace has type ${type}`);
    if (type === 2) return { shape: null, maxShape: [] };
    requireSound(type === 1 || rank === 0, "a scalar has axes");
  }
  const shape = Array.from({ length: rank }, () => cursor.length());
  const maxShape = flags & 1 ? shape.map((length) => readMax(cursor, length)) : shape;
  const count = shape.reduce((product, length) => product * length, 1);
  requireSound(Number.isSafeInteger(count), "a dataspace has more elements than can be counted");
  return { shape, maxShape };
}

/** All ones stand for no end. */
function readMax(cursor: Cursor, length: number): number | null {
  const width = cursor.lengthBytes;
  const bytes = cursor.take(width);
  if (bytes.every((byte) => byte === 0xff)) return null;
  cursor.position -= width;
  const max = cursor.length();
  requireSound(max >= length, "an axis is longer than it may become");
  return max;
}
