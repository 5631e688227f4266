import type { Readable } from "node:stream";
import type { StallWatch } from "./stall-watch.js";
import { isReused } from "./wide-agent.js";

/** How much may wait to be taken before the connection is asked to hold on, bytes. */
const QUEUED_BYTES = 4 * 1024 * 1024;

/** A piece that is worth a write of its own, bytes. */
const LONG_PIECE_BYTES = 256 * 1024;

/**
 * The pieces of a body in a queue of our own: a stream that breaks off drops what it has not handed out yet, and each of these bytes counts
 * where connections are short.
 */
export class BodyQueue {
  readonly #stream: Readable;
  readonly #watch: StallWatch;
  readonly #pieces: Uint8Array[] = [];
  #queued = 0;
  #end: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(stream: Readable, watch: StallWatch) {
    this.#stream = stream;
    this.#watch = watch;
    stream.on("data", (piece: unknown) => this.#add(piece));
    stream.on("end", () => this.#finish(undefined));
    stream.on("error", (error) => this.#finish(error));
    stream.on("close", () => this.#finish(new Error("the connection was closed before the end")));
    // Whatever the transport makes of its own signal.
    watch.signal.addEventListener("abort", () => stream.destroy(), { once: true });
  }

  /** @param toFailure what is thrown where the body breaks off */
  async *pieces(toFailure: (error: unknown) => Error): AsyncIterable<Uint8Array> {
    try {
      for (;;) {
        if (this.#pieces.length > 0) {
          yield this.#take();
        } else if (this.#end !== undefined) break;
        else await this.#more();
      }
      if (this.#end.error !== undefined) throw toFailure(this.#end.error);
    } finally {
      this.cancel();
    }
  }

  cancel(): void {
    this.#watch.end();
    this.#stream.destroy();
  }

  #take(): Uint8Array {
    const first = this.#pieces[0];
    const isLong = first !== undefined && first.byteLength >= LONG_PIECE_BYTES;
    // Short ones all in one: a write for each would cost more than the copy.
    const piece = isLong ? first : Buffer.concat(this.#pieces);
    this.#pieces.splice(0, isLong ? 1 : this.#pieces.length);
    this.#queued -= piece.byteLength;
    this.#hold(false);
    return piece;
  }

  #add(piece: unknown): void {
    if (!(piece instanceof Uint8Array)) return;
    if (isReused(piece)) {
      this.#finish(new Error("this version of Node hands out memory that is read into again"));
      return;
    }
    this.#watch.restart(piece.byteLength);
    this.#pieces.push(piece);
    this.#queued += piece.byteLength;
    if (this.#queued >= QUEUED_BYTES) this.#hold(true);
    this.#wake();
  }

  #hold(isHeld: boolean): void {
    if (isHeld === this.#watch.isHeld) return;
    this.#watch.isHeld = isHeld;
    if (isHeld) this.#stream.pause();
    else this.#stream.resume();
  }

  #finish(error: unknown): void {
    this.#end ??= { error };
    this.#watch.end();
    this.#wake();
  }

  /** Only the server's silence counts, not the time that the caller takes. */
  async #more(): Promise<void> {
    this.#watch.restart();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
