/** NumPy's array files (`.npy`). Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */

import { type ByteStore, type CallOptions, FormatError, type NumericArray, QueryError } from "@crossprobe/core";
import { toCOrder } from "./npy/c-order.js";
import { decodeElements } from "./npy/elements.js";
import { headerLengthOf, type NpyHeader, parseNpyHeader } from "./npy/header.js";
import { urlOf } from "./place.js";

export { encodeNpy, encodeNpyHeader } from "./npy/encode.js";
export type { NpyHeader } from "./npy/header.js";

/** An array of an npy file, in C order whatever the file's order was. */
export interface NpyArray {
  /** NumPy's own type string as the file states it: `<f8`, `>i2`, `|b1`, `<U12`. */
  readonly dtype: string;
  /** Lengths of the axes; `[]` for a single value. */
  readonly shape: readonly number[];
  /** One element an entry. 64-bit integers come as `Float64Array` (exact, checked), bool as `Uint8Array` of 0 and 1. */
  readonly data: NumericArray | readonly string[];
}

/** Enough for the header of any plain array: one read gives header and, of small files, everything. */
const FIRST_READ_BYTES = 1024;

/**
 * The array of an npy file.
 *
 * Reads the file whole. Fortran order is rearranged; big-endian values are swapped.
 *
 * Absent: `undefined` when the store has no such key. NaN is what the file says.
 *
 * @throws {@link FormatError} when the file is cut, its header disagrees with its length, its type is not supported
 *   (objects, records, times, complex and extended floats), or a 64-bit integer is too large to be exact
 * @example
 * const times = await readNpy(store, "alf/spikes.times.npy", { signal });
 */
export async function readNpy(store: ByteStore, key: string, options: CallOptions = {}): Promise<NpyArray | undefined> {
  const bytes = await store.read(key, options);
  return bytes === undefined ? undefined : parseNpy(bytes, urlOf(store, key));
}

/** The array in bytes that are already in hand. `url` is for messages. @throws FormatError as {@link readNpy} */
export function parseNpy(bytes: Uint8Array, url: string): NpyArray {
  const header = parseNpyHeader(bytes, url);
  const expected = header.dataOffset + header.count * header.itemSize;
  if (bytes.byteLength !== expected) throw wrongSize(header, bytes.byteLength, url);
  const data = decodeElements(bytes.subarray(header.dataOffset), header, header.dataOffset, url);
  return toArray(header, header.shape, header.fortranOrder ? toCOrder(data, header.shape) : data);
}

/** Type, shape and order of an npy file. Reads its first kilobyte, and more only for a longer header. */
export async function readNpyHeader(
  store: ByteStore,
  key: string,
  options: CallOptions = {},
): Promise<NpyHeader | undefined> {
  const url = urlOf(store, key);
  const first = await store.read(key, { ...options, range: { offset: 0, length: FIRST_READ_BYTES } });
  if (first === undefined) return undefined;
  const needed = headerLengthOf(first, url);
  if (needed <= first.byteLength || first.byteLength < FIRST_READ_BYTES) return parseNpyHeader(first, url);
  const whole = await store.read(key, { ...options, range: { offset: 0, length: needed } });
  return whole === undefined ? undefined : parseNpyHeader(whole, url);
}

/**
 * Some rows (entries of the first axis) of an npy file.
 *
 * Reads the header and the bytes of those rows. An array of two and more axes in Fortran order has no contiguous rows: it is
 * read whole.
 *
 * @param rows `[start, stop)` within the first axis
 * @throws {@link QueryError} when the rows lie outside the array, or it has no axes
 */
export async function readNpyRows(
  store: ByteStore,
  key: string,
  rows: readonly [start: number, stop: number],
  options: CallOptions = {},
): Promise<NpyArray | undefined> {
  const url = urlOf(store, key);
  const header = await readNpyHeader(store, key, options);
  if (header === undefined) return undefined;
  const [start, stop] = checkRows(rows, header, url);
  const rowShape = header.shape.slice(1);
  const rowCount = rowShape.reduce((product, length) => product * length, 1);
  const shape = [stop - start, ...rowShape];
  if (header.fortranOrder && header.shape.length > 1) {
    const whole = await readNpy(store, key, options);
    return whole && { ...whole, shape, data: whole.data.slice(start * rowCount, stop * rowCount) };
  }
  const offset = header.dataOffset + start * rowCount * header.itemSize;
  const length = (stop - start) * rowCount * header.itemSize;
  const bytes = await store.read(key, { ...options, range: { offset, length } });
  if (bytes === undefined) return undefined;
  if (bytes.byteLength !== length) throw wrongSize(header, offset + bytes.byteLength, url);
  const part = { ...header, shape, count: (stop - start) * rowCount };
  return toArray(header, shape, decodeElements(bytes, part, offset, url));
}

function toArray(header: NpyHeader, shape: readonly number[], data: NpyArray["data"]): NpyArray {
  return { dtype: header.dtype, shape, data };
}

function checkRows(
  [start, stop]: readonly [number, number],
  header: NpyHeader,
  url: string,
): readonly [number, number] {
  const rowCount = header.shape[0];
  if (rowCount === undefined) throw new QueryError(`${url} holds a single value, which has no rows.`);
  if (Number.isInteger(start) && Number.isInteger(stop) && 0 <= start && start <= stop && stop <= rowCount) {
    return [start, stop];
  }
  throw new QueryError(`Rows ${start} to ${stop} are not within the ${rowCount} rows of ${url}.`, {
    hint: "Rows are counted from 0, the last one excluded.",
  });
}

function wrongSize(header: NpyHeader, actual: number, url: string): FormatError {
  const expected = header.dataOffset + header.count * header.itemSize;
  const shape = `(${header.shape.join(", ")})`;
  const message = `${url} is ${actual} bytes long, but its header (${header.dtype}, shape ${shape}) says ${expected}.`;
  return new FormatError(message, {
    format: "npy",
    url,
    at: Math.min(actual, expected),
    hint: actual < expected ? "It may have been cut while it was copied: fetch it again." : undefined,
  });
}
