import type { NumericArray } from "@crossprobe/core";
import { TYPE_CLASS } from "../datatype.js";
import { columnOf, type DecodeContext, decodeText, decodeValues } from "../decode.js";
import { Failure } from "../failure.js";
import type { Hdf5Reference, Hdf5Values } from "../hdf5-file.js";
import { Cursor, type Widths } from "./cursor.js";
import { requireSound } from "./damage.js";
import { requireCovered } from "./not-covered.js";
import type { Pointers } from "./pointers.js";
import type { StoredType } from "./stored-type.js";
import { toMetadata } from "./type-in-memory.js";

export interface StoredContext {
  readonly pointers: Pointers;
  readonly widths: Widths;
  /** What is being decoded, for messages: `array /units/id of file:…`. */
  readonly what: string;
  /** Path in the file. */
  readonly at: string;
}

/**
 * Values from the bytes of elements as they are stored.
 *
 * @param bytes `count × type.size` bytes that own their buffer; numeric values may be views of it
 */
export function decodeStored(bytes: Uint8Array, count: number, type: StoredType, context: StoredContext): Hdf5Values {
  if (type.class === TYPE_CLASS.compound) return decodeCompound(bytes, count, type, context);
  if (type.isVariableText) return decodeVariableText(bytes, count, type, context);
  if (type.class === TYPE_CLASS.vlen) return decodeLists(bytes, count, type, context);
  if (type.reference !== undefined) return decodeReferences(bytes, count, type, context);
  if (type.lengths !== undefined && type.base !== undefined) {
    return decodeStored(bytes, bytes.length / type.base.size, type.base, context);
  }
  return decodeValues(toLittleEndian(bytes, type), count, toMetadata(type), leafContext(context));
}

/** Turned around in place where they are not. */
function toLittleEndian(bytes: Uint8Array, type: StoredType): Uint8Array {
  if (type.littleEndian || type.size === 1) return bytes;
  for (let start = 0; start < bytes.length; start += type.size) bytes.subarray(start, start + type.size).reverse();
  return bytes;
}

/** Numbers and fixed text need nothing but their bytes. */
function leafContext({ what, at }: StoredContext): DecodeContext {
  return { what, at, heap: () => new Uint8Array(0), dereference: () => null };
}

function decodeCompound(bytes: Uint8Array, count: number, type: StoredType, context: StoredContext): Hdf5Values {
  const fields = (type.fields ?? []).map((field): [string, Hdf5Values] => {
    const what = `field ${field.name} of ${context.what}`;
    const column = columnOf(bytes, count, type.size, { offset: field.offset, size: field.type.size });
    return [field.name, decodeStored(column, count, field.type, { ...context, what })];
  });
  return { fields: new Map(fields) };
}

interface ListPlace {
  readonly length: number;
  readonly object: Uint8Array | undefined;
}

/** Where a list is: its length, then the collection and the index in it. Source: File Format Specification 3.0, VIII.A.3 */
function placeOf(cursor: Cursor, at: number, context: StoredContext): ListPlace {
  cursor.position = at;
  const length = cursor.u32();
  const address = cursor.address();
  if (address === undefined || address === 0) return { length: 0, object: undefined };
  return { length, object: context.pointers.heap.object(address, cursor.u32()) };
}

function decodeVariableText(bytes: Uint8Array, count: number, type: StoredType, context: StoredContext): string[] {
  const cursor = new Cursor(bytes, context.widths);
  return Array.from({ length: count }, (_, i) => {
    const { length, object } = placeOf(cursor, i * type.size, context);
    // An unwritten element points to nothing: no text.
    if (object === undefined) return "";
    requireSound(length <= object.length, "a text is longer than its place in the heap");
    const end = object.indexOf(0);
    return decodeText(object.subarray(0, end < 0 ? length : Math.min(end, length)));
  });
}

/** Lists of numbers, one an element. Lists of anything else come as the bytes of their elements. */
function decodeLists(bytes: Uint8Array, count: number, type: StoredType, context: StoredContext): NumericArray[] {
  const { base } = type;
  if (base === undefined || base.class === TYPE_CLASS.vlen) {
    throw new Failure("unsupported", `${context.what}: lists of lists or texts cannot be read`, { at: context.at });
  }
  requireCovered(base.fields === undefined && base.lengths === undefined, "lists of compounds or arrays");
  const cursor = new Cursor(bytes, context.widths);
  return Array.from({ length: count }, (_, i) => {
    const { length, object } = placeOf(cursor, i * type.size, context);
    requireSound(length * base.size <= (object?.length ?? 0), "a list is longer than its place in the heap");
    const element = object === undefined ? new Uint8Array(0) : object.slice(0, length * base.size);
    const values = base.reference === undefined ? decodeStored(element, length, base, context) : element;
    return ArrayBuffer.isView(values) ? values : element;
  });
}

function decodeReferences(bytes: Uint8Array, count: number, type: StoredType, context: StoredContext): Hdf5Reference[] {
  const { heap, paths } = context.pointers;
  return Array.from({ length: count }, (_, i) => {
    const cursor = new Cursor(bytes, context.widths, i * type.size);
    let address = cursor.address();
    if (address !== undefined && address !== 0 && type.reference === "region") {
      address = new Cursor(heap.object(address, cursor.u32()), context.widths).address();
    }
    return { path: address === undefined ? null : (paths.get(address) ?? null) };
  });
}
