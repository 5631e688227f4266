import { plainDecimal } from "./plain-decimal.js";
import type { ScannedText } from "./scanned-text.js";

/**
 * A table of texts whose columns are made when they are asked for: reading three of thirty columns makes the texts of three.
 *
 * Empty values are `""`; the name of an unnamed index column is `""`.
 */
export interface CsvColumns {
  /** In the order of the file. */
  readonly names: readonly string[];
  readonly rowCount: number;
  has(name: string): boolean;
  /** One value; `""` where there is no such column or row. */
  text(name: string, row: number): string;
  /** A column, made anew each time; `undefined` when the table has no such column. */
  texts(name: string): string[] | undefined;
  /**
   * A column as numbers, made anew each time; `undefined` when the table has no such column.
   *
   * @param parse makes the number of a value that is more than a sign, up to 15 digits and a point (empty values, exponents, words)
   */
  numbers(name: string, parse: (text: string, row: number) => number): Float64Array | undefined;
}

/** Columns of a text that was cut at its delimiters: it is kept, and values are pieces of it. */
export class ScannedColumns implements CsvColumns {
  readonly names: readonly string[];
  readonly rowCount: number;
  readonly #scanned: ScannedText;
  readonly #places: ReadonlyMap<string, number>;

  constructor(scanned: ScannedText) {
    this.#scanned = scanned;
    this.rowCount = scanned.recordCount - 1;
    this.names = Array.from({ length: scanned.width }, (_, field) => this.#cell(0, field));
    this.#places = new Map(this.names.map((name, place) => [name, place]));
  }

  has(name: string): boolean {
    return this.#places.has(name);
  }

  text(name: string, row: number): string {
    const place = this.#places.get(name);
    if (place === undefined || row < 0 || row >= this.rowCount) return "";
    return this.#cell(row + 1, place);
  }

  texts(name: string): string[] | undefined {
    const place = this.#places.get(name);
    if (place === undefined) return undefined;
    const texts = new Array<string>(this.rowCount);
    for (let row = 0; row < this.rowCount; row++) texts[row] = this.#cell(row + 1, place);
    return texts;
  }

  numbers(name: string, parse: (text: string, row: number) => number): Float64Array | undefined {
    const place = this.#places.get(name);
    if (place === undefined) return undefined;
    const { text, ends, width } = this.#scanned;
    const numbers = new Float64Array(this.rowCount);
    for (let row = 0; row < this.rowCount; row++) {
      const start = this.#startOf(row + 1, place);
      const end = ends[(row + 1) * width + place] ?? start;
      const plain = plainDecimal(text, start, end);
      numbers[row] = Number.isNaN(plain) ? parse(text.slice(start, end), row) : plain;
    }
    return numbers;
  }

  #cell(record: number, field: number): string {
    const { text, ends, width } = this.#scanned;
    return text.slice(this.#startOf(record, field), ends[record * width + field]);
  }

  #startOf(record: number, field: number): number {
    const { recordStarts, ends, width } = this.#scanned;
    return (field === 0 ? recordStarts[record] : (ends[record * width + field - 1] ?? 0) + 1) ?? 0;
  }
}

/** Columns of records that are in hand. */
export class RecordColumns implements CsvColumns {
  readonly names: readonly string[];
  readonly rowCount: number;
  readonly #columns: ReadonlyMap<string, readonly string[]>;

  constructor(table: { readonly columns: ReadonlyMap<string, readonly string[]>; readonly rowCount: number }) {
    this.names = [...table.columns.keys()];
    this.rowCount = table.rowCount;
    this.#columns = table.columns;
  }

  has(name: string): boolean {
    return this.#columns.has(name);
  }

  text(name: string, row: number): string {
    return this.#columns.get(name)?.[row] ?? "";
  }

  texts(name: string): string[] | undefined {
    return this.#columns.get(name)?.slice();
  }

  numbers(name: string, parse: (text: string, row: number) => number): Float64Array | undefined {
    const texts = this.#columns.get(name);
    return texts && Float64Array.from(texts, parse);
  }
}
