import type { NumericArray } from "@crossprobe/core";
import type { Metadata } from "h5wasm";
import { signedToNumbers, unsignedToNumbers } from "../int64.js";
import { widenHalfFloats } from "../npy/half-float.js";
import { isBool, isMixedEndian, TYPE_CLASS } from "./datatype.js";
import { Failure } from "./failure.js";
import type { Hdf5Reference, Hdf5Values } from "./hdf5-file.js";

/** What decoding needs to know beside the bytes. */
export interface DecodeContext {
  /** The instance's memory, asked for anew each time because it moves when it grows. */
  readonly heap: () => Uint8Array;
  /** Path of the object that a reference points to; null for a null or dangling one. */
  readonly dereference: (reference: Uint8Array, isObject: boolean) => string | null;
  /** What is being decoded, for messages: `array /units/id of file:…`. */
  readonly what: string;
  /** Path in the file. */
  readonly at: string;
}

/**
 * Values from bytes in memory order, little-endian, as h5wasm reads them.
 *
 * @param bytes `count × metadata.size` bytes that own their buffer; numeric values may be views of it
 * @throws {@link Failure} `format` for an integer that no number holds, `unsupported` for a type without a counterpart
 */
export function decodeValues(bytes: Uint8Array, count: number, metadata: Metadata, context: DecodeContext): Hdf5Values {
  return decode(bytes, count, metadata, { ...context, isMixedEndian: isMixedEndian(metadata) });
}

interface Context extends DecodeContext {
  /** Big-endian parts of an element arrive as they are stored. */
  readonly isMixedEndian: boolean;
}

function decode(bytes: Uint8Array, count: number, metadata: Metadata, context: Context): Hdf5Values {
  switch (metadata.type) {
    case TYPE_CLASS.integer:
    case TYPE_CLASS.time:
    case TYPE_CLASS.bitfield:
    case TYPE_CLASS.enum:
      return decodeIntegers(inOrder(bytes, metadata, context), metadata, context);
    case TYPE_CLASS.float:
      return decodeFloats(inOrder(bytes, metadata, context), metadata, context);
    case TYPE_CLASS.string:
      return metadata.vlen ? decodeVariableText(bytes, context) : decodeFixedText(bytes, count, metadata);
    case TYPE_CLASS.opaque:
      return bytes;
    case TYPE_CLASS.compound:
      return decodeCompound(bytes, count, metadata, context);
    case TYPE_CLASS.reference:
      return decodeReferences(bytes, count, metadata, context);
    case TYPE_CLASS.vlen:
      return decodeLists(bytes, metadata, context);
    case TYPE_CLASS.array:
      return decodeArrays(bytes, count, metadata, context);
    default:
      throw unsupported(`datatype class ${metadata.type}`, context);
  }
}

/** The bytes, little-endian; turned around in place where they are not. */
function inOrder(bytes: Uint8Array, metadata: Metadata, context: Context): Uint8Array {
  if (!context.isMixedEndian || metadata.littleEndian) return bytes;
  for (let start = 0; start < bytes.length; start += metadata.size)
    bytes.subarray(start, start + metadata.size).reverse();
  return bytes;
}

function decodeIntegers(bytes: Uint8Array, metadata: Metadata, context: Context): NumericArray {
  // h5wasm leaves `signed` out of bitfields; they have no sign.
  const signed = metadata.signed && metadata.type !== TYPE_CLASS.bitfield;
  switch (metadata.size) {
    case 1:
      return signed && !isBool(metadata) ? new Int8Array(bytes.buffer) : bytes;
    case 2:
      return signed ? new Int16Array(bytes.buffer) : new Uint16Array(bytes.buffer);
    case 4:
      return signed ? new Int32Array(bytes.buffer) : new Uint32Array(bytes.buffer);
    case 8:
      return signed
        ? signedToNumbers(new BigInt64Array(bytes.buffer), (index, value) => inexact(index, value, context))
        : unsignedToNumbers(new BigUint64Array(bytes.buffer), (index, value) => inexact(index, value, context));
    default:
      throw unsupported(`integers of ${metadata.size} bytes`, context);
  }
}

function inexact(index: number, value: bigint, context: Context): Failure {
  const message = `${context.what}: integer ${value} (element ${index}) has no exact number`;
  return new Failure("format", message, { at: context.at, hint: "it lies beyond 2^53, where numbers have gaps" });
}

