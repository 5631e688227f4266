/** A text without any quote, cut at its delimiters and line ends: nothing else in it has a meaning. */
export interface ScannedText {
  readonly text: string;
  /** Records, header included. */
  readonly recordCount: number;
  /** Fields of each record. */
  readonly width: number;
  /** Where each record starts. */
  readonly recordStarts: Uint32Array;
  /** Where the field of a record ends, `ends[record * width + field]`; the next one starts behind the delimiter. */
  readonly ends: Uint32Array;
}

const NEWLINE = 10;
const RETURN = 13;

/**
 * Cuts a text that holds no quote. Line ends are `\n`, `\r\n`, or `\r` in a text without any `\n`; blank lines at the end are no records.
 *
 * Absent: `undefined` when a record has more or fewer fields than the first, or there is no record.
 *
 * @param text without byte order mark
 * @param delimiter one character
 */
export function scanText(text: string, delimiter: string): ScannedText | undefined {
  const end = lengthWithoutBlankLines(text);
  if (end === 0) return undefined;
  const rowEnd = text.includes("\n") ? "\n" : "\r";
  const recordStarts = findRecords(text, end, rowEnd);
  const [first = 0, second = end + 1] = recordStarts;
  const width = text.slice(first, second - 1).split(delimiter).length;
  const recordCount = recordStarts.length;
  // Each field but the last ends in a character of its own: what would need more of them is uneven, whatever it claims.
  if (recordCount * width > end + 1) return undefined;
  const ends = new Uint32Array(recordCount * width);
  const separator = delimiter.charCodeAt(0);
  for (let record = 0, cell = 0; record < recordCount; record++) {
    const stop = endOfRecord(
      text,
      (recordStarts[record + 1] ?? end + 1) - 1,
      record < recordCount - 1 && rowEnd === "\n",
    );
    const cellsEnd = cell + width - 1;
    for (let at = recordStarts[record] ?? 0; at < stop; at++) {
      if (text.charCodeAt(at) !== separator) continue;
      if (cell === cellsEnd) return undefined;
      ends[cell++] = at;
    }
    if (cell !== cellsEnd) return undefined;
    ends[cell++] = stop;
  }
  return { text, recordCount, width, recordStarts, ends };
}

/** A line end of two characters is one. */
function endOfRecord(text: string, stop: number, mayBePair: boolean): number {
  return mayBePair && text.charCodeAt(stop - 1) === RETURN ? stop - 1 : stop;
}

function findRecords(text: string, end: number, rowEnd: string): Uint32Array {
  let count = 1;
  for (let at = text.indexOf(rowEnd); at !== -1 && at < end; at = text.indexOf(rowEnd, at + 1)) count++;
  const starts = new Uint32Array(count);
  for (let record = 1, at = -1; record < count; record++) {
    at = text.indexOf(rowEnd, at + 1);
    starts[record] = at + 1;
  }
  return starts;
}

function lengthWithoutBlankLines(text: string): number {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === NEWLINE || text.charCodeAt(end - 1) === RETURN)) end--;
  return end;
}
