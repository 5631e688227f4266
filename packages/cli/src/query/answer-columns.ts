import type { Answer, Cell, ResolvedColumn } from "@crossprobe/catalogue";
import { type CallOptions, type Column, type Table, table } from "@crossprobe/core";
import type { TypedColumn } from "@crossprobe/formats/parquet";
import { type AnswerColumn, type AnswerRows, isGrouped } from "./answer-rows.js";

/** Some rows of an answer as columns in memory, no value an object of its own. */
export interface ColumnPart {
  readonly rowCount: number;
  /** In the order of the answer. */
  readonly columns: ReadonlyMap<string, GatheredColumn>;
}

/** Absent: NaN, flag 2, code 0, null. */
export type GatheredColumn =
  | { readonly kind: "number"; readonly type: "double" | "int32"; readonly values: Float64Array }
  | { readonly kind: "flag"; readonly values: Uint8Array }
  | { readonly kind: "code"; readonly codes: Uint32Array; readonly texts: readonly string[] }
  | { readonly kind: "text"; readonly values: readonly (string | null)[] };

/** Columns of texts that are another one in nearly every row: not worth a dictionary. */
export const OWN_TEXTS: ReadonlySet<string> = new Set([
  ...["session", "probe", "channel", "unit", "peakChannel", "uuid", "startTime"],
]);

/** The rows of an answer in parts of at most so many, as its question sorts and limits them. Columns of a part are used again for the next. */
export async function* columnParts(
  answer: Answer,
  { columns, total, rows }: AnswerRows,
  size: number,
  options: CallOptions,
): AsyncIterable<ColumnPart> {
  const { question } = answer;
  const part = new PartBuilder(columns, Math.max(1, Math.min(size, total)));
  if (isGrouped(question) || question.sort.length > 0) {
    for await (const row of rows(options)) {
      part.addRow((name) => row[name] ?? null);
      if (part.isFull) yield part.take();
    }
  } else {
    let left = question.limit ?? Infinity;
    for (const { start, end, columns: resolved } of await answer.batches(options)) {
      for (let from = start; from < end && left > 0; ) {
        options.signal?.throwIfAborted();
        const to = Math.min(end, from + part.room, from + left);
        part.addRun((name) => resolved.get(name), from, to);
        left -= to - from;
        from = to;
        if (part.isFull) yield part.take();
      }
    }
  }
  if (!part.isEmpty) yield part.take();
}

class PartBuilder {
  readonly #size: number;
  readonly #columns: ReadonlyMap<string, ColumnBuilder>;
  #rows = 0;

  constructor(columns: readonly AnswerColumn[], size: number) {
    this.#size = size;
    this.#columns = new Map(columns.map(({ name, type }) => [name, builderOf(name, type, size)]));
  }

  get room(): number {
    return this.#size - this.#rows;
  }

