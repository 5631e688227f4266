import {
  type ByteStore,
  type CallOptions,
  FormatError,
  NotFoundError,
  QueryError,
  SchemaError,
} from "@crossprobe/core";

const DAMAGED = "fetch the file again and compare its size and digest with the source's; report it if they agree";

/** The full URL of a key, for messages. */
export function urlOf(store: ByteStore, key: string): string {
  return store.url + key;
}

/** Bytes that cannot be what the file says they are. */
export function damaged(format: string, url: string, at: string | number, says: string, cause?: unknown): FormatError {
  const place = typeof at === "number" ? `byte ${at}` : at;
  return new FormatError(`${url} (${place}): ${says}`, { format, url, at, cause, hint: DAMAGED });
}

/** Metadata of a shape that is not known here. */
export function unknownShape(url: string, says: string, hint?: string): SchemaError {
  return new SchemaError(`${url}: ${says}`, {
    url,
    hint: hint ?? "see whether the file was edited, or report its origin",
  });
}

/**
 * A small file, whole.
 *
 * @param limit most bytes that such a file may have
 * @throws {@link NotFoundError} when there is none; {@link FormatError} when it is larger
 */
export async function readSmallFile(
  store: ByteStore,
  key: string,
  { format, limit, hint }: { readonly format: string; readonly limit: number; readonly hint: string },
  options: CallOptions,
): Promise<Uint8Array> {
  const url = urlOf(store, key);
  const size = await store.size(key, options);
  if (size === undefined) throw new NotFoundError(`there is no ${url}`, { hint });
  if (size > limit) throw damaged(format, url, limit, `it has ${size} bytes, a ${format} file has ${limit} at most`);
  const bytes = await store.read(key, options);
  if (bytes === undefined) throw new NotFoundError(`there is no ${url}`, { hint });
  return bytes;
}

/** @throws {@link QueryError} unless `[start, stop)` lies within `count` samples */
export function checkSamples([start, stop]: readonly [number, number], count: number, url: string): void {
  if (Number.isInteger(start) && Number.isInteger(stop) && 0 <= start && start <= stop && stop <= count) return;
  throw new QueryError(`samples ${start} to ${stop} are not within the ${count} samples of ${url}`, {
    hint: "samples are counted from 0, the last one excluded",
  });
}
