import { type ByteStore, type CallOptions, FormatError } from "@crossprobe/core";
import { urlOf } from "../place.js";

/** What the decoder reads from: a length, and slices. */
export interface RangeFile {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** Kept in memory from the first read of the file's end: most footers fit, and small files whole. */
const TAIL_BYTES = 512 * 1024;
/** Magic, footer length, magic. */
const SMALLEST_FILE_BYTES = 12;

/**
 * A file as byte ranges of a store. The last 512 KiB are read once and kept; slices within them read nothing more.
 *
 * @throws {@link FormatError} when a slice lies outside the file or comes back short, or the file is too small to be one
 */
export async function openRanges(store: ByteStore, key: string, options: CallOptions): Promise<RangeFile | undefined> {
  const size = await store.size(key, options);
  return size === undefined ? undefined : rangesOf(store, key, size, options);
}

/** The same for a file whose size is known. */
export function rangesOf(store: ByteStore, key: string, size: number, options: CallOptions): RangeFile {
  const url = urlOf(store, key);
  const fail = (reason: string, at: number): FormatError =>
    new FormatError(`${url} is no readable Parquet file: ${reason}.`, { format: "parquet", url, at });
  if (size < SMALLEST_FILE_BYTES) throw fail(`it has only ${size} bytes`, 0);

  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    const bytes = await store.read(key, { ...options, range: { offset: start, length: end - start } });
    if (bytes?.byteLength !== end - start) throw fail(`bytes ${start} to ${end} are not there`, start);
    return toOwnBuffer(bytes);
  };
  const tailStart = Math.max(0, size - TAIL_BYTES);
  let tail: Promise<ArrayBuffer> | undefined;

  return {
    byteLength: size,
    async slice(start, end = size) {
      if (!(start >= 0 && start <= end && end <= size))
        throw fail(`it points to bytes ${start} to ${end} of ${size}`, start);
      if (start < tailStart) return read(start, end);
      tail ??= read(tailStart, size);
      return (await tail).slice(start - tailStart, end - tailStart);
    },
  };
}

function toOwnBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer } = bytes;
  const isWhole = buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength;
  return isWhole ? buffer : new Uint8Array(bytes).buffer;
}
