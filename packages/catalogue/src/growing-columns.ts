import { ABSENT_FLAG, type CodeData, type ColumnData, codesFor, PREFIXED } from "./column.js";

/** A column that rows are added to, and that gives them back in another order. */
export interface GrowingColumn {
  /** Makes room for this many rows; new ones are absent. */
  reserve(rows: number): void;
  /** The rows in this order: `order[i]` is the row that comes `i`-th. The column is spent afterwards. */
  finish(order: Uint32Array): ColumnData;
}

const FIRST_ROWS = 1024;

function capacityFor(wanted: number, present: number): number {
  return Math.max(FIRST_ROWS, wanted, present + (present >> 1));
}

export class GrowingNumbers implements GrowingColumn {
  #values = new Float64Array(0);

  reserve(rows: number): void {
    if (rows <= this.#values.length) return;
    const larger = new Float64Array(capacityFor(rows, this.#values.length));
    larger.set(this.#values);
    larger.fill(Number.NaN, this.#values.length);
    this.#values = larger;
  }

  /** What is no finite number is absent. */
  set(row: number, value: number | null): void {
    this.#values[row] = value === null || !Number.isFinite(value) ? Number.NaN : value;
  }

  finish(order: Uint32Array): ColumnData {
    const values = new Float64Array(order.length);
    const from = this.#values;
    for (let i = 0; i < order.length; i++) values[i] = from[order[i] as number] as number;
    this.#values = new Float64Array(0);
    return { kind: "number", values };
  }
}

export class GrowingFlags implements GrowingColumn {
  #values = new Uint8Array(0);

  reserve(rows: number): void {
    if (rows <= this.#values.length) return;
    const larger = new Uint8Array(capacityFor(rows, this.#values.length)).fill(ABSENT_FLAG, this.#values.length);
    larger.set(this.#values);
    this.#values = larger;
  }

  set(row: number, value: boolean | null): void {
    this.#values[row] = value === null ? ABSENT_FLAG : Number(value);
  }

  finish(order: Uint32Array): ColumnData {
    const values = new Uint8Array(order.length);
    for (let i = 0; i < order.length; i++) values[i] = this.#values[order[i] as number] as number;
    this.#values = new Uint8Array(0);
    return { kind: "flag", values };
  }
}

export class GrowingCodes implements GrowingColumn {
  #codes = new Uint32Array(0);
  readonly #known = new Map<string, number>();
  readonly #texts: string[] = [""];
  readonly #givenTexts: number;
  #largest = 0;

  /** @param texts that keep their codes, from 1 on, whether they occur or not */
  constructor(texts: readonly string[] = []) {
    for (const text of texts) this.#codeOf(text);
    this.#givenTexts = this.#texts.length;
  }

  reserve(rows: number): void {
    if (rows <= this.#codes.length) return;
    const larger = new Uint32Array(capacityFor(rows, this.#codes.length));
    larger.set(this.#codes);
    this.#codes = larger;
  }

  set(row: number, text: string | null): void {
    this.#codes[row] = text === null ? 0 : this.#codeOf(text);
  }

  /** A number from 1 on that needs no text, such as that of a row elsewhere; 0 is absent. */
  setCode(row: number, code: number): void {
    this.#codes[row] = code;
    if (code > this.#largest) this.#largest = code;
  }

  /** The codes so far, by row. */
  codes(): Uint32Array {
    return this.#codes;
  }

  /** Texts that were not given get their codes as they come in this order: whatever order the rows were added in, equal rows give equal columns. */
  finish(order: Uint32Array): CodeData {
    const texts = this.#texts.slice(0, this.#givenTexts);
    const codes = codesFor(Math.max(this.#texts.length, this.#largest + 1), order.length);
    const final = new Uint32Array(this.#texts.length);
    for (let i = 0; i < order.length; i++) {
      const code = this.#codes[order[i] as number] as number;
      if (code < this.#givenTexts || code >= final.length) {
        codes[i] = code;
        continue;
      }
      if (final[code] === 0) final[code] = texts.push(this.#texts[code] as string) - 1;
      codes[i] = final[code] as number;
    }
    this.#codes = new Uint32Array(0);
    return { kind: "code", codes, texts };
  }

  #codeOf(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }
}

export class GrowingTexts implements GrowingColumn {
  #starts = new Uint32Array(0);
  #lengths = new Uint32Array(0);
  #bytes = new Uint8Array(4096);
  #used = 0;
  readonly #utf8 = new TextEncoder();

  reserve(rows: number): void {
    if (rows <= this.#starts.length) return;
    const size = capacityFor(rows, this.#starts.length);
    const [starts, lengths] = [new Uint32Array(size), new Uint32Array(size)];
    starts.set(this.#starts);
    lengths.set(this.#lengths);
    [this.#starts, this.#lengths] = [starts, lengths];
  }

  /** @param prefix written as one byte where the text begins with it */
  set(row: number, text: string | null, prefix = ""): void {
    this.#starts[row] = this.#used;
    if (text === null) {
      this.#lengths[row] = 0;
      return;
    }
    const isPrefixed = prefix !== "" && text.startsWith(prefix);
    const own = isPrefixed ? text.slice(prefix.length) : text;
    this.#makeRoom(1 + own.length * 3);
    const start = this.#used;
    if (isPrefixed) this.#bytes[this.#used++] = PREFIXED;
    this.#used += this.#utf8.encodeInto(own, this.#bytes.subarray(this.#used)).written;
    this.#lengths[row] = this.#used - start;
  }

  finish(order: Uint32Array): ColumnData {
    const offsets = new Uint32Array(order.length + 1);
    const bytes = new Uint8Array(this.#used);
    let used = 0;
    for (let i = 0; i < order.length; i++) {
      const row = order[i] as number;
      const start = this.#starts[row] as number;
      const length = this.#lengths[row] as number;
      for (let k = 0; k < length; k++) bytes[used + k] = this.#bytes[start + k] as number;
      used += length;
      offsets[i + 1] = used;
    }
    this.#bytes = new Uint8Array(0);
    return { kind: "text", offsets, bytes: bytes.subarray(0, used) };
  }

  #makeRoom(more: number): void {
    if (this.#used + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + more));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }
}
