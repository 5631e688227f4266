import { QueryError } from "@crossprobe/core";
import { dataHeader, dictionaryHeader, type PageEncoding, varint } from "./encode-page-header.js";
import { copyBytes, viewOf } from "./typed-bytes.js";
import type { TypedCodes, TypedColumn, TypedNumberType } from "./typed-column.js";
import { levelBytes, type PageBuffer, type Presence, packBits, putLevels } from "./typed-page-buffer.js";
import type { EncodedTexts } from "./typed-texts.js";

/** One column of a row group: where its pages lie in the group's bytes, and what is known of its values. */
export interface TypedChunk {
  readonly dictionaryStart?: number;
  readonly dataStart: number;
  readonly end: number;
  readonly encoding: PageEncoding;
  readonly nullCount: number;
  readonly min?: number | boolean | Uint8Array;
  readonly max?: number | boolean | Uint8Array;
}

/** Rows `start` to `end` of a column of that name. */
export interface Rows {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Dictionaries of so many texts are written whole, so that codes stay what they are. */
const SMALL_DICTIONARY = 256;
/** Bits of a dictionary's indices that are packed in one step. */
const WIDEST_INDEX = 24;
const NUMBER_BYTES: Readonly<Record<TypedNumberType, number>> = { double: 8, float: 4, int32: 4, int64: 8 };

/** More bytes than the values of a column need in any case. */
export function chunkBound(column: TypedColumn, { start, end }: Rows, texts: EncodedTexts | undefined): number {
  const count = end - start;
  const levels = Math.ceil(count / 8);
  // Numbers are written before it is known whether they count: one more than there are.
  if (column.kind === "number") return levels + (count + 1) * NUMBER_BYTES[column.type];
  if (column.kind === "code") return levels + count * column.codes.BYTES_PER_ELEMENT + 16 + (texts?.size ?? 0);
  if (column.kind === "flag") return levels * 2;
  if (column.kind === "absent") return levels;
  return levels + count * 4 + ((column.offsets[end] ?? 0) - (column.offsets[start] ?? 0));
}

export function encodeAbsent(buffer: PageBuffer, { start, end }: Rows): TypedChunk {
  const presence = { levels: new Uint8Array(end - start), present: 0 };
  return putData(buffer, presence, "PLAIN", (at) => at);
}

/** Numbers as they are, and their smallest and largest. */
export function encodeNumbers(
  buffer: PageBuffer,
  { name, start, end }: Rows,
  type: TypedNumberType,
  values: Float64Array,
): TypedChunk {
  const levels = new Uint8Array(end - start);
  let present = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = start; i < end; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    levels[i - start] = 1;
    present++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const presence = { levels, present };
  const chunk = putData(buffer, presence, "PLAIN", (at) => {
    const rows = values.subarray(start, end);
    const bad = WRITERS[type](rows, levels, buffer.bytes.buffer as ArrayBuffer, at, present);
    if (bad !== undefined) throw new QueryError(`Column ${JSON.stringify(name)} has ${bad}, which is no ${type}.`);
    return at + present * NUMBER_BYTES[type];
  });
  if (present === 0) return chunk;
  // Bounds that are zero stand for zeros of both signs. Source: parquet.thrift, `ColumnOrder`.
  return { ...chunk, min: min === 0 ? -0 : min, max: max === 0 ? 0 : max };
}

/** Writes the numbers whose level is 1 to a multiple of eight; gives the first that the type does not hold. */
type WriteNumbers = (
  values: Float64Array,
  levels: Uint8Array,
  target: ArrayBuffer,
  at: number,
  present: number,
) => number | undefined;

const WRITERS: Readonly<Record<TypedNumberType, WriteNumbers>> = {
  double: (values, levels, target, at, present) => {
    if (present === values.length) {
      new Float64Array(target, at, present).set(values);
      return undefined;
    }
    const numbers = new Float64Array(target, at, present + 1);
    let next = 0;
    for (let i = 0; i < values.length; i++) {
      numbers[next] = values[i] as number;
      next += levels[i] as number;
    }
    return undefined;
  },
  float: (values, levels, target, at, present) => {
    const numbers = new Float32Array(target, at, present + 1);
    let next = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      numbers[next] = value;
      if (Math.abs(numbers[next] as number) === Infinity && Math.abs(value) !== Infinity) return value;
      next += levels[i] as number;
    }
    return undefined;
  },
  int32: (values, levels, target, at, present) => {
    const numbers = new Int32Array(target, at, present + 1);
    let next = 0;
    for (let i = 0; i < values.length; i++) {
      if (levels[i] === 0) continue;
      const value = values[i] as number;
      if ((value | 0) !== value) return value;
      numbers[next++] = value;
    }
    return undefined;
  },
  int64: (values, levels, target, at, present) => {
    const halves = new Int32Array(target, at, (present + 1) * 2);
    let next = 0;
    for (let i = 0; i < values.length; i++) {
      if (levels[i] === 0) continue;
      const value = values[i] as number;
      if (!Number.isSafeInteger(value)) return value;
      halves[next++] = value;
      halves[next++] = Math.floor(value / 2 ** 32);
    }
    return undefined;
  },
};

/** A bit a value. */
export function encodeFlags(buffer: PageBuffer, { name, start, end }: Rows, values: Uint8Array): TypedChunk {
  const levels = new Uint8Array(end - start);
  const flags = new Uint8Array(end - start);
  let present = 0;
  let trues = 0;
  for (let i = start; i < end; i++) {
    const value = values[i] as number;
    if (value > 2) throw new QueryError(`Column ${JSON.stringify(name)} has the flag ${value}: there are 0, 1 and 2.`);
    if (value === 2) continue;
    levels[i - start] = 1;
    flags[present++] = value;
    trues += value;
  }
  const chunk = putData(buffer, { levels, present }, "PLAIN", (at) => packBits(flags, present, buffer.bytes, at));
  return present === 0 ? chunk : { ...chunk, min: trues === present, max: trues > 0 };
}

