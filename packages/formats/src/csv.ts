/** Comma-separated tables. Format: RFC 4180, with the liberties of pandas: any line end, a byte order mark, an unnamed index. */

import { type ByteStore, type CallOptions, FormatError, SchemaError } from "@crossprobe/core";
import { type CsvColumns, RecordColumns, ScannedColumns } from "./csv/columns.js";
import { type CsvRecords, CsvSyntaxError, readRecords } from "./csv/records.js";
import { scanText } from "./csv/scanned-text.js";
import { urlOf } from "./place.js";
import { decodeText } from "./text.js";

export type { CsvColumns } from "./csv/columns.js";
export { encodeCsv } from "./csv/encode.js";

/** Far above any table of a dataset; a spreadsheet has 16 384. */
const MAX_COLUMNS = 2 ** 16;

/** A table of texts as they stand in the file, without their quotes. */
export interface CsvTable {
  /** By name, in the order of the file; the name of an unnamed index column is `""`. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly rowCount: number;
}

export interface CsvOptions {
  /** One character; a comma unless given. */
  readonly delimiter?: string | undefined;
  /** Only these columns, which must exist. All unless given. */
  readonly columns?: readonly string[] | undefined;
}

/**
 * A CSV file with a header line. Reads it whole.
 *
 * Absent: `undefined` when the store has no such key. An empty value is `""`; see {@link numberColumn}.
 *
 * @throws {@link FormatError} with the line, when rows differ in length or a quote does not end
 * @throws {@link SchemaError} when a wanted column is missing or a name stands twice
 * @example
 * const units = await readCsv(store, "units.csv", { columns: ["id", "snr"] }, { signal });
 */
export async function readCsv(
  store: ByteStore,
  key: string,
  csv: CsvOptions = {},
  options: CallOptions = {},
): Promise<CsvTable | undefined> {
  const bytes = await store.read(key, options);
  if (bytes === undefined) return undefined;
  const url = urlOf(store, key);
  return parseCsv(decodeText(bytes, url, "csv"), url, csv);
}

/**
 * The table in a CSV text. Blank lines at the end are no rows. An inner blank line is an empty value of a one-column table,
 * and an error in a wider one.
 *
 * @param url for messages
 * @throws as {@link readCsv}
 */
export function parseCsv(text: string, url: string, options: CsvOptions = {}): CsvTable {
  const { records, lineOf } = recordsOf(text, options.delimiter ?? ",", url);
  const [header] = records;
  if (header === undefined) throw broken(url, 1, "it is empty, without even a header");
  if (header.length > MAX_COLUMNS) {
    throw broken(url, 1, `its header has ${header.length} columns, the limit is ${MAX_COLUMNS}`);
  }
  const builder = new TableBuilder(header, options.columns, url);
  for (const [i, fields] of records.entries()) {
    if (i === 0) continue;
    if (fields.length !== header.length) {
      const reason = `a row has ${fields.length} values where the header has ${header.length}`;
      throw broken(url, lineOf(i), reason);
    }
    builder.add(fields);
  }
  return builder.table();
}

/**
 * A CSV file with a header line, its columns made when they are asked for. Reads it whole; for large tables of which some columns, or
 * numbers, are wanted. Values and errors are those of {@link readCsv}.
 *
 * @example
 * const units = await readCsvColumns(store, "units.csv", {}, { signal });
 * const snr = Float64Array.from(units?.texts("snr") ?? [], (text) => (text === "" ? Number.NaN : Number(text)));
 */
export async function readCsvColumns(
  store: ByteStore,
  key: string,
  csv: Pick<CsvOptions, "delimiter"> = {},
  options: CallOptions = {},
): Promise<CsvColumns | undefined> {
  const bytes = await store.read(key, options);
  if (bytes === undefined) return undefined;
  const url = urlOf(store, key);
  return parseCsvColumns(decodeText(bytes, url, "csv"), url, csv);
}

/** The columns in a CSV text. A text without a quote is cut at its delimiters and line ends; any other is read as by {@link parseCsv}. */
export function parseCsvColumns(text: string, url: string, options: Pick<CsvOptions, "delimiter"> = {}): CsvColumns {
  const scanned = text.includes('"') ? undefined : scanText(withoutMark(text), options.delimiter ?? ",");
  const columns = scanned !== undefined && scanned.width <= MAX_COLUMNS ? new ScannedColumns(scanned) : undefined;
  // What cannot be cut evenly is read again for its complaint.
  if (columns === undefined || hasRepeated(columns.names)) return new RecordColumns(parseCsv(text, url, options));
  return columns;
}