  get isFull(): boolean {
    return this.room === 0;
  }

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  addRow(cellOf: (name: string) => Cell): void {
    for (const [name, column] of this.#columns) column.set(this.#rows, cellOf(name));
    this.#rows++;
  }

  addRun(columnOf: (name: string) => ResolvedColumn | undefined, from: number, to: number): void {
    for (const [name, column] of this.#columns) column.setRun(this.#rows, columnOf(name), from, to);
    this.#rows += to - from;
  }

  take(): ColumnPart {
    const rowCount = this.#rows;
    this.#rows = 0;
    return { rowCount, columns: new Map([...this.#columns].map(([name, column]) => [name, column.take(rowCount)])) };
  }
}

/** Collects the cells of one column. */
abstract class ColumnBuilder {
  abstract set(at: number, cell: Cell): void;
  abstract take(rowCount: number): GatheredColumn;

  /** Rows `from` to `to` of a column of the catalogue; all absent where a dataset has none. */
  setRun(at: number, column: ResolvedColumn | undefined, from: number, to: number): void {
    if (column === undefined) for (let i = 0; i < to - from; i++) this.set(at + i, null);
    else if (column.kind === "coded") this.setCodes(at, column, from, to);
    else if (column.kind === "texts") for (let row = from; row < to; row++) this.set(at + row - from, column.at(row));
    else for (let row = from; row < to; row++) this.set(at + row - from, column.values[row] ?? null);
  }

  protected setCodes(
    at: number,
    { codes, cells }: Extract<ResolvedColumn, { kind: "coded" }>,
    from: number,
    to: number,
  ): void {
    for (let row = from; row < to; row++) this.set(at + row - from, cells[codes[row] ?? 0] ?? null);
  }
}

function builderOf(name: string, type: AnswerColumn["type"], size: number): ColumnBuilder {
  if (type === "double" || type === "int32") return new NumberBuilder(type, size);
  if (type === "boolean") return new FlagBuilder(size);
  return OWN_TEXTS.has(name) ? new TextBuilder() : new CodeBuilder(size);
}

class NumberBuilder extends ColumnBuilder {
  readonly #type: "double" | "int32";
  readonly #values: Float64Array;

  constructor(type: "double" | "int32", size: number) {
    super();
    this.#type = type;
    this.#values = new Float64Array(size);
  }

  set(at: number, cell: Cell): void {
    this.#values[at] = typeof cell === "number" ? cell : Number.NaN;
  }

  override setRun(at: number, column: ResolvedColumn | undefined, from: number, to: number): void {
    if (column?.kind === "numbers") this.#values.set(column.values.subarray(from, to), at);
    else super.setRun(at, column, from, to);
  }

  take(rowCount: number): GatheredColumn {
    return { kind: "number", type: this.#type, values: this.#values.subarray(0, rowCount) };
  }
}

const ABSENT_FLAG = 2;

class FlagBuilder extends ColumnBuilder {
  readonly #values: Uint8Array;

  constructor(size: number) {
    super();
    this.#values = new Uint8Array(size);
  }

  set(at: number, cell: Cell): void {
    this.#values[at] = cell === null ? ABSENT_FLAG : Number(cell);
  }

  take(rowCount: number): GatheredColumn {
    return { kind: "flag", values: this.#values.subarray(0, rowCount) };
  }
}

/** One list of texts for all parts; those of a column of the catalogue are looked up once. */
class CodeBuilder extends ColumnBuilder {
  readonly #codes: Uint32Array;
  readonly #texts: string[] = [""];
  readonly #known = new Map<string, number>();
  readonly #translated = new WeakMap<readonly Cell[], Uint32Array>();

  constructor(size: number) {
    super();
    this.#codes = new Uint32Array(size);
  }

  set(at: number, cell: Cell): void {
    this.#codes[at] = this.#codeOf(cell);
  }

  protected override setCodes(
    at: number,
    { codes, cells }: Extract<ResolvedColumn, { kind: "coded" }>,
    from: number,
    to: number,
  ): void {
    const translated = this.#translated.get(cells) ?? Uint32Array.from(cells, (cell) => this.#codeOf(cell ?? null));
    this.#translated.set(cells, translated);
    for (let row = from; row < to; row++) this.#codes[at + row - from] = translated[codes[row] ?? 0] ?? 0;
  }

  #codeOf(cell: Cell): number {
    if (cell === null) return 0;
    const text = String(cell);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const code = this.#texts.push(text) - 1;
    this.#known.set(text, code);
    return code;
  }

  take(rowCount: number): GatheredColumn {
    return { kind: "code", codes: this.#codes.subarray(0, rowCount), texts: this.#texts };
  }
}

class TextBuilder extends ColumnBuilder {
  #values: (string | null)[] = [];

  set(at: number, cell: Cell): void {
    this.#values[at] = cell === null ? null : String(cell);
  }

  take(): GatheredColumn {
    const values = this.#values;
    this.#values = [];
    return { kind: "text", values };
  }
}

/** A part as a table of texts, numbers and truth values: NaN and null are absent. */
export function tableOfPart({ columns, rowCount }: ColumnPart): Table {
  return table(
    [...columns].map(([name, column]): [string, Column] => [name, valuesOf(column)]),
    rowCount,
  );
}

function valuesOf(column: GatheredColumn): Column {
  switch (column.kind) {
    case "number":
    case "text":
      return column.values;
    case "flag":
      return Array.from(column.values, (value) => (value === ABSENT_FLAG ? null : value === 1));
    case "code": {
      const cells = column.texts.map((text, code) => (code === 0 ? null : text));
      return Array.from(column.codes, (code) => cells[code] ?? null);
    }
  }
}

const utf8 = new TextEncoder();

/** A column as the Parquet writer takes it. */
export function typedColumnOf(column: GatheredColumn): TypedColumn {
  if (column.kind !== "text") return column;
  const texts = column.values.map((value) => utf8.encode(value ?? ""));
  const offsets = new Uint32Array(texts.length + 1);
  for (const [i, { length }] of texts.entries()) offsets[i + 1] = (offsets[i] ?? 0) + length;
  const bytes = new Uint8Array(offsets.at(-1) ?? 0);
  for (const [i, text] of texts.entries()) bytes.set(text, offsets[i]);
  return { kind: "text", offsets, bytes };
}
