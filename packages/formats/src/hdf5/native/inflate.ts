import { Damage } from "./damage.js";

/** Most bytes that one byte of deflated data stands for. Source: https://zlib.net/zlib_tech.html, "Maximum Compression Factor" */
const MAX_RATIO = 1032;

/** Below this a thread costs more than it saves. Measured: 64 KB of float32 takes 85 µs at once, 96 µs on four threads of two cores. */
const ASYNC_BYTES = 64 << 10;

/** Node's own zlib, where there is one. */
const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");

/**
 * The `length` bytes that zlib data stands for.
 *
 * @throws {@link Damage} when it does not decode, or stands for less or more
 */
export async function inflate(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  if (length > (bytes.length + 64) * MAX_RATIO) throw new Damage("a chunk is too short for what it stands for");
  const inflated = zlib === undefined ? await inflateOnWeb(bytes, length) : await inflateInNode(zlib, bytes, length);
  if (inflated.length !== length) throw new Damage(`a chunk has ${inflated.length} bytes instead of ${length}`);
  return inflated;
}

type Zlib = NonNullable<typeof zlib>;

/** One byte of room more than needed: an output buffer that is filled makes zlib ask for another. */
function inflateInNode(zlib: Zlib, bytes: Uint8Array, length: number): Uint8Array | Promise<Uint8Array> {
  const options = { chunkSize: Math.max(64, length + 1), maxOutputLength: length + 1 };
  if (length < ASYNC_BYTES) {
    try {
      return zlib.inflateSync(bytes, options);
    } catch (error) {
      throw toDamage(error);
    }
  }
  return new Promise((resolve, reject) => {
    zlib.inflate(bytes, options, (error, result) => (error === null ? resolve(result) : reject(toDamage(error))));
  });
}

async function inflateOnWeb(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  const inflated = new Uint8Array(length);
  let done = 0;
  try {
    const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream("deflate"));
    for (const reader = stream.getReader(); ; ) {
      const { value } = await reader.read();
      if (value === undefined) return done === length ? inflated : inflated.subarray(0, done);
      if (done + value.length > length) {
        await reader.cancel();
        throw new Damage(`a chunk has more than ${length} bytes`);
      }
      inflated.set(value, done);
      done += value.length;
    }
  } catch (error) {
    throw toDamage(error);
  }
}

function toDamage(error: unknown): Damage {
  if (error instanceof Damage) return error;
  return new Damage(
    `a chunk does not decode: inflate() failed: ${error instanceof Error ? error.message : String(error)}`,
  );
}
