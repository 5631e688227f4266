import type { Column, NumericArray } from "@crossprobe/core";
import { isExact, signedToNumbers, unsignedToNumbers } from "../int64.js";
import { isFlat, type LeafKind, leafKindOf } from "./column-type.js";
import type { SchemaNode } from "./schema-node.js";
import { decimalText, toBigInt, toDateText, toTimestampText, toTimeText } from "./texts.js";

/** Consecutive values of a column, as the decoder gives them. */
export interface Chunk {
  readonly rowStart: number;
  readonly values: ArrayLike<unknown> & Iterable<unknown>;
}

export interface ColumnContext {
  /** Whether 64-bit integers are wanted as such. */
  readonly bigint: boolean;
  /** Makes the error for values that cannot be what the schema says. */
  readonly fail: (reason: string) => Error;
}

/** One column of a table from its chunks, in order. */
export function toColumn(chunks: readonly Chunk[], rowCount: number, node: SchemaNode, context: ColumnContext): Column {
  if (!isFlat(node)) return plain(chunks, rowCount, toNested);
  const leaf = leafKindOf(node.element);
  if (leaf.kind === "float") return toFloats(chunks, rowCount, leaf.bits, context);
  if (leaf.kind === "integer") {
    return leaf.bits === 64
      ? toLongColumn(chunks, rowCount, leaf.isSigned, context)
      : toIntegers(chunks, rowCount, leaf, context);
  }
  if (leaf.kind === "decimal" && leaf.scale <= 0) {
    const scale = 10n ** BigInt(-leaf.scale);
    return toLongs(chunks, rowCount, context, (value) => toBigInt(value, context.fail) * scale);
  }
  if (leaf.kind === "decimal") {
    return toDecimals(chunks, rowCount, leaf.scale, context);
  }
  return plain(chunks, rowCount, (value) => toValue(value, leaf, context));
}

function plain(chunks: readonly Chunk[], rowCount: number, convert: (value: unknown) => unknown): unknown[] {
  const column = new Array<unknown>(rowCount);
  let row = 0;
  for (const { values } of chunks) for (const value of values) column[row++] = convert(value);
  return column;
}

function toValue(value: unknown, leaf: LeafKind, { fail }: ColumnContext): unknown {
  if (value === null) return null;
  if (value === undefined) throw fail("a value is missing (its dictionary has no such entry)");
  switch (leaf.kind) {
    case "date":
      return toDateText(value, fail);
    case "timestamp":
      return toTimestampText(value, leaf.unit, leaf.isUtc, fail);
    case "time":
      return toTimeText(value, leaf.unit, fail);
    case "boolean":
      if (typeof value === "boolean") return value;
      throw fail("a truth value is something else");
    case "string":
    case "uuid":
      if (typeof value === "string") return value;
      throw fail("a text is something else");
    default:
      return value;
  }
}

function toFloats(chunks: readonly Chunk[], rowCount: number, bits: number, { fail }: ColumnContext): NumericArray {
  const column = bits === 64 ? new Float64Array(rowCount) : new Float32Array(rowCount);
  let row = 0;
  for (const { values } of chunks) {
    if (values instanceof Float64Array || values instanceof Float32Array) {
      column.set(values, row);
      row += values.length;
      continue;
    }
    for (const value of values) {
      if (value !== null && typeof value !== "number") throw fail("a number is missing or something else");
      column[row++] = value ?? Number.NaN;
    }
  }
  return column;
}

const INTEGER_ARRAYS = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
} as const;

function toIntegers(
  chunks: readonly Chunk[],
  rowCount: number,
  leaf: { readonly bits: 8 | 16 | 32 | 64; readonly isSigned: boolean },
  { fail }: ColumnContext,
): Column {
  const ArrayOf = INTEGER_ARRAYS[`${leaf.isSigned ? "" : "u"}int${leaf.bits === 64 ? 32 : leaf.bits}`];
  const column = new ArrayOf(rowCount);
  let row = 0;
  let hasNull = false;
  for (const { values } of chunks) {
    for (const value of values) {
      if (value === null) hasNull = true;
      else {
        if (typeof value !== "number") throw fail("an integer is missing or something else");
        column[row] = value;
        if (column[row] !== value)
          throw fail(`${value} is no ${leaf.isSigned ? "" : "unsigned "}${leaf.bits}-bit integer`);
      }
      row++;
    }
  }
  return hasNull ? plain(chunks, rowCount, (value) => value) : column;
}

/** The common case without nulls goes through typed arrays; see {@link signedToNumbers}. */
function toLongColumn(chunks: readonly Chunk[], rowCount: number, isSigned: boolean, context: ColumnContext): Column {
  const numbers = context.bigint ? undefined : toNumbersAtOnce(chunks, rowCount);
  if (numbers !== undefined) return numbers;
  return toLongs(chunks, rowCount, context, (value) => {
    const long = toBigInt(value, context.fail);
    return isSigned ? long : BigInt.asUintN(64, long);
  });
}

class Inexact extends Error {}

function toNumbersAtOnce(chunks: readonly Chunk[], rowCount: number): Float64Array | undefined {
  const column = new Float64Array(rowCount);
  const fail = (): Error => new Inexact();
  let row = 0;
  try {
    for (const { values } of chunks) {
      if (values instanceof BigInt64Array) column.set(signedToNumbers(values, fail), row);
      else if (values instanceof BigUint64Array) column.set(unsignedToNumbers(values, fail), row);
      else return undefined;
      row += values.length;
    }
  } catch (error) {
    if (error instanceof Inexact) return undefined;
    throw error;
  }
  return column;
}

function toLongs(
  chunks: readonly Chunk[],
  rowCount: number,
  { bigint }: ColumnContext,
  convert: (value: unknown) => bigint,
): Column {
  const longs = plain(chunks, rowCount, (value) => (value === null ? null : convert(value))) as (bigint | null)[];
  const hasNull = longs.includes(null);
  if (!bigint && longs.every((value) => value === null || isExact(value))) {
    return hasNull ? longs.map((value) => (value === null ? null : Number(value))) : Float64Array.from(longs, Number);
  }
  const fits = longs.every((value) => value !== null && BigInt.asIntN(64, value) === value);
  return fits ? BigInt64Array.from(longs as bigint[]) : longs;
}

function toDecimals(chunks: readonly Chunk[], rowCount: number, scale: number, { fail }: ColumnContext): Float64Array {
  const texts = plain(chunks, rowCount, (value) =>
    value === null ? "NaN" : decimalText(toBigInt(value, fail), scale),
  );
  return Float64Array.from(texts, Number);
}

/** Values inside lists and records: integers become numbers where they are exact, times stay as the integers they are. */
function toNested(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === "bigint") return isExact(value) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(toNested);
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Array.from(value, toNested);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toNested(inner)]));
}