/** Texts one after the other, each behind its length. */
export function encodeText(
  buffer: PageBuffer,
  { name, start, end }: Rows,
  { offsets, bytes }: { readonly offsets: Uint32Array; readonly bytes: Uint8Array },
): TypedChunk {
  const levels = new Uint8Array(end - start);
  let present = 0;
  for (let i = start; i < end; i++) {
    const length = (offsets[i + 1] as number) - (offsets[i] as number);
    if (length < 0) throw new QueryError(`Column ${JSON.stringify(name)} has offsets that go back at row ${i}.`);
    if (length > 0) levels[i - start] = 1;
    present += levels[i - start] as number;
  }
  if ((offsets[end] as number) > bytes.length)
    throw new QueryError(
      `Column ${JSON.stringify(name)} has ${bytes.length} bytes, its offsets go up to ${offsets[end]}.`,
    );
  const source = viewOf(bytes);
  const target = viewOf(buffer.bytes);
  return putData(buffer, { levels, present }, "PLAIN", (valuesAt) => {
    let at = valuesAt;
    for (let i = start; i < end; i++) {
      const [from, to] = [offsets[i] as number, offsets[i + 1] as number];
      if (from === to) continue;
      target.setInt32(at, to - from, true);
      at = copyBytes(source, from, to, target, at + 4);
    }
    return at;
  });
}

/** A dictionary of the texts that occur, or of all where they are few, and the bits of an index for each value. */
export function encodeCodes(
  buffer: PageBuffer,
  { name, start, end }: Rows,
  codes: TypedCodes,
  { utf8, ranks }: EncodedTexts,
): TypedChunk {
  const levels = new Uint8Array(end - start);
  const isUsed = new Uint8Array(utf8.length);
  let present = 0;
  for (let i = start; i < end; i++) {
    const code = codes[i] as number;
    if (code === 0) continue;
    if (code >= utf8.length)
      throw new QueryError(
        `Column ${JSON.stringify(name)} has the code ${code}, there are texts up to ${utf8.length - 1}.`,
      );
    levels[i - start] = 1;
    isUsed[code] = 1;
    present++;
  }
  if (present === 0) return encodeAbsent(buffer, { name, start, end });
  const used = Array.from(utf8.keys()).filter((code) => isUsed[code] === 1);
  const all = Array.from(utf8.keys()).slice(1);
  const written = all.length <= SMALL_DICTIONARY ? all : used;
  const width = Math.max(1, 32 - Math.clz32(written.length - 1));
  if (width > WIDEST_INDEX)
    throw new QueryError(`Column ${JSON.stringify(name)} has ${written.length} texts in one row group.`, {
      hint: "Make the row groups smaller.",
    });
  const dictionaryStart = putDictionary(
    buffer,
    written.map((code) => utf8[code] as Uint8Array),
  );
  const indices = new Uint32Array(utf8.length);
  for (const [index, code] of written.entries()) indices[code] = index;
  const chunk = putData(
    buffer,
    { levels, present },
    "RLE_DICTIONARY",
    (at) => {
      const runsAt = buffer.put(at, [width]);
      const only = used.length === 1 ? indices[used[0] as number] : undefined;
      // One text for all values that there are: one run.
      if (only !== undefined) {
        const value =
          width <= 8 ? [only] : [only & 255, (only >>> 8) & 255, only >>> 16].slice(0, Math.ceil(width / 8));
        return buffer.put(runsAt, [...varint(present * 2), ...value]);
      }
      const bitsAt = buffer.put(runsAt, varint(Math.ceil(present / 8) * 2 + 1));
      return packIndices(
        codes.subarray(start, end),
        indices,
        width,
        buffer.bytes,
        bitsAt,
        Math.ceil(present / 8) * width,
      );
    },
    true,
  );
  const byRank = [...used].sort((a, b) => (ranks[a] as number) - (ranks[b] as number));
  const textOf = (code: number | undefined): Uint8Array => utf8[code ?? 0] as Uint8Array;
  return { ...chunk, dictionaryStart, min: textOf(byRank[0]), max: textOf(byRank.at(-1)) };
}

function putDictionary(buffer: PageBuffer, texts: readonly Uint8Array[]): number {
  const start = buffer.pageStart(0);
  let at = start;
  for (const text of texts) at = buffer.put(buffer.putLength(at, text.length), text);
  return buffer.endPage(start, at, false, (crc) => dictionaryHeader(at - start, texts.length, crc));
}

/** Indices of the codes that are not 0, the lowest bit first, in so many bytes. */
function packIndices(
  codes: TypedCodes,
  indices: Uint32Array,
  width: number,
  target: Uint8Array,
  start: number,
  size: number,
): number {
  let at = start;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    if (code === 0) continue;
    pending |= (indices[code] as number) << bits;
    bits += width;
    while (bits >= 8) {
      target[at++] = pending;
      pending >>>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) target[at++] = pending;
  target.fill(0, at, start + size);
  return start + size;
}

/** A data page: levels, then what `put` writes behind them. */
function putData(
  buffer: PageBuffer,
  presence: Presence,
  encoding: PageEncoding,
  put: (at: number) => number,
  isFollowing = false,
): TypedChunk {
  const start = buffer.pageStart(levelBytes(presence));
  const end = put(putLevels(buffer, start, presence));
  const count = presence.levels.length;
  const dataStart = buffer.endPage(start, end, isFollowing, (crc) => dataHeader(end - start, count, encoding, crc));
  return { dataStart, end: buffer.length, encoding, nullCount: count - presence.present };
}
