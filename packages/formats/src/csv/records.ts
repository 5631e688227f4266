import { CsvError, type Options, parse } from "#csv-parse";

/** Where a text stops being CSV. */
export class CsvSyntaxError extends Error {
  /** Counted from 1. */
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** The records of a CSV text, header included, and where each starts. */
export interface CsvRecords {
  /** Fields without their quotes; records may differ in length. */
  readonly records: readonly (readonly string[])[];
  /** The line (from 1) where a record starts; goes through all before it. */
  readonly lineOf: (record: number) => number;
}

/**
 * Reads the records of a CSV text with csv-parse.
 *
 * Line ends are `\n`, `\r\n`, or `\r` in a text without any `\n`. Blank lines at the end of the text are no records. A quote
 * inside a value without quotes (`5"8`) stands for itself.
 *
 * @throws CsvSyntaxError when a quote does not end, or text follows a closing quote
 */
export function readRecords(text: string, delimiter: string): CsvRecords {
  const rowEnd = text.includes("\n") ? "\n" : "\r";
  // As bytes: from a text, the browser's build makes an array with an element a byte.
  const bytes = new TextEncoder().encode(text.slice(text.startsWith("\uFEFF") ? 1 : 0, lengthWithoutBlankLines(text)));
  refuseNulAfterQuote(text, rowEnd);
  const records = parseStrictly(bytes, rowEnd, {
    delimiter,
    record_delimiter: text.includes("\r\n") ? ["\r\n", "\n"] : [rowEnd],
    relax_column_count: true,
  });
  return { records, lineOf: (record) => lineOf(records, record, rowEnd) };
}

const REASONS: Partial<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quote does not end",
  CSV_INVALID_CLOSING_QUOTE: "there is text between a closing quote and the next value",
};

function parseStrictly(bytes: Uint8Array, rowEnd: string, options: Options): string[][] {
  try {
    return parse(bytes, options);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code === "INVALID_OPENING_QUOTE") return parseWithBareQuotes(bytes, rowEnd, options);
    // Its `lines` counts `\r\n` inside quotes twice; `bytes` is the end of the last good value.
    const line = 1 + countOf(new TextDecoder().decode(bytes.subarray(0, Number(error.bytes))), rowEnd);
    throw new CsvSyntaxError(REASONS[error.code] ?? error.message, line);
  }
}

/**
 * For texts with a quote inside a value without quotes. There the library no longer refuses text behind a closing quote: it keeps
 * such a value with its quotes, and all lines between them.
 */
function parseWithBareQuotes(bytes: Uint8Array, rowEnd: string, options: Options): string[][] {
  const records = parseStrictly(bytes, rowEnd, { ...options, relax_quotes: true });
  const unclear = records.findIndex((fields) => fields.some((field) => field.startsWith('"')));
  if (unclear === -1) return records;
  const reason = "a value starts with a quote, in a table with quotes inside values that have none around them";
  throw new CsvSyntaxError(reason, lineOf(records, unclear, rowEnd));
}

/** The library takes a NUL behind a closing quote for the end of the text, and goes on with the value. */
function refuseNulAfterQuote(text: string, rowEnd: string): void {
  const at = text.indexOf('"\0');
  if (at !== -1) throw new CsvSyntaxError("there is a NUL after a quote", 1 + countOf(text.slice(0, at), rowEnd));
}

/** Values hold the line ends that stand between their quotes. */
function lineOf(records: readonly (readonly string[])[], record: number, rowEnd: string): number {
  let line = 1;
  for (const fields of records.slice(0, record)) {
    line++;
    for (const field of fields) line += countOf(field, rowEnd);
  }
  return line;
}

function countOf(text: string, character: string): number {
  let count = 0;
  for (let i = text.indexOf(character); i !== -1; i = text.indexOf(character, i + 1)) count++;
  return count;
}

function lengthWithoutBlankLines(text: string): number {
  let end = text.length;
  while (end > 0 && (text[end - 1] === "\n" || text[end - 1] === "\r")) end--;
  return end;
}
