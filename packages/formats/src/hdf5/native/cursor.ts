import { Damage } from "./damage.js";

/** Widths of addresses and lengths in a file, in bytes. Source: File Format Specification 3.0, II.A, "Size of Offsets". */
export interface Widths {
  readonly offsets: number;
  readonly lengths: number;
}

/** Reads little-endian fields one after the other; what lies past the end is {@link Damage}. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly #widths: Widths;
  position: number;

  constructor(bytes: Uint8Array, widths: Widths, position = 0) {
    this.bytes = bytes;
    this.#widths = widths;
    this.position = position;
  }

  get left(): number {
    return this.bytes.length - this.position;
  }

  /** Bytes of a length. */
  get lengthBytes(): number {
    return this.#widths.lengths;
  }

  u8(): number {
    return this.bytes[this.#advance(1)] ?? 0;
  }

  u16(): number {
    return this.uint(2);
  }

  u32(): number {
    return this.uint(4);
  }

  /** An unsigned integer of 0 to 8 bytes. @throws {@link Damage} when no number holds it exactly */
  uint(width: number): number {
    const at = this.#advance(width);
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + (this.bytes[at + i] ?? 0);
    if (!Number.isSafeInteger(value)) throw new Damage(`a length or number of ${value} is beyond any file`);
    return value;
  }

  /** A length of the file's own width. */
  length(): number {
    return this.uint(this.#widths.lengths);
  }

  /** An address relative to the base address; `undefined` for the address that is all ones. */
  address(): number | undefined {
    const width = this.#widths.offsets;
    const at = this.position;
    let isUndefined = at + width <= this.bytes.length;
    for (let i = 0; i < width && isUndefined; i++) isUndefined = this.bytes[at + i] === 0xff;
    if (!isUndefined) return this.uint(width);
    this.position += width;
    return undefined;
  }

  /** An address that has to be there. */
  requireAddress(what: string): number {
    const address = this.address();
    if (address === undefined) throw new Damage(`${what} has no address`);
    return address;
  }

  take(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.bytes.subarray(at, at + length);
  }

  skip(length: number): void {
    this.#advance(length);
  }

  /** A cursor over the next bytes alone, which are skipped here. */
  part(length: number): Cursor {
    return new Cursor(this.take(length), this.#widths);
  }

  /** Bytes up to a zero byte, which is skipped. */
  untilZero(): Uint8Array {
    const end = this.bytes.indexOf(0, this.position);
    if (end < 0) throw new Damage("a name has no end");
    const bytes = this.bytes.subarray(this.position, end);
    this.position = end + 1;
    return bytes;
  }

  /** Checks a signature of four letters. */
  signature(letters: string): void {
    const at = this.#advance(letters.length);
    for (let i = 0; i < letters.length; i++) {
      if (this.bytes[at + i] !== letters.charCodeAt(i)) throw new Damage(`the signature ${letters} is not there`);
    }
  }

  #advance(length: number): number {
    const at = this.position;
    if (length < 0 || at + length > this.bytes.length) throw new Damage("a structure ends before its fields");
    this.position = at + length;
    return at;
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** A name of a link, an attribute or a field. */
export function toName(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
