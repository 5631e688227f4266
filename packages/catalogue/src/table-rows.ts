import { regions } from "@crossprobe/atlas";
import { absentReasonSchema } from "@crossprobe/core";
import type { ColumnData } from "./column.js";
import { GrowingCodes, type GrowingColumn, GrowingFlags, GrowingNumbers, GrowingTexts } from "./growing-columns.js";

/** A table in the making: columns appear when they are first named; rows before that are absent in them. */
export class TableRows {
  #rowCount = 0;
  /** Row that the table which was added last begins with. */
  #first = 0;
  readonly #columns = new Map<string, GrowingColumn>();

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Makes room for rows. @returns the first of them */
  addRows(count: number): number {
    const first = this.#rowCount;
    this.#first = first;
    this.#rowCount += count;
    for (const column of this.#columns.values()) column.begin(first, count);
    return first;
  }

  numbers(name: string): GrowingNumbers {
    return this.#column(name, GrowingNumbers, () => new GrowingNumbers());
  }

  flags(name: string): GrowingFlags {
    return this.#column(name, GrowingFlags, () => new GrowingFlags());
  }

  codes(name: string): GrowingCodes {
    return this.#column(name, GrowingCodes, () => new GrowingCodes(GIVEN_TEXTS[name]?.()));
  }

  texts(name: string): GrowingTexts {
    return this.#column(name, GrowingTexts, () => new GrowingTexts());
  }

  names(): readonly string[] {
    return [...this.#columns.keys()];
  }

  /** Sets a value of whatever kind the column of an earlier table has. */
  column(name: string): GrowingColumn | undefined {
    return this.#columns.get(name);
  }

  /** Every column with the rows in an order. */
  finish(order: Uint32Array): Map<string, ColumnData> {
    const finished = new Map<string, ColumnData>();
    for (const [name, column] of this.#columns) {
      finished.set(name, column.finish(order));
      this.#columns.delete(name);
    }
    return finished;
  }

  #column<Kind extends GrowingColumn>(name: string, kind: new () => Kind, make: () => Kind): Kind {
    const known = this.#columns.get(name);
    if (known instanceof kind) return known;
    if (known !== undefined) throw new Error(`the column ${name} holds values of another kind`);
    const column = make();
    column.begin(this.#first, this.#rowCount - this.#first);
    this.#columns.set(name, column);
    return column;
  }
}

/** Texts whose codes have an order: labels by the walk of the tree, reasons for having none as core lists them. */
const GIVEN_TEXTS: Readonly<Record<string, () => readonly string[]>> = {
  labelRegion: () => regions().map(({ acronym }) => acronym),
  regionAbsent: () => absentReasonSchema.options,
};
