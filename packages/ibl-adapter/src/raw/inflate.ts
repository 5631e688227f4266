/** Most bytes that one byte of deflated data stands for. Source: https://zlib.net/zlib_tech.html, "Maximum Compression Factor" */
const MAX_RATIO = 1032;

/** Node's own zlib, where there is one. */
const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");

/**
 * The `length` bytes that zlib data stands for; never holds more than one byte beyond them.
 *
 * @throws Error saying why, when it does not decode or stands for less or more
 */
export async function inflate(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  if (length > (bytes.length + 64) * MAX_RATIO) throw new Error(`${bytes.length} bytes cannot stand for ${length}`);
  const inflated = await (zlib === undefined ? inflateOnWeb(bytes, length) : inflateInNode(bytes, length));
  if (inflated.length !== length) throw new Error(`it stands for ${inflated.length} bytes instead of ${length}`);
  return inflated;
}

function inflateInNode(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  // One byte of room more than needed: an output buffer that is filled makes zlib ask for another.
  const options = { chunkSize: Math.max(64, length + 1), maxOutputLength: length + 1 };
  return new Promise((resolve, reject) => {
    zlib?.inflate(bytes, options, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

async function inflateOnWeb(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  const inflated = new Uint8Array(length);
  let done = 0;
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream("deflate"));
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
