import { SchemaError } from "@crossprobe/core";
import type { CsvColumns } from "@crossprobe/formats/csv";

/** A column read as numbers. */
export interface NumberColumn {
  /** NaN where the cell is empty, says that there is nothing, or is no number. */
  readonly values: Float64Array;
  /** Rows whose cell is no number. */
  readonly unreadable: ReadonlySet<number>;
}

/** One CSV table of the project cache: cells by column name and row number, read as what they stand for. */
export class CsvCells {
  readonly url: string;
  readonly rowCount: number;
  /** Names of the columns in file order. */
  readonly columns: readonly string[];
  readonly #csv: CsvColumns;
  readonly #numbers = new Map<string, NumberColumn>();
  readonly #ids = new Map<string, readonly (string | undefined)[]>();

  /** @throws {@link SchemaError} naming the file and the columns that are missing */
  constructor(csv: CsvColumns, url: string, required: readonly string[]) {
    const missing = required.filter((name) => !csv.has(name));
    if (missing.length > 0) throw lacksColumns(missing, csv.names, url);
    this.#csv = csv;
    this.url = url;
    this.rowCount = csv.rowCount;
    this.columns = csv.names;
  }

  has(column: string): boolean {
    return this.#csv.has(column);
  }

  /** As written; `""` also where the column is absent. */
  raw(column: string, row: number): string {
    return this.#csv.text(column, row);
  }

  /**
   * Decimal identifier. Columns with empty cells come as floats (`385.0`).
   *
   * Source: AllenSDK writes its tables with `DataFrame.to_csv`.
   */
  id(column: string, row: number): string {
    const id = this.#idsOf(column)[row];
    if (id !== undefined) return id;
    throw this.unreadable(column, row, "identifier");
  }

  /** Null for an empty cell and for NaN. @throws {@link SchemaError} for a cell that is no number */
  number(column: string, row: number): number | null {
    const { values, unreadable } = this.numbers(column);
    const value = values[row] ?? Number.NaN;
    if (!Number.isNaN(value)) return value;
    if (unreadable.has(row)) throw this.unreadable(column, row, "number");
    return null;
  }

  /** A column as numbers, read once; NaN throughout where the table has no such column. */
  numbers(column: string): NumberColumn {
    const known = this.#numbers.get(column);
    if (known) return known;
    const found = toNumberColumn(this.#csv, column);
    this.#numbers.set(column, found);
    return found;
  }

  /** Null for an empty cell. @throws {@link SchemaError} for a cell that is no truth value */
  boolean(column: string, row: number): boolean | null {
    const text = this.raw(column, row).trim().toLowerCase();
    if (text === "true" || text === "1" || text === "1.0") return true;
    if (text === "false" || text === "0" || text === "0.0") return false;
    if (ABSENT_TEXT.has(text)) return null;
    throw this.unreadable(column, row, "truth value");
  }

  /** Null for an empty cell and the texts that stand for absence. */
  text(column: string, row: number): string | null {
    const text = this.raw(column, row);
    return ABSENT_TEXT.has(text.trim().toLowerCase()) ? null : text;
  }

  #idsOf(column: string): readonly (string | undefined)[] {
    const known = this.#ids.get(column);
    if (known) return known;
    const found = (this.#csv.texts(column) ?? []).map((text) => /^(\d+)(\.0*)?$/.exec(text.trim())?.[1]);
    this.#ids.set(column, found);
    return found;
  }

  /** The error of a cell that is not what it should be. */
  unreadable(column: string, row: number, wanted: string): SchemaError {
    const cell = JSON.stringify(this.raw(column, row));
    return new SchemaError(`Row ${row + 1} of ${this.url} holds ${cell} in column ${column}, which is no ${wanted}.`, {
      url: this.url,
    });
  }
}

function toNumberColumn(csv: CsvColumns, column: string): NumberColumn {
  const unreadable = new Set<number>();
  const values = csv.numbers(column, (text, row) => {
    const value = toNumber(text);
    if (value === undefined) unreadable.add(row);
    return value ?? Number.NaN;
  });
  return { values: values ?? new Float64Array(csv.rowCount).fill(Number.NaN), unreadable };
}

function lacksColumns(missing: readonly string[], present: readonly string[], url: string): SchemaError {
  const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(", ");
  const noun = missing.length === 1 ? "column" : "columns";
  return new SchemaError(`${url} lacks the ${noun} ${list(missing)} (it has ${list(present)}).`, {
    url,
    hint: "Download the table again, or let AllenSDK write it.",
  });
}

/** Texts that writers of these tables and files put where there is nothing. Source: errata of the release. */
export const ABSENT_TEXT: ReadonlySet<string> = new Set(["", "nan", "null", "none", "n/a"]);

/** A number; null for NaN, the empty text and the texts that stand for absence; `undefined` for any other text. */
export function toNumber(text: string): number | null | undefined {
  const plain = Number(text);
  // Most cells are plain numbers; an empty or blank text is 0 to JavaScript, and is absent here.
  if (plain !== 0 && !Number.isNaN(plain)) return plain;
  const trimmed = text.trim();
  if (ABSENT_TEXT.has(trimmed.toLowerCase())) return null;
  const value = Number(trimmed.replace(/^([+-]?)inf(inity)?$/i, "$1Infinity"));
  return Number.isNaN(value) ? undefined : value;
}
