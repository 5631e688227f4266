import { ByteTexts } from "./byte-texts.js";
import { copyBytes, viewOf } from "./typed-bytes.js";
import type { TypedCodes, TypedColumn } from "./typed-column.js";
import { dictionaryIndices, isCoded, type TypedPage, type TypedSink } from "./typed-pages.js";
import { readRuns } from "./typed-runs.js";
import { Scratch } from "./typed-scratch.js";

/** Takes the pages of a column of truth values. */
export class FlagSink implements TypedSink {
  readonly #values: Uint8Array;
  #present = 0;
  #row = 0;

  constructor(rowCount: number) {
    this.#values = new Uint8Array(rowCount).fill(2);
  }

  dictionary(): void {
    throw new Error("it has a dictionary of truth values");
  }

  page(page: TypedPage): void {
    const { count, present, levels } = page;
    const row = this.#row;
    this.#row += count;
    this.#present += present;
    const [bits, at] = bitsOf(page);
    const values = this.#values;
    let next = 0;
    for (let i = 0; i < count; i++) {
      if (levels !== undefined && levels[i] === 0) continue;
      values[row + i] = ((bits[at + (next >> 3)] as number) >> (next & 7)) & 1;
      next++;
    }
  }

  column(): TypedColumn {
    return this.#present === 0 ? { kind: "absent" } : { kind: "flag", values: this.#values };
  }
}

/** Truth values as bits, and where they begin. */
function bitsOf({ bytes, offset, present, encoding }: TypedPage): [Uint8Array, number] {
  const size = Math.ceil(present / 8);
  if (encoding === "RLE") {
    const flags = new Uint8Array(present);
    // Behind the length of the runs, which has been checked.
    readRuns(bytes, offset + 4, bytes.length, 1, flags);
    const bits = new Uint8Array(size);
    for (let i = 0; i < present; i++) bits[i >> 3] = (bits[i >> 3] as number) | ((flags[i] as number) << (i & 7));
    return [bits, 0];
  }
  if (encoding !== "PLAIN") throw new Error(`a page is encoded as ${encoding}`);
  if (offset + size > bytes.length) throw new Error("a page ends within its values");
  return [bytes, offset];
}

/** Takes the pages of a column of texts as codes: equal texts get one code, whatever dictionaries they are from. */
export class CodeSink implements TypedSink {
  readonly #known = new ByteTexts();
  readonly #rowCount: number;
  #codes: TypedCodes | undefined;
  /** Codes of the places in the dictionary. */
  #dictionary: Uint32Array = new Uint32Array(0);
  #row = 0;
  readonly #scratch: Scratch;

  constructor(rowCount: number, scratch: Scratch) {
    this.#rowCount = rowCount;
    this.#scratch = scratch;
  }

  dictionary(bytes: Uint8Array, count: number): void {
    this.#dictionary = this.#codesOf(bytes, 0, count);
  }

  page(page: TypedPage): void {
    const row = this.#row;
    this.#row += page.count;
    if (page.present === 0) return;
    const codes = isCoded(page)
      ? this.#fromDictionary(dictionaryIndices(page, this.#scratch))
      : this.#codesOf(page.bytes, page.offset, page.present);
    const target = this.#room();
    if (page.levels === undefined) target.set(codes, row);
    else {
      let next = 0;
      for (let i = 0; i < page.count; i++) if (page.levels[i] === 1) target[row + i] = codes[next++] as number;
    }
  }

  column(): TypedColumn {
    if (this.#codes === undefined) return { kind: "absent" };
    return { kind: "code", codes: this.#codes, texts: this.#known.texts().map((text) => text ?? "") };
  }

  #codesOf(bytes: Uint8Array, offset: number, count: number): Uint32Array {
    const codes = new Uint32Array(count);
    let code = 0;
    eachText(bytes, offset, count, (start, end) => {
      codes[code++] = this.#known.number(bytes, start, end);
    });
    return codes;
  }

  #fromDictionary(indices: Uint32Array): Uint32Array {
    const dictionary = this.#dictionary;
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      if (index >= dictionary.length) throw new Error(`a value points to entry ${index} of ${dictionary.length}`);
      indices[i] = dictionary[index] as number;
    }
    return indices;
  }

  /** The codes, as wide as the highest that there is. */
  #room(): TypedCodes {
    const highest = this.#known.highest;
    const Codes = highest < 2 ** 8 ? Uint8Array : highest < 2 ** 16 ? Uint16Array : Uint32Array;
    if (this.#codes === undefined) this.#codes = new Codes(this.#rowCount);
    else if (this.#codes.BYTES_PER_ELEMENT < Codes.BYTES_PER_ELEMENT) this.#codes = new Codes(this.#codes);
    return this.#codes;
  }
}