function decodeFloats(bytes: Uint8Array, metadata: Metadata, context: Context): NumericArray {
  if (metadata.size === 8) return new Float64Array(bytes.buffer);
  if (metadata.size === 4) return new Float32Array(bytes.buffer);
  if (metadata.size === 2) return widenHalfFloats(new Uint16Array(bytes.buffer));
  throw unsupported(`floating-point numbers of ${metadata.size} bytes`, context);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** Texts up to this length are looked at byte by byte: a decoder costs more than that. */
const SHORT_BYTES = 48;

/** Character by character, which for a few is several times as fast as all at once; `undefined` where it is not ASCII. */
function decodeAscii(bytes: Uint8Array): string | undefined {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** UTF-8 whatever the declared character set (ASCII is often UTF-8 in truth); Latin-1 where the bytes are no UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  const short = bytes.length <= SHORT_BYTES ? decodeAscii(bytes) : undefined;
  if (short !== undefined) return short;
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}

/** Source: H5T_str_t in H5Tpublic.h. */
const PADDING = { nullTerminated: 0, nullPadded: 1, spacePadded: 2 };

function decodeFixedText(bytes: Uint8Array, count: number, metadata: Metadata): string[] {
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const element = bytes.subarray(i * metadata.size, (i + 1) * metadata.size);
    texts.push(decodeText(element.subarray(0, textLength(element, metadata.strpad))));
  }
  return texts;
}

function textLength(element: Uint8Array, padding: number | undefined): number {
  const end = element.indexOf(0);
  if (padding === PADDING.nullTerminated && end >= 0) return end;
  let length = element.length;
  while (length > 0 && element[length - 1] === 0) length -= 1;
  while (padding === PADDING.spacePadded && length > 0 && element[length - 1] === 0x20) length -= 1;
  return length;
}

function decodeVariableText(bytes: Uint8Array, context: Context): string[] {
  const heap = context.heap();
  return Array.from(new Uint32Array(bytes.buffer), (pointer) => {
    // An unwritten element is a null pointer: no text.
    if (pointer === 0) return "";
    return decodeText(heap.subarray(pointer, heap.indexOf(0, pointer)));
  });
}

function decodeCompound(bytes: Uint8Array, count: number, metadata: Metadata, context: Context): Hdf5Values {
  const members = metadata.compound_type?.members ?? [];
  const fields = members.map((member): [string, Hdf5Values] => {
    const what = `field ${member.name} of ${context.what}`;
    return [member.name, decode(columnOf(bytes, count, metadata.size, member), count, member, { ...context, what })];
  });
  return { fields: new Map(fields) };
}

/** The bytes of one field of all elements, one after the other. */
export function columnOf(
  bytes: Uint8Array,
  count: number,
  stride: number,
  member: { readonly offset: number; readonly size: number },
): Uint8Array {
  const column = new Uint8Array(count * member.size);
  for (let i = 0; i < count; i++) {
    const start = i * stride + member.offset;
    column.set(bytes.subarray(start, start + member.size), i * member.size);
  }
  return column;
}

function decodeReferences(bytes: Uint8Array, count: number, metadata: Metadata, context: Context): Hdf5Reference[] {
  const isObject = metadata.ref_type === "object";
  if (metadata.size > 12) throw unsupported("references of HDF5 1.12 (H5T_STD_REF)", context);
  return Array.from({ length: count }, (_, i) => {
    const reference = bytes.slice(i * metadata.size, (i + 1) * metadata.size);
    return { path: reference.every((byte) => byte === 0) ? null : context.dereference(reference, isObject) };
  });
}

/** Lists of numbers, one an element. Lists of anything else come as the bytes of their elements. */
function decodeLists(bytes: Uint8Array, metadata: Metadata, context: Context): NumericArray[] {
  const base = metadata.vlen_type;
  if (base === undefined || base.vlen || base.vlen_type !== undefined)
    throw unsupported("lists of lists or texts", context);
  const heap = context.heap();
  const pairs = new Uint32Array(bytes.buffer);
  return Array.from({ length: pairs.length / 2 }, (_, i) => {
    const length = pairs[2 * i] ?? 0;
    const pointer = pairs[2 * i + 1] ?? 0;
    const element = heap.slice(pointer, pointer + length * base.size);
    const values = base.type === TYPE_CLASS.reference ? element : decode(element, length, base, context);
    return ArrayBuffer.isView(values) ? values : element;
  });
}

function decodeArrays(bytes: Uint8Array, count: number, metadata: Metadata, context: Context): Hdf5Values {
  const base = metadata.array_type;
  if (base === undefined) throw unsupported("an array type without a base", context);
  return decode(bytes, base.size === 0 ? count : bytes.length / base.size, base, context);
}

function unsupported(thing: string, context: Context): Failure {
  return new Failure("unsupported", `${context.what}: ${thing} cannot be read`, { at: context.at });
}
