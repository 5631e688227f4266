/** A column as it lies in memory. Absent values have one code each, which never leaves this package. */
export type ColumnData = NumberData | CodeData | FlagData | TextData;

/** NaN is absent. */
export interface NumberData {
  readonly kind: "number";
  readonly values: Float64Array;
}

/** A text out of a few: `texts[code]`; code 0 is absent. */
export interface CodeData {
  readonly kind: "code";
  readonly codes: Codes;
  readonly texts: readonly string[];
}
export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** 0 false, 1 true, {@link ABSENT_FLAG} absent. */
export interface FlagData {
  readonly kind: "flag";
  readonly values: Uint8Array;
}
export const ABSENT_FLAG = 2;

/**
 * A text of its own in nearly every row: UTF-8 bytes `offsets[row]` to `offsets[row + 1]`. No bytes are absent. Where the first byte is
 * {@link PREFIXED}, the id of the row's probe stands before the rest: ids of channels and units mostly begin with it.
 */
export interface TextData {
  readonly kind: "text";
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
}
export const PREFIXED = 0;

export type Cell = number | string | boolean | null;

const utf8 = new TextDecoder();

/** The value of a row, null where absent. `prefix` is the id of the row's probe. */
export function cellOf(data: ColumnData, row: number, prefix: string): Cell {
  switch (data.kind) {
    case "number": {
      const value = data.values[row];
      return value === undefined || Number.isNaN(value) ? null : value;
    }
    case "code": {
      const code = data.codes[row] ?? 0;
      return code === 0 ? null : (data.texts[code] ?? null);
    }
    case "flag": {
      const value = data.values[row] ?? ABSENT_FLAG;
      return value === ABSENT_FLAG ? null : value === 1;
    }
    case "text":
      return textOf(data, row, prefix);
  }
}

export function textOf({ offsets, bytes }: TextData, row: number, prefix: string): string | null {
  const [start, end] = [offsets[row] ?? 0, offsets[row + 1] ?? 0];
  if (start === end) return null;
  const isPrefixed = bytes[start] === PREFIXED;
  const own = utf8.decode(bytes.subarray(isPrefixed ? start + 1 : start, end));
  return isPrefixed ? prefix + own : own;
}

/** Smallest array of codes for so many different texts, the absent one included. */
export function codesFor(texts: number, rows: number): Codes {
  if (texts <= 0x100) return new Uint8Array(rows);
  return texts <= 0x10000 ? new Uint16Array(rows) : new Uint32Array(rows);
}
