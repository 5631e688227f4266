import { TYPE_CLASS } from "../datatype.js";
import { type Cursor, toName } from "./cursor.js";
import { requireSound } from "./damage.js";
import { NotCovered, requireCovered } from "./not-covered.js";

/** A datatype as it lies in the file. */
export interface StoredType {
  readonly class: number;
  /** Bytes of an element in the file. */
  readonly size: number;
  /** Of what has a byte order; HDF5's own answer is made in `type-in-memory.ts`. */
  readonly littleEndian: boolean;
  readonly signed: boolean;
  /** Of text: `H5T_str_t`. */
  readonly padding: number;
  /** Text of variable length. */
  readonly isVariableText: boolean;
  /** What an enumeration, a list or an array is made of. */
  readonly base?: StoredType;
  /** Of an enumeration, in the order of the file. */
  readonly members?: ReadonlyMap<string, number>;
  readonly fields?: readonly StoredField[];
  /** Of an array type. */
  readonly lengths?: readonly number[];
  readonly reference?: "object" | "region";
}

export interface StoredField {
  readonly name: string;
  readonly offset: number;
  readonly type: StoredType;
}

/** Types within types beyond this depth are damage. */
const MAX_DEPTH = 32;

/**
 * Parses a datatype.
 *
 * Source: File Format Specification 3.0, IV.A.2.d "The Datatype Message"
 *
 * @throws {@link NotCovered} for a type that is left to the HDF5 library: numbers of unusual precision, HDF5 1.12 references, complex numbers
 */
export function parseType(cursor: Cursor, depth = 0): StoredType {
  requireSound(depth <= MAX_DEPTH, "a datatype is nested too deeply");
  const first = cursor.u8();
  const version = first >> 4;
  const bits = cursor.uint(3);
  const size = cursor.u32();
  const head: TypeHead = { class: first & 15, version, bits, size };
  requireSound(version >= 1 && version <= 5, `a datatype has version ${version}`);
  requireSound(size > 0, "a datatype has no size");
  switch (head.class) {
    case TYPE_CLASS.integer:
    case TYPE_CLASS.bitfield:
      return parseInteger(cursor, head);
    case TYPE_CLASS.float:
      return parseFloat754(cursor, head);
    case TYPE_CLASS.time:
      throw new NotCovered("a time");
    case TYPE_CLASS.string:
      return plain(head, { padding: bits & 15 });
    case TYPE_CLASS.opaque:
      cursor.skip(bits & 0xff);
      return plain(head);
    case TYPE_CLASS.compound:
      return parseCompound(cursor, head, depth);
    case TYPE_CLASS.reference:
      return parseReference(head);
    case TYPE_CLASS.enum:
      return parseEnumeration(cursor, head, depth);
    case TYPE_CLASS.vlen: {
      const base = parseType(cursor, depth + 1);
      return plain(head, { base, isVariableText: (bits & 15) === 1 });
    }
    case TYPE_CLASS.array:
      return parseArray(cursor, head, depth);
    default:
      throw new NotCovered(`datatype class ${head.class}`);
  }
}

interface TypeHead {
  readonly class: number;
  readonly version: number;
  readonly bits: number;
  readonly size: number;
}

function plain(head: TypeHead, rest: Partial<StoredType> = {}): StoredType {
  const { size } = head;
  return { class: head.class, size, littleEndian: true, signed: false, padding: 0, isVariableText: false, ...rest };
}

function parseInteger(cursor: Cursor, head: TypeHead): StoredType {
  const offset = cursor.u16();
  const precision = cursor.u16();
  requireCovered(offset === 0 && precision === head.size * 8, "integers that do not fill their bytes");
  requireCovered([1, 2, 4, 8].includes(head.size), `integers of ${head.size} bytes`);
  const signed = head.class === TYPE_CLASS.integer && (head.bits & 8) !== 0;
  return plain(head, { littleEndian: (head.bits & 1) === 0, signed });
}

