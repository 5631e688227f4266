/** Bytes that are written one value after the other, little-endian, into a block of known length. */
export class ByteBlock {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  u8(...values: readonly number[]): this {
    for (const value of values) this.#view.setUint8(this.#at++, value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  u64(...values: readonly (number | bigint)[]): this {
    for (const value of values) {
      this.#view.setBigUint64(this.#at, BigInt(value), true);
      this.#at += 8;
    }
    return this;
  }

  put(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  text(ascii: string): this {
    for (const letter of ascii) this.u8(letter.charCodeAt(0));
    return this;
  }

  skip(count: number): this {
    this.#at += count;
    return this;
  }
}

/** Length rounded up to a multiple of eight, as HDF5 1.x aligns. */
export function aligned(length: number): number {
  return length + (-length & 7);
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The values' own bytes where the machine is little-endian, else a swapped copy. */
export function toLittleEndian(values: Float64Array | Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (isLittleEndian) return bytes;
  const swapped = bytes.slice();
  for (let at = 0; at < swapped.length; at += values.BYTES_PER_ELEMENT) {
    swapped.subarray(at, at + values.BYTES_PER_ELEMENT).reverse();
  }
  return swapped;
}
