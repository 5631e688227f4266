import type { Box } from "./box.js";
import { Failure } from "./failure.js";
import type { Hdf5Slice } from "./hdf5-file.js";

/** Most bytes of values that one read gives. */
export const READ_LIMIT_BYTES = 128 << 20;

/** An array that a read is asked of. */
export interface AskedArray {
  readonly path: string;
  readonly url: string;
  readonly shape: readonly number[];
}

/** The box that slices stand for. @throws {@link Failure} `query` when they do not fit the array */
export function boxOf({ path, url, shape }: AskedArray, slices: readonly Hdf5Slice[] | undefined): Box {
  if (slices === undefined) return { start: shape.map(() => 0), count: shape };
  if (slices.length !== shape.length) {
    const message = `${path} of ${url} has ${shape.length} axes; ${slices.length} slices were given`;
    throw new Failure("query", message, { at: path });
  }
  slices.forEach(([start, stop], axis) => {
    const length = shape[axis] ?? 0;
    if (Number.isInteger(start) && Number.isInteger(stop) && 0 <= start && start <= stop && stop <= length) return;
    const message = `${path} of ${url} has ${length} elements on axis ${axis}; asked for [${start}, ${stop})`;
    throw new Failure("query", message, { at: path });
  });
  return { start: slices.map(([start]) => start), count: slices.map(([start, stop]) => stop - start) };
}

/** @throws {@link Failure} `query` when a read of so many bytes is more than one read gives */
export function requireWithinLimit({ path, url }: AskedArray, bytes: number): void {
  if (bytes <= READ_LIMIT_BYTES) return;
  const message = `${path} of ${url} has ${bytes} bytes in the asked part; one read gives at most ${READ_LIMIT_BYTES}`;
  throw new Failure("query", message, { at: path, hint: "read it in parts, with `slices`" });
}