/** Takes the pages of a column of texts as their bytes. */
export class TextSink implements TypedSink {
  readonly #offsets: Uint32Array;
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;
  #row = 0;
  /** The dictionary's page, and where its texts begin and end. */
  #dictionary: { readonly bytes: Uint8Array; readonly places: Uint32Array } = {
    bytes: new Uint8Array(0),
    places: new Uint32Array(0),
  };

  /** @param size bytes that the texts may have: room is made for them, and more when it does not do */
  constructor(rowCount: number, size: number) {
    this.#offsets = new Uint32Array(rowCount + 1);
    this.#bytes = new Uint8Array(size);
    this.#view = viewOf(this.#bytes);
  }

  dictionary(bytes: Uint8Array, count: number): void {
    this.#dictionary = { bytes, places: placesOf(bytes, 0, count) };
  }

  page(page: TypedPage): void {
    const { bytes, count, levels } = page;
    const places = isCoded(page) ? this.#fromDictionary(page) : undefined;
    this.#reserve(places === undefined ? bytes.length - page.offset : sizeOf(places));
    const source = viewOf(places === undefined ? bytes : this.#dictionary.bytes);
    const [target, offsets] = [this.#view, this.#offsets];
    let [row, length, at, next] = [this.#row, this.#length, page.offset, 0];
    for (let i = 0; i < count; i++) {
      if (levels === undefined || levels[i] === 1) {
        if (places === undefined) {
          const start = at + 4;
          at = endOfText(source, at);
          length = copyBytes(source, start, at, target, length);
        } else {
          length = copyBytes(source, places[next] as number, places[next + 1] as number, target, length);
          next += 2;
        }
      }
      offsets[++row] = length;
    }
    this.#row = row;
    this.#length = length;
  }

  column(): TypedColumn {
    if (this.#length === 0) return { kind: "absent" };
    return { kind: "text", offsets: this.#offsets, bytes: this.#bytes.subarray(0, this.#length) };
  }

  /** Start and end of each value in the dictionary's page. */
  #fromDictionary(page: TypedPage): Uint32Array {
    const indices = dictionaryIndices(page, new Scratch());
    const { places } = this.#dictionary;
    const found = new Uint32Array(indices.length * 2);
    for (let i = 0; i < indices.length; i++) {
      const at = (indices[i] as number) * 2;
      if (at >= places.length) throw new Error(`a value points to entry ${indices[i]} of ${places.length / 2}`);
      found[i * 2] = places[at] as number;
      found[i * 2 + 1] = places[at + 1] as number;
    }
    return found;
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed >= 2 ** 32) throw new Error(`it has ${needed} bytes of text, the limit is 2^32`);
    if (needed <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.min(2 ** 32 - 1, Math.max(needed, this.#bytes.length * 2)));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

/** Start and end of each text of a page, one after the other. */
function placesOf(bytes: Uint8Array, offset: number, count: number): Uint32Array {
  const places = new Uint32Array(count * 2);
  let next = 0;
  eachText(bytes, offset, count, (start, end) => {
    places[next++] = start;
    places[next++] = end;
  });
  return places;
}

/** Texts that stand each behind its length. Source: parquet-format, Encodings.md, "Plain". */
function eachText(bytes: Uint8Array, offset: number, count: number, give: (start: number, end: number) => void): void {
  const view = viewOf(bytes);
  let at = offset;
  for (let i = 0; i < count; i++) {
    const start = at + 4;
    at = endOfText(view, at);
    give(start, at);
  }
}

function endOfText(view: DataView, at: number): number {
  const end = at + 4 <= view.byteLength ? at + 4 + view.getUint32(at, true) : Number.POSITIVE_INFINITY;
  if (end > view.byteLength) throw new Error("a page ends within its values");
  return end;
}

function sizeOf(places: Uint32Array): number {
  let size = 0;
  for (let i = 0; i < places.length; i += 2) size += (places[i + 1] as number) - (places[i] as number);
  return size;
}
