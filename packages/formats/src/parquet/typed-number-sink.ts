import { UnsupportedError } from "@crossprobe/core";
import type { TypedColumn, TypedNumberType } from "./typed-column.js";
import { dictionaryIndices, isCoded, type TypedPage, type TypedSink } from "./typed-pages.js";
import { Scratch } from "./typed-scratch.js";

type Numbers = Float64Array | Float32Array | Int32Array;

const NUMBER_BYTES: Readonly<Record<TypedNumberType, number>> = { double: 8, float: 4, int32: 4, int64: 8 };

/** Takes the pages of a column of numbers. Takes no memory before there is a value. */
export class NumberSink implements TypedSink {
  readonly #type: TypedNumberType;
  readonly #rowCount: number;
  #values: Float64Array | undefined;
  #dictionary: Numbers = new Float64Array(0);
  #row = 0;
  readonly #place: string;

  /** @param place column and file, for messages */
  constructor(type: TypedNumberType, rowCount: number, place: string) {
    this.#type = type;
    this.#rowCount = rowCount;
    this.#place = place;
  }

  dictionary(bytes: Uint8Array, count: number): void {
    this.#dictionary = this.#plain(bytes, 0, count);
  }

  page(page: TypedPage): void {
    const row = this.#row;
    this.#row += page.count;
    if (page.present === 0) {
      this.#values?.fill(Number.NaN, row, this.#row);
      return;
    }
    const numbers = isCoded(page)
      ? this.#fromDictionary(dictionaryIndices(page, new Scratch()))
      : this.#plain(page.bytes, page.offset, page.present);
    // One page that is the column: the file's own bytes.
    if (page.present === this.#rowCount && numbers instanceof Float64Array) {
      this.#values = numbers;
      return;
    }
    this.#values ??= new Float64Array(this.#rowCount).fill(Number.NaN, 0, row);
    if (page.levels === undefined) this.#values.set(numbers, row);
    else scatter(numbers, page.levels, this.#values, row);
  }

  column(): TypedColumn {
    return this.#values === undefined ? { kind: "absent" } : { kind: "number", type: this.#type, values: this.#values };
  }

  /** Numbers that stand one after the other, where they lie if that is a place for them. */
  #plain(bytes: Uint8Array, offset: number, count: number): Numbers {
    const end = offset + count * NUMBER_BYTES[this.#type];
    if (end > bytes.length) throw new Error("a page ends within its values");
    const isAligned = (bytes.byteOffset + offset) % 8 === 0;
    const at = isAligned ? bytes.subarray(offset, end) : bytes.slice(offset, end);
    if (this.#type === "double") return new Float64Array(at.buffer, at.byteOffset, count);
    if (this.#type === "float") return new Float32Array(at.buffer, at.byteOffset, count);
    const words = new Int32Array(at.buffer, at.byteOffset, at.length / 4);
    return this.#type === "int32" ? words : this.#longs(words);
  }

  #longs(words: Int32Array): Float64Array {
    const values = new Float64Array(words.length / 2);
    for (let i = 0; i < values.length; i++) {
      const value = ((words[i * 2] as number) >>> 0) + (words[i * 2 + 1] as number) * 2 ** 32;
      if (!Number.isSafeInteger(value))
        throw new UnsupportedError(`${this.#place} has integers beyond 2^53, which no double holds exactly.`, {
          hint: "Read it with readParquet.",
        });
      values[i] = value;
    }
    return values;
  }

  #fromDictionary(indices: Uint32Array): Float64Array {
    const values = new Float64Array(indices.length);
    for (let i = 0; i < indices.length; i++) {
      const value = this.#dictionary[indices[i] as number];
      if (value === undefined) throw new Error(`a value points to entry ${indices[i]} of ${this.#dictionary.length}`);
      values[i] = value;
    }
    return values;
  }
}

function scatter(numbers: Numbers, levels: Uint8Array, target: Float64Array, row: number): void {
  let next = 0;
  for (let i = 0; i < levels.length; i++) {
    target[row + i] = levels[i] === 1 ? (numbers[next++] as number) : Number.NaN;
  }
}
