import type { Cursor } from "./cursor.js";
import { requireSound } from "./damage.js";
import { requireCovered } from "./not-covered.js";

/**
 * Where the body of a shared message is: in the header of a committed object.
 *
 * Source: File Format Specification 3.0, IV.A.2 "Shared Message"
 *
 * @throws {@link NotCovered} for one in the heap of shared messages
 */
export function parseShared(cursor: Cursor): { readonly committedAt: number } {
  const version = cursor.u8();
  const type = cursor.u8();
  requireSound(version >= 1 && version <= 3, `a shared message has version ${version}`);
  requireCovered(version < 3 || type === 2, "a message in the heap of shared messages");
  if (version === 1) cursor.skip(6);
  return { committedAt: cursor.requireAddress("a shared message") };
}
