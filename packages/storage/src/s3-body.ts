import type { StallWatch } from "./stall-watch.js";

/** The bytes of a stream, in an array of their own; as many as came, whatever was announced. Aborting ends the stream. */
export async function bodyOfStream(
  stream: ReadableStream | undefined,
  announced: number | undefined,
  watch: StallWatch,
): Promise<Uint8Array> {
  if (stream === undefined) return new Uint8Array(0);
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.getReader();
  const { signal } = watch;
  // Whatever the transport makes of its own signal.
  const onAbort = () => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const { done, value } = await reader.read();
      // A cancelled stream ends as if it were complete.
      signal.throwIfAborted();
      if (done) break;
      watch.restart(value.byteLength);
      pieces.push(value);
      length += value.byteLength;
      if (announced !== undefined && length > announced) break;
    }
    return joined(pieces, length);
  } finally {
    signal.removeEventListener("abort", onAbort);
    void reader.cancel().catch(() => undefined);
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  for (const piece of pieces) {
    bytes.set(piece, filled);
    filled += piece.byteLength;
  }
  return bytes;
}
