import { QueryError } from "@crossprobe/core";

/** Largest answer of one read. */
const MAX_READ_BYTES = 256 * 2 ** 20;

/** @throws {@link QueryError} when the answer of one read would be above 256 MiB; `what` it would hold, in the plural */
export function checkReadBytes(bytes: number, what: string): void {
  if (bytes <= MAX_READ_BYTES) return;
  throw new QueryError(`${what} are ${Math.ceil(bytes / 2 ** 20)} MiB, above the 256 MiB of one read`, {
    hint: "read shorter pieces one after the other",
  });
}