function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function recordsOf(text: string, delimiter: string, url: string): CsvRecords {
  try {
    return readRecords(text, delimiter);
  } catch (error) {
    if (error instanceof CsvSyntaxError) throw broken(url, error.line, error.message, error);
    throw error;
  }
}

/**
 * A column as numbers, each the one nearest to its text. Empty is NaN, and so are `nan` and `NaN`; `inf` and `Infinity` are
 * read with either sign.
 *
 * @param url for messages
 * @throws {@link SchemaError} when the column is missing, or naming file, column and row of what is no number, or a whole
 *   number that none holds exactly
 */
export function numberColumn(table: CsvTable, name: string, url: string): Float64Array {
  requireColumns(table, [name], url);
  const texts = table.columns.get(name) ?? [];
  const numbers = new Float64Array(texts.length);
  for (const [row, text] of texts.entries()) {
    const value = parseNumber(text);
    if (value === undefined || isInexact(text, value)) {
      const what = value === undefined ? "where a number is expected" : "which no number holds exactly";
      const place = `column ${JSON.stringify(name)}, row ${row + 1} after the header`;
      throw new SchemaError(`${url} has ${JSON.stringify(text)} ${what} (${place}).`, { url });
    }
    numbers[row] = value;
  }
  return numbers;
}

/** A column's texts, or `undefined` when the table has no such column. */
export function optionalColumn(table: CsvTable, name: string): readonly string[] | undefined {
  return table.columns.get(name);
}

/** Checks that columns are there. @throws SchemaError naming those that are missing and those that are present */
export function requireColumns(table: CsvTable, names: readonly string[], url: string): void {
  const present = [...table.columns.keys()];
  const missing = names.filter((name) => !table.columns.has(name));
  if (missing.length > 0) throw missingColumns(missing, present, url);
}

class TableBuilder {
  readonly #columns = new Map<string, string[]>();
  /** Place in a row, and the column that it fills. */
  readonly #targets: readonly (readonly [index: number, values: string[]])[];
  #rowCount = 0;

  constructor(names: readonly string[], wanted: readonly string[] | undefined, url: string) {
    const places = new Map<string, number>();
    let repeated: string | undefined;
    for (const [i, name] of names.entries()) {
      if (places.has(name)) repeated ??= name;
      else places.set(name, i);
    }
    if (repeated !== undefined) {
      throw new SchemaError(`${url} has two columns named ${JSON.stringify(repeated)}.`, { url });
    }
    const missing = wanted?.filter((name) => !places.has(name)) ?? [];
    if (missing.length > 0) throw missingColumns(missing, names, url);
    const kept = wanted === undefined ? names : names.filter((name) => wanted.includes(name));
    this.#targets = kept.map((name) => {
      const values: string[] = [];
      this.#columns.set(name, values);
      return [places.get(name) ?? 0, values];
    });
  }

  add(fields: readonly string[]): void {
    for (const [index, values] of this.#targets) values.push(fields[index] ?? "");
    this.#rowCount++;
  }

  table(): CsvTable {
    return { columns: this.#columns, rowCount: this.#rowCount };
  }
}

function hasRepeated(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const PREFIXED = /^[+-]?0[box]/i;

/** `Number` also takes white space for zero, and 0x, 0o and 0b, which no table means. */
function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return text === "" ? Number.NaN : undefined;
  const value = Number(trimmed);
  if (!Number.isNaN(value) && !PREFIXED.test(trimmed)) return value;
  if (/^[+-]?nan$/i.test(trimmed)) return Number.NaN;
  const infinite = INFINITE.exec(trimmed);
  if (infinite === null) return undefined;
  return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/**
 * Identifiers of more than 15 digits may fall together with their neighbours. Floats that large are written with as few digits
 * as tell them apart, which is no loss.
 */
function isInexact(text: string, value: number): boolean {
  if (text.length <= 15 || !/^\s*-?\d+\s*$/.test(text)) return false;
  return BigInt(text.trim()) !== BigInt(value) && text.trim() !== String(value);
}

function missingColumns(missing: readonly string[], present: readonly string[], url: string): SchemaError {
  const list = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(", ");
  const noun = missing.length === 1 ? "column" : "columns";
  return new SchemaError(`${url} lacks the ${noun} ${list(missing)} (it has ${list(present)}).`, { url });
}

function broken(url: string, line: number, reason: string, cause?: unknown): FormatError {
  const at = `line ${line}`;
  const hint = "See whether the file was cut, or is another kind of file.";
  return new FormatError(`${url} is no readable table: ${reason} (${at}).`, { format: "csv", url, at, cause, hint });
}
