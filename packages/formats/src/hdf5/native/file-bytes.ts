import { Cursor, type Widths } from "./cursor.js";
import { Damage } from "./damage.js";
import type { ExtentRecorder } from "./extents.js";
import type { FileBlocks } from "./file-blocks.js";

/** What the superblock says about all addresses of a file. */
export interface FileFrame {
  /** Added to every address. */
  readonly base: number;
  readonly widths: Widths;
}

/** Bytes by address, for one call: its signal goes down with every read. */
export class FileBytes {
  readonly blocks: FileBlocks;
  readonly signal: AbortSignal | undefined;
  readonly widths: Widths;
  readonly #base: number;
  readonly #recorder: ExtentRecorder | undefined;

  constructor(blocks: FileBlocks, frame: FileFrame, signal: AbortSignal | undefined, recorder?: ExtentRecorder) {
    this.#recorder = recorder;
    this.blocks = blocks;
    this.signal = signal;
    this.widths = frame.widths;
    this.#base = frame.base;
  }

  /** Where an address lies in the file. @throws {@link Damage} when `length` bytes from there are not all in it */
  place(address: number, length: number, what: string): number {
    const offset = this.#base + address;
    if (length < 0 || !Number.isSafeInteger(offset + length) || offset + length > this.blocks.size) {
      throw new Damage(`${what} of ${length} bytes at ${address} does not lie within the file`);
    }
    return offset;
  }

  /** Bytes at an address, at once where they are cached. Not to be written to. */
  read(address: number, length: number, what: string): Uint8Array | Promise<Uint8Array> {
    const offset = this.place(address, length, what);
    if (length === 0) return new Uint8Array(0);
    const bytes = this.blocks.peek(offset, length) ?? this.blocks.read(offset, length, this.signal);
    return this.#recorder === undefined ? bytes : this.#noted(this.#recorder, offset, bytes);
  }

  async #noted(recorder: ExtentRecorder, offset: number, reading: Uint8Array | Promise<Uint8Array>) {
    const bytes = await reading;
    recorder.note(offset, bytes);
    return bytes;
  }

  async cursor(address: number, length: number, what: string): Promise<Cursor> {
    const bytes = this.read(address, length, what);
    return new Cursor(bytes instanceof Uint8Array ? bytes : await bytes, this.widths);
  }

  /** At most `length` bytes from an address, fewer at the end of the file. */
  atMost(address: number, length: number, what: string): Uint8Array | Promise<Uint8Array> {
    const left = this.blocks.size - this.place(address, 0, what);
    return this.read(address, Math.min(left, length), what);
  }
}
