/** Whether files are whole by what their own formats say, found by looking at their ends. */

import { type ByteStore, type CallOptions, isDataError } from "@crossprobe/core";
import { findSuperblock } from "./hdf5/superblock.js";
import { readNpyHeader } from "./npy.js";
import { readParquetSchema } from "./parquet.js";
import { readZipDirectory } from "./zip/directory.js";

/** Enough for every mark, and for a superblock behind a user block of up to 4 KiB. */
const HEAD_BYTES = 8192;

type Check = (store: ByteStore, key: string, head: Uint8Array, options: CallOptions) => Promise<boolean | undefined>;

/** By the first bytes, in hexadecimal. */
const CHECKS: readonly (readonly [mark: RegExp, check: Check])[] = [
  [/^934e554d5059/, isWholeNpy],
  [/^50415231/, isWholeParquet],
  [/^504b0(304|506)/, isWholeZip],
  // Behind a user block the mark is further on.
  [/^/, isWholeHdf5],
];

/**
 * Whether a file is as long as its own structure says, or ends as files of its kind do: npy by header and length, HDF5 by the end-of-file
 * address of its superblock, Parquet by its footer, ZIP by end record and directory. What lies between is not looked at. Reads a few
 * kilobytes, of Parquet and ZIP the index at the end.
 *
 * `false` when it contradicts itself, such as a file that was cut.
 *
 * Absent: `undefined` where there is no such key, for other formats and for variants that are not read (ZIP64).
 *
 * Source: NumPy's format description; HDF5 File Format Specification 3.0, II.A; parquet-format, "File format"; PKWARE APPNOTE 4.3.
 *
 * @example
 * const isWhole = await hasWholeStructure(store, "alf/spikes.times.npy", { signal });
 */
export async function hasWholeStructure(
  store: ByteStore,
  key: string,
  options: CallOptions = {},
): Promise<boolean | undefined> {
  const head = await store.read(key, { ...options, range: { offset: 0, length: HEAD_BYTES } });
  if (head === undefined) return undefined;
  const mark = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const check = CHECKS.find(([pattern]) => pattern.test(mark))?.[1];
  try {
    return await check?.(store, key, head, options);
  } catch (error) {
    if (isDataError(error, "format")) return false;
    if (isDataError(error, "unsupported") || isDataError(error, "schema")) return undefined;
    throw error;
  }
}

async function isWholeNpy(
  store: ByteStore,
  key: string,
  _head: Uint8Array,
  options: CallOptions,
): Promise<boolean | undefined> {
  const header = await readNpyHeader(store, key, options);
  const size = await store.size(key, options);
  return header && size === header.dataOffset + header.count * header.itemSize;
}

async function isWholeParquet(
  store: ByteStore,
  key: string,
  _head: Uint8Array,
  options: CallOptions,
): Promise<boolean | undefined> {
  return (await readParquetSchema(store, key, options)) && true;
}

async function isWholeZip(
  store: ByteStore,
  key: string,
  _head: Uint8Array,
  options: CallOptions,
): Promise<boolean | undefined> {
  return (await readZipDirectory(store, key, options)) && true;
}

/** Bytes behind the end are allowed, and vouched for by nothing. */
async function isWholeHdf5(
  store: ByteStore,
  key: string,
  head: Uint8Array,
  options: CallOptions,
): Promise<boolean | undefined> {
  const end = findSuperblock(head)?.endOfFile;
  const size = await store.size(key, options);
  if (end === undefined || size === undefined || size > end) return undefined;
  return size === end;
}
