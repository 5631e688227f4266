import { createUnitSpikesEncoder } from "@crossprobe/formats/unit-spikes";
import type { Write } from "../output/write-file.js";

/** Small pieces wait until there are so many bytes of them. */
const FLUSH_BYTES = 1 << 20;

/** The spikes file while units are added to it: what is given is on its way to the disk when the call resolves. */
export class SpikesFile {
  readonly #encoder = createUnitSpikesEncoder();
  readonly #write: (content: Uint8Array, at?: number) => Promise<void>;
  #waiting: Uint8Array[] = [];
  #bytes = 0;

  constructor(path: string, write: Write) {
    this.#write = (content, at) => write(path, content, at);
  }

  begin(): Promise<void> {
    return this.#put(this.#encoder.begin());
  }

  /** @param times may change once the call has resolved */
  add(key: string, times: Float64Array, amplitudes: Float64Array | Float32Array | null): Promise<void> {
    return this.#put(this.#encoder.unit(key, { times, amplitudes }));
  }

  async finish(): Promise<void> {
    const { tail, head } = this.#encoder.finish();
    await this.#put(tail);
    await this.#flush();
    await this.#write(head, 0);
  }

  async #put(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      if (piece.length < FLUSH_BYTES) {
        this.#waiting.push(piece.slice());
        this.#bytes += piece.length;
        if (this.#bytes >= FLUSH_BYTES) await this.#flush();
      } else {
        await this.#flush();
        await this.#write(piece);
      }
    }
  }

  async #flush(): Promise<void> {
    if (this.#bytes > 0) await this.#write(Buffer.concat(this.#waiting, this.#bytes));
    this.#waiting = [];
    this.#bytes = 0;
  }
}
