import { SchemaError } from "@crossprobe/core";
import type { CsvTable } from "@crossprobe/formats/csv";
import { requireColumns } from "@crossprobe/formats/csv";

/** One CSV table of the project cache: cells by column name and row number, read as what they stand for. */
export class CsvCells {
  readonly url: string;
  readonly rowCount: number;
  readonly #columns: ReadonlyMap<string, readonly string[]>;

  /** @throws {@link SchemaError} naming the file and the columns that are missing */
  constructor(csv: CsvTable, url: string, required: readonly string[]) {
    requireColumns(csv, required, url);
    this.url = url;
    this.rowCount = csv.rowCount;
    this.#columns = csv.columns;
  }

  /** Names of the columns in file order. */
  get columns(): readonly string[] {
    return [...this.#columns.keys()];
  }

  has(column: string): boolean {
    return this.#columns.has(column);
  }

  /** As written; `""` also where the column is absent. */
  raw(column: string, row: number): string {
    return this.#columns.get(column)?.[row] ?? "";
  }

  /**
   * Decimal identifier. Columns with empty cells come as floats (`385.0`).
   *
   * Source: AllenSDK writes its tables with `DataFrame.to_csv`.
   */
  id(column: string, row: number): string {
    const match = /^(\d+)(\.0*)?$/.exec(this.raw(column, row).trim());
    if (match?.[1] !== undefined) return match[1];
    throw this.#unreadable(column, row, "identifier");
  }

  /** Null for an empty cell and for NaN. @throws {@link SchemaError} for a cell that is no number */
  number(column: string, row: number): number | null {
    const value = toNumber(this.raw(column, row));
    if (value !== undefined) return value;
    throw this.#unreadable(column, row, "number");
  }

  /** Null for an empty cell. @throws {@link SchemaError} for a cell that is no truth value */
  boolean(column: string, row: number): boolean | null {
    const text = this.raw(column, row).trim().toLowerCase();
    if (text === "true" || text === "1" || text === "1.0") return true;
    if (text === "false" || text === "0" || text === "0.0") return false;
    if (ABSENT_TEXT.has(text)) return null;
    throw this.#unreadable(column, row, "truth value");
  }

  /** Null for an empty cell and the texts that stand for absence. */
  text(column: string, row: number): string | null {
    const text = this.raw(column, row);
    return ABSENT_TEXT.has(text.trim().toLowerCase()) ? null : text;
  }

  #unreadable(column: string, row: number, wanted: string): SchemaError {
    const cell = JSON.stringify(this.raw(column, row));
    return new SchemaError(`Row ${row + 1} of ${this.url} holds ${cell} in column ${column}, which is no ${wanted}.`, {
      url: this.url,
    });
  }
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
