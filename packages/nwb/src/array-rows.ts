import { type CallOptions, type NumericArray, QueryError } from "@crossprobe/core";
import type { Hdf5ArrayInfo, Hdf5Data, Hdf5File, Hdf5Slice, Hdf5Values } from "@crossprobe/formats/hdf5";
import { emptyLike, isCompound, isNumeric } from "./hdf5-values.js";
import { nwbProblem } from "./problem.js";

/** Bytes of one HDF5 read at most; larger requests are put together from parts. */
const PART_BYTES = 32 * 2 ** 20;

/** Bytes of one request at most: above it, a caller should read ranges. */
export const REQUEST_BYTES = 2 ** 30;

/** The array at a path. @throws {@link FormatError} when there is none */
export async function requireArray(file: Hdf5File, path: string, options?: CallOptions): Promise<Hdf5ArrayInfo> {
  const found = await file.find(path, options);
  if (found?.kind === "array") return found;
  throw nwbProblem(file, path, found ? "A group stands where values should be" : "There are no values");
}

/** Rows (length of the first axis) of an array: 1 for a scalar, 0 for a null dataspace. */
export function rowCountOf(array: Hdf5ArrayInfo): number {
  return array.shape === null ? 0 : (array.shape[0] ?? 1);
}

/** Bytes of one row in memory; variable-length elements are counted as 16 bytes. */
export function rowBytes(array: Hdf5ArrayInfo): number {
  const cells = (array.shape ?? []).slice(1).reduce((product, length) => product * length, 1);
  return cells * Math.max(array.type.kind === "string" || array.type.size === 0 ? 16 : 4, array.type.size);
}

/**
 * Rows `[start, stop)` of an array, all of them if no range is given.
 *
 * @throws {@link QueryError} for a range outside the array, or above {@link REQUEST_BYTES}
 */
export async function readRows(
  file: Hdf5File,
  array: Hdf5ArrayInfo,
  rows: Hdf5Slice = [0, rowCountOf(array)],
  options?: CallOptions,
): Promise<Hdf5Data> {
  const [start, stop] = rows;
  checkRange(file, array, rows);
  const { shape } = array;
  if (shape === null || shape.length === 0) return file.read(array.path, options);
  const step = Math.max(1, Math.floor(PART_BYTES / Math.max(1, rowBytes(array))));
  const parts: Hdf5Data[] = [];
  let from = start;
  do {
    const to = Math.min(stop, from + step);
    const slices = shape.map((length, axis): Hdf5Slice => (axis === 0 ? [from, to] : [0, length]));
    parts.push(await file.read(array.path, { slices, signal: options?.signal }));
    from = to;
  } while (from < stop);
  return joinParts(parts, [stop - start, ...shape.slice(1)]);
}

function checkRange(file: Hdf5File, array: Hdf5ArrayInfo, [start, stop]: Hdf5Slice): void {
  const count = rowCountOf(array);
  const place = `${array.path} in ${file.url}`;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(stop) || start < 0 || stop < start || stop > count) {
    throw new QueryError(`Rows [${start}, ${stop}) are outside the ${count} rows of ${place}.`);
  }
  const bytes = (stop - start) * rowBytes(array);
  if (bytes > REQUEST_BYTES) {
    throw new QueryError(`${stop - start} rows of ${place} take ${Math.round(bytes / 2 ** 20)} MiB at once.`, {
      hint: `Read them in parts of at most ${REQUEST_BYTES / 2 ** 20} MiB.`,
    });
  }
}

function joinParts(parts: readonly Hdf5Data[], shape: readonly number[]): Hdf5Data {
  const [first] = parts;
  if (first === undefined) throw new QueryError("Nothing was read.");
  if (parts.length === 1) return { ...first, shape };
  return {
    values: joinValues(
      parts.map((part) => part.values),
      first.values,
    ),
    shape,
    type: first.type,
  };
}

function joinValues(parts: readonly Hdf5Values[], first: Hdf5Values): Hdf5Values {
  if (isNumeric(first)) return joinNumbers(parts.filter(isNumeric), first);
  if (isCompound(first)) {
    const compounds = parts.filter(isCompound);
    const fields = new Map<string, Hdf5Values>();
    for (const [name, values] of first.fields) {
      const field = compounds.map((part) => part.fields.get(name)).filter((part) => part !== undefined);
      fields.set(name, joinValues(field, values));
    }
    return { fields };
  }
  // A list of one element type: every part comes from the same array.
  return (parts as readonly (readonly never[])[]).flat();
}

/** Numbers of several arrays one after the other, in the element type of the first. */
export function joinNumbers(parts: readonly NumericArray[], first: NumericArray): NumericArray {
  const joined = emptyLike(
    first,
    parts.reduce((total, part) => total + part.length, 0),
  );
  let position = 0;
  for (const part of parts) {
    joined.set(part, position);
    position += part.length;
  }
  return joined;
}
