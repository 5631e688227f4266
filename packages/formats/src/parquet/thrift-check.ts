const [STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12];

/** Footers nest six deep. */
const MAX_DEPTH = 32;

/**
 * Walks through a struct of Thrift's compact protocol without keeping anything of it: the library makes room for as many entries as a
 * list claims before it looks for them, and lists may lie in lists.
 *
 * Source: Apache Thrift, `thrift-compact-protocol.md`.
 *
 * @returns where the struct ends
 * @throws Error for a list longer than the bytes behind it, and for what is nested deeper than 32
 */
export function checkThrift(view: DataView, offset: number, end = view.byteLength): number {
  return new ThriftWalk(view, offset, end).struct(0);
}

class ThriftWalk {
  readonly #view: DataView;
  readonly #end: number;
  #at: number;

  constructor(view: DataView, at: number, end: number) {
    this.#view = view;
    this.#at = at;
    this.#end = end;
  }

  struct(depth: number): number {
    if (depth > MAX_DEPTH) throw new Error(`its metadata are nested deeper than the limit of ${MAX_DEPTH}`);
    for (;;) {
      const head = this.#byte();
      const type = head & 15;
      if (type === STOP) return this.#at;
      if (head >> 4 === 0) this.#varint();
      this.#value(type, depth);
    }
  }

  #value(type: number, depth: number): void {
    switch (type) {
      case TRUE:
      case FALSE:
        return;
      case BYTE:
        this.#skip(1);
        return;
      case I16:
      case I32:
      case I64:
        this.#varint();
        return;
      case DOUBLE:
        this.#skip(8);
        return;
      case BINARY:
        this.#skip(this.#varint());
        return;
      case LIST:
        this.#list(depth + 1);
        return;
      case STRUCT:
        this.struct(depth + 1);
        return;
      default:
        throw new Error(`its metadata have a field of the unknown type ${type} (byte ${this.#at})`);
    }
  }

  #list(depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`its metadata are nested deeper than the limit of ${MAX_DEPTH}`);
    const head = this.#byte();
    const count = head >> 4 === 15 ? this.#varint() : head >> 4;
    const left = this.#end - this.#at;
    // Every entry has a byte at least, truth values too.
    if (count > left)
      throw new Error(`its metadata have a list of ${count} entries, the limit is ${left}, the bytes left`);
    const type = head & 15;
    for (let i = 0; i < count; i++) this.#value(type === TRUE || type === FALSE ? BYTE : type, depth);
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new Error(`its metadata end within a field (byte ${this.#at})`);
    return this.#view.getUint8(this.#at++);
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      if (scale > 2 ** 63) throw new Error(`its metadata have a number without an end (byte ${this.#at})`);
    }
  }

  #skip(length: number): void {
    const left = this.#end - this.#at;
    if (length > left)
      throw new Error(`its metadata have a text of ${length} bytes, the limit is ${left}, the bytes left`);
    this.#at += length;
  }
}