/** Places of sign, exponent and fraction, and the bias, of IEEE 754 numbers by size in bytes. */
const IEEE_754: ReadonlyMap<number, readonly number[]> = new Map([
  [2, [15, 10, 5, 0, 10, 15]],
  [4, [31, 23, 8, 0, 23, 127]],
  [8, [63, 52, 11, 0, 52, 1023]],
]);

function parseFloat754(cursor: Cursor, head: TypeHead): StoredType {
  const offset = cursor.u16();
  const precision = cursor.u16();
  const layout = [(head.bits >> 8) & 0xff, cursor.u8(), cursor.u8(), cursor.u8(), cursor.u8(), cursor.u32()];
  const expected = IEEE_754.get(head.size);
  const isIeee = offset === 0 && precision === head.size * 8 && expected?.every((place, i) => layout[i] === place);
  requireCovered(isIeee === true && (head.bits & 0x40) === 0, "floating-point numbers other than IEEE 754");
  // Bits 4 and 5: the leading bit of the fraction is implied.
  requireCovered(((head.bits >> 4) & 3) === 2, "floating-point numbers other than IEEE 754");
  return plain(head, { littleEndian: (head.bits & 1) === 0, signed: true });
}

function parseReference(head: TypeHead): StoredType {
  const kind = head.bits & 15;
  requireCovered(kind <= 1 && head.version < 4, "references of HDF5 1.12");
  return plain(head, { reference: kind === 0 ? "object" : "region" });
}

function parseCompound(cursor: Cursor, head: TypeHead, depth: number): StoredType {
  const fields: StoredField[] = [];
  for (let i = 0; i < (head.bits & 0xffff); i++) {
    const name = readPaddedName(cursor, head.version);
    const offset = head.version < 3 ? cursor.u32() : cursor.uint(bytesFor(head.size));
    if (head.version === 1) {
      requireCovered(cursor.u8() === 0, "a field with axes of its own");
      cursor.skip(27);
    }
    const type = parseType(cursor, depth + 1);
    requireSound(offset + type.size <= head.size, `field ${name} does not fit into its compound`);
    fields.push({ name, offset, type });
  }
  return plain(head, { fields });
}

/** Versions 1 and 2 pad names with their zero byte to a multiple of eight. */
function readPaddedName(cursor: Cursor, version: number): string {
  const start = cursor.position;
  const name = toName(cursor.untilZero());
  const length = cursor.position - start;
  if (version < 3) cursor.skip((8 - (length % 8)) % 8);
  return name;
}

/** Bytes that hold any number up to `limit`. */
function bytesFor(limit: number): number {
  let width = 1;
  for (let rest = limit; rest >= 256; rest = Math.floor(rest / 256)) width += 1;
  return width;
}

function parseEnumeration(cursor: Cursor, head: TypeHead, depth: number): StoredType {
  const base = parseType(cursor, depth + 1);
  requireCovered(base.class === TYPE_CLASS.integer && base.size <= 4, "an enumeration on something else than integers");
  requireSound(base.size === head.size, "an enumeration is not of the size of its integers");
  const count = head.bits & 0xffff;
  const names = Array.from({ length: count }, () => readPaddedName(cursor, head.version));
  const members = new Map(names.map((name) => [name, readInteger(cursor, base)]));
  return plain(head, { base, members, littleEndian: base.littleEndian, signed: base.signed });
}

function readInteger(cursor: Cursor, type: StoredType): number {
  const bytes = cursor.take(type.size).slice();
  if (!type.littleEndian) bytes.reverse();
  const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  return type.signed && value >= 2 ** (type.size * 8 - 1) ? value - 2 ** (type.size * 8) : value;
}

function parseArray(cursor: Cursor, head: TypeHead, depth: number): StoredType {
  const rank = cursor.u8();
  if (head.version < 3) cursor.skip(3);
  const lengths = Array.from({ length: rank }, () => cursor.u32());
  if (head.version < 3) cursor.skip(4 * rank);
  const base = parseType(cursor, depth + 1);
  const count = lengths.reduce((product, length) => product * length, 1);
  requireSound(rank >= 1 && count * base.size === head.size, "an array type is not of the size of its elements");
  return plain(head, { base, lengths });
}
