/** Node's own zlib, where there is one. */
const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");

/**
 * The bytes that a deflated piece stands for; never holds more than one byte beyond `length`.
 *
 * @throws Error saying why, when it does not decode or stands for more
 */
export async function inflateRaw(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  return zlib === undefined ? inflateOnWeb(bytes, length) : inflateInNode(zlib, bytes, length);
}

type Zlib = NonNullable<typeof zlib>;

function inflateInNode(zlib: Zlib, bytes: Uint8Array, length: number): Promise<Uint8Array> {
  const options = { maxOutputLength: length + 1 };
  return new Promise((resolve, reject) => {
    zlib.inflateRaw(bytes, options, (error, result) =>
      error === null ? resolve(new Uint8Array(result.buffer, result.byteOffset, result.byteLength)) : reject(error),
    );
  });
}

async function inflateOnWeb(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  const inflated = new Uint8Array(length);
  let done = 0;
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  for (const reader = stream.getReader(); ; ) {
    const { value } = await reader.read();
    if (value === undefined) return inflated.subarray(0, done);
    if (done + value.length > length) {
      await reader.cancel();
      throw new Error(`it stands for more than ${length} bytes`);
    }
    inflated.set(value, done);
    done += value.length;
  }
}
