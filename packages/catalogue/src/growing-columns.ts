import { ABSENT_FLAG, type CodeData, type ColumnData, codesFor, PREFIXED } from "./column.js";

/**
 * A column that tables of rows are added to, and that gives the rows back in another order. Each table has arrays of its own, so that a
 * growing column is never copied into a larger one.
 */
export interface GrowingColumn {
  /** Makes room for a table of rows, all absent; `set` then writes to it. */
  begin(first: number, count: number): void;
  /** The rows in this order: `order[i]` is the row that comes `i`-th. The column is spent afterwards. */
  finish(order: Uint32Array): ColumnData;
}

type Values = Float64Array | Uint8Array | Uint32Array;

/** The arrays of a column, one a table. */
class Segments<Kind extends Values> {
  readonly #make: (count: number) => Kind;
  readonly #absent: number;
  #parts: { readonly first: number; readonly values: Kind }[] = [];
  current: Kind;
  first = 0;

  constructor(make: (count: number) => Kind, absent: number) {
    this.#make = make;
    this.#absent = absent;
    this.current = make(0);
  }

  begin(first: number, count: number): void {
    this.first = first;
    this.current = this.#make(count);
    if (this.#absent !== 0) this.current.fill(this.#absent);
    this.#parts.push({ first, values: this.current });
  }

  /** All rows in one array; those before the column appeared are absent. */
  joined(rowCount: number): Kind {
    const all = this.#make(rowCount);
    if (this.#absent !== 0) all.fill(this.#absent);
    for (const { first, values } of this.#parts) all.set(values, first);
    return all;
  }

  drop(): void {
    this.#parts = [];
    this.current = this.#make(0);
  }
}

/** The values of `from` in an order, in `to`. */
function inOrder<Kind extends Values>(from: Kind, order: Uint32Array, to: Kind): Kind {
  for (let i = 0; i < order.length; i++) to[i] = from[order[i] as number] as number;
  return to;
}

export class GrowingNumbers implements GrowingColumn {
  readonly #segments = new Segments((count) => new Float64Array(count), Number.NaN);

  begin(first: number, count: number): void {
    this.#segments.begin(first, count);
  }

  /** The rows of the table that was begun last, NaN where absent. */
  get current(): Float64Array {
    return this.#segments.current;
  }

  /** What is no finite number is absent. */
  set(row: number, value: number | null): void {
    const { current, first } = this.#segments;
    current[row - first] = value === null || !Number.isFinite(value) ? Number.NaN : value;
  }

  finish(order: Uint32Array): ColumnData {
    const values = inOrder(this.#segments.joined(order.length), order, new Float64Array(order.length));
    this.#segments.drop();
    return { kind: "number", values };
  }
}

export class GrowingFlags implements GrowingColumn {
  readonly #segments = new Segments((count) => new Uint8Array(count), ABSENT_FLAG);

  begin(first: number, count: number): void {
    this.#segments.begin(first, count);
  }

  set(row: number, value: boolean | null): void {
    const { current, first } = this.#segments;
    current[row - first] = value === null ? ABSENT_FLAG : Number(value);
  }

  finish(order: Uint32Array): ColumnData {
    const values = inOrder(this.#segments.joined(order.length), order, new Uint8Array(order.length));
    this.#segments.drop();
    return { kind: "flag", values };
  }
}

export class GrowingCodes implements GrowingColumn {
  readonly #segments = new Segments((count) => new Uint32Array(count), 0);
  readonly #known = new Map<string, number>();
  readonly #texts: string[] = [""];
  readonly #givenTexts: number;
  #largest = 0;
  #last: string | null = null;
  #lastCode = 0;

  /** @param texts that keep their codes, from 1 on, whether they occur or not */
  constructor(texts: readonly string[] = []) {
    for (const text of texts) this.#codeOf(text);
    this.#givenTexts = this.#texts.length;
  }

  begin(first: number, count: number): void {
    this.#segments.begin(first, count);
  }

  set(row: number, text: string | null): void {
    // Rows next to each other mostly agree.
    if (text !== this.#last) {
      this.#last = text;
      this.#lastCode = text === null ? 0 : this.#codeOf(text);
    }
    const { current, first } = this.#segments;
    current[row - first] = this.#lastCode;
  }

  /** A number from 1 on that needs no text, such as that of a row elsewhere; 0 is absent. */
  setCode(row: number, code: number): void {
    const { current, first } = this.#segments;
    current[row - first] = code;
    if (code > this.#largest) this.#largest = code;
  }

  /** The codes of so many rows. */
  codes(rowCount: number): Uint32Array {
    return this.#segments.joined(rowCount);
  }

  /** Texts that were not given get their codes as they come in this order: whatever order the rows were added in, equal rows give equal columns. */
  finish(order: Uint32Array): CodeData {
    const texts = this.#texts.slice(0, this.#givenTexts);
    const codes = codesFor(Math.max(this.#texts.length, this.#largest + 1), order.length);
    const from = this.#segments.joined(order.length);
    const final = new Uint32Array(this.#texts.length);
    for (let i = 0; i < order.length; i++) {
      const code = from[order[i] as number] as number;
      if (code < this.#givenTexts || code >= final.length) {
        codes[i] = code;
        continue;
      }
      if (final[code] === 0) final[code] = texts.push(this.#texts[code] as string) - 1;
      codes[i] = final[code] as number;
    }
    this.#segments.drop();
    return { kind: "code", codes, texts };
  }

  #codeOf(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }
}

/** Bytes of texts are gathered in pieces of this size. */
const PIECE_BYTES = 1 << 20;

export class GrowingTexts implements GrowingColumn {
  readonly #lengths = new Segments((count) => new Uint32Array(count), 0);
  /** Where the bytes of a row begin, counted over all pieces. */
  readonly #starts = new Segments((count) => new Float64Array(count), 0);
  readonly #pieces: Uint8Array[] = [];
  #piece = new Uint8Array(PIECE_BYTES);
  #used = 0;
  readonly #utf8 = new TextEncoder();

  begin(first: number, count: number): void {
    this.#lengths.begin(first, count);
    this.#starts.begin(first, count);
  }

  /** @param prefix written as one byte where the text begins with it */
  set(row: number, text: string | null, prefix = ""): void {
    if (text === null) return;
    const isPrefixed = prefix !== "" && text.startsWith(prefix);
    const skipped = isPrefixed ? prefix.length : 0;
    this.#makeRoom(1 + (text.length - skipped) * 3);
    const start = this.#used;
    if (isPrefixed) this.#piece[this.#used++] = PREFIXED;
    if (!this.#putAscii(text, skipped)) {
      this.#used += this.#utf8.encodeInto(text.slice(skipped), this.#piece.subarray(this.#used)).written;
    }
    const { current, first } = this.#lengths;
    current[row - first] = this.#used - start;
    this.#starts.current[row - first] = this.#pieces.length * PIECE_BYTES + start;
  }

  finish(order: Uint32Array): ColumnData {
    this.#pieces.push(this.#piece);
    const [starts, lengths] = [this.#starts.joined(order.length), this.#lengths.joined(order.length)];
    const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
    const offsets = new Uint32Array(order.length + 1);
    let used = 0;
    for (let i = 0; i < order.length; i++) {
      const row = order[i] as number;
      const start = starts[row] as number;
      const piece = this.#pieces[Math.floor(start / PIECE_BYTES)] ?? this.#piece;
      const from = start % PIECE_BYTES;
      const length = lengths[row] as number;
      for (let k = 0; k < length; k++) bytes[used++] = piece[from + k] as number;
      offsets[i + 1] = used;
    }
    this.#pieces.length = 0;
    this.#starts.drop();
    this.#lengths.drop();
    return { kind: "text", offsets, bytes };
  }

  /** Identifiers are hardly anything else; the encoder would cost an array for each. @returns whether the text is ASCII and was written */
  #putAscii(text: string, from: number): boolean {
    const bytes = this.#piece;
    let place = this.#used;
    for (let i = from; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[place++] = code;
    }
    this.#used = place;
    return true;
  }

  /** A text stands in one piece; one longer than a piece has a piece to itself, and counts as the pieces that it fills. */
  #makeRoom(more: number): void {
    if (this.#used + more <= this.#piece.length) return;
    this.#pieces.push(this.#piece);
    for (let size = this.#piece.length; size > PIECE_BYTES; size -= PIECE_BYTES) this.#pieces.push(this.#piece);
    this.#piece = new Uint8Array(Math.max(PIECE_BYTES, Math.ceil(more / PIECE_BYTES) * PIECE_BYTES));
    this.#used = 0;
  }
}
