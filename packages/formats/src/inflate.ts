/** Deflated bytes, the one place where they are undone. Format: RFC 1950 (zlib) and RFC 1951 (deflate). */

/** Most bytes that one byte of deflated data stands for. Source: https://zlib.net/zlib_tech.html, "Maximum Compression Factor" */
const MAX_RATIO = 1032;

/** Below this a thread costs more than it saves. Measured: 64 KB of float32 takes 85 µs at once, 96 µs on four threads of two cores. */
const ASYNC_BYTES = 64 << 10;

/** Node's own zlib, where there is one. */
const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");

/** `zlib`: with header and checksum; `raw`: neither, as in ZIP archives. */
export type DeflateForm = "zlib" | "raw";

/** What deflated bytes are not: says why, without a place, which callers add. */
export class InflateError extends Error {}

/**
 * The `length` bytes that deflated data stands for.
 *
 * Takes memory for one byte more than that at most: data that stand for more are stopped there, and lengths that so few bytes
 * cannot stand for are refused before anything is taken.
 *
 * @param length from elsewhere in the file: a directory, the shape of a chunk
 * @throws {@link InflateError} when the data do not decode, or stand for more or less
 */
export async function inflate(bytes: Uint8Array, length: number, form: DeflateForm = "zlib"): Promise<Uint8Array> {
  if (length > (bytes.length + 64) * MAX_RATIO) {
    throw new InflateError(
      `${bytes.length} bytes cannot stand for ${length}, which is more than ${MAX_RATIO} times as many`,
    );
  }
  const { buffer, byteOffset, byteLength } = await (zlib === undefined
    ? inflateOnWeb(bytes, length, form)
    : inflateInNode(zlib, bytes, length, form));
  if (byteLength === length) return new Uint8Array(buffer, byteOffset, byteLength);
  throw new InflateError(
    byteLength > length
      ? `it stands for more than ${length} bytes`
      : `it stands for ${byteLength} bytes instead of ${length}`,
  );
}

type Zlib = NonNullable<typeof zlib>;

/** One byte of room more than needed: an output buffer that is filled makes zlib ask for another. */
function inflateInNode(
  zlib: Zlib,
  bytes: Uint8Array,
  length: number,
  form: DeflateForm,
): Uint8Array | Promise<Uint8Array> {
  const options = { chunkSize: Math.max(64, length + 1), maxOutputLength: length + 1 };
  const toError = (error: unknown) => new InflateError(reasonOf(error, length), { cause: error });
  if (length < ASYNC_BYTES) {
    try {
      return form === "raw" ? zlib.inflateRawSync(bytes, options) : zlib.inflateSync(bytes, options);
    } catch (error) {
      throw toError(error);
    }
  }
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Uint8Array) =>
      error === null ? resolve(result) : reject(toError(error));
    if (form === "raw") zlib.inflateRaw(bytes, options, done);
    else zlib.inflate(bytes, options, done);
  });
}

async function inflateOnWeb(bytes: Uint8Array, length: number, form: DeflateForm): Promise<Uint8Array> {
  const inflated = new Uint8Array(length);
  let done = 0;
  try {
    const format = form === "raw" ? "deflate-raw" : "deflate";
    const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream(format));
    for (const reader = stream.getReader(); ; ) {
      const { value } = await reader.read();
      if (value === undefined) return inflated.subarray(0, done);
      if (done + value.length > length) {
        await reader.cancel();
        throw new InflateError(`it stands for more than ${length} bytes`);
      }
      inflated.set(value, done);
      done += value.length;
    }
  } catch (error) {
    throw error instanceof InflateError ? error : new InflateError(reasonOf(error, length), { cause: error });
  }
}

function reasonOf(error: unknown, length: number): string {
  if (error instanceof RangeError) return `it stands for more than ${length} bytes`;
  return `inflate() failed: ${error instanceof Error ? error.message : String(error)}`;
}
