/** Where a text stops being CSV. */
export class CsvSyntaxError extends Error {
  /** Counted from 1. */
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/**
 * Goes through the records of a CSV text, header included.
 *
 * A line without quotes is split at once; only records with quotes are scanned field by field. Line ends are `\n`, `\r\n`, or
 * `\r` in a text without any `\n`. Blank lines at the end of the text are no records.
 *
 * @param onRecord gets the fields without their quotes, and the line (from 1) where the record starts
 * @throws CsvSyntaxError
 */
export function forEachRecord(
  text: string,
  delimiter: string,
  onRecord: (fields: readonly string[], line: number) => void,
): void {
  const rowEnd = text.includes("\n") ? "\n" : "\r";
  const end = lengthWithoutBlankLines(text);
  let position = text.startsWith("\uFEFF") ? 1 : 0;
  let line = 1;
  let quote = text.indexOf('"', position);
  while (position < end) {
    let stop = text.indexOf(rowEnd, position);
    if (stop === -1 || stop > end) stop = end;
    if (quote !== -1 && quote < position) quote = text.indexOf('"', position);
    if (quote === -1 || quote >= stop) {
      const lineEnd = text[stop - 1] === "\r" && stop > position ? stop - 1 : stop;
      onRecord(text.slice(position, lineEnd).split(delimiter), line);
      position = stop + 1;
      line++;
      continue;
    }
    const record = quotedRecord(text, position, end, delimiter, rowEnd, line);
    onRecord(record.fields, line);
    position = record.next;
    line += record.lines;
  }
}

interface QuotedRecord {
  readonly fields: readonly string[];
  /** Where the next record starts. */
  readonly next: number;
  /** How many lines this one takes. */
  readonly lines: number;
}

function quotedRecord(
  text: string,
  start: number,
  end: number,
  delimiter: string,
  rowEnd: string,
  line: number,
): QuotedRecord {
  const fields: string[] = [];
  let position = start;
  let lines = 1;
  for (;;) {
    let value: string;
    if (text[position] === '"') {
      const closing = closingQuote(text, position, end);
      if (closing === -1) throw new CsvSyntaxError("a quote does not end", line + lines - 1);
      value = text.slice(position + 1, closing).replaceAll('""', '"');
      lines += countOf(text, rowEnd, position, closing);
      position = closing + 1;
    } else {
      const stop = fieldEnd(text, position, end, delimiter, rowEnd);
      value = text.slice(position, stop);
      position = stop;
    }
    fields.push(value);
    if (position < end && text[position] === delimiter) {
      position++;
      continue;
    }
    if (text[position] === "\r" && rowEnd === "\n" && (position + 1 >= end || text[position + 1] === "\n")) position++;
    if (position >= end || text[position] === rowEnd) return { fields, next: position + 1, lines };
    throw new CsvSyntaxError("there is text between a closing quote and the next value", line + lines - 1);
  }
}

/** The quote that ends a value; doubled quotes stand for one inside it. -1 when there is none. */
function closingQuote(text: string, opening: number, end: number): number {
  let position = opening + 1;
  for (;;) {
    const quote = text.indexOf('"', position);
    if (quote === -1 || quote >= end) return -1;
    if (text[quote + 1] !== '"') return quote;
    position = quote + 2;
  }
}

/** The end of a value without quotes: a delimiter or the end of the line, without a `\r` before it. */
function fieldEnd(text: string, start: number, end: number, delimiter: string, rowEnd: string): number {
  for (let i = start; i < end; i++) {
    const character = text[i];
    if (character === delimiter) return i;
    if (character === rowEnd) return text[i - 1] === "\r" && i > start ? i - 1 : i;
  }
  return end;
}

function countOf(text: string, character: string, start: number, end: number): number {
  let count = 0;
  for (let i = text.indexOf(character, start); i !== -1 && i < end; i = text.indexOf(character, i + 1)) count++;
  return count;
}

function lengthWithoutBlankLines(text: string): number {
  let end = text.length;
  while (end > 0 && (text[end - 1] === "\n" || text[end - 1] === "\r")) end--;
  return end;
}
