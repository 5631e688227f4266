import { lookup3 } from "../native/lookup3.js";
import { aligned, ByteBlock } from "./little-endian.js";

/** "No address". Source: File Format Specification 3.0, I "Undefined address" */
export const UNDEFINED = 0xffff_ffff_ffff_ffffn;

/** A message of an object header. */
interface Message {
  readonly type: number;
  readonly body: Uint8Array;
}

const MESSAGE = {
  dataspace: 1,
  linkInfo: 2,
  datatype: 3,
  fillValue: 5,
  link: 6,
  layout: 8,
  groupInfo: 10,
  attribute: 12,
  symbolTable: 17,
} as const;

/** Source: File Format Specification 3.0, IV.A.1.b "Version 2 Data Object Header Prefix" */
function headerOf(messages: readonly Message[]): Uint8Array {
  const length = messages.reduce((sum, { body }) => sum + 4 + body.length, 0);
  const isShort = length < 256;
  const block = new ByteBlock(6 + (isShort ? 1 : 2) + length + 4).text("OHDR").u8(2, isShort ? 0 : 1);
  if (isShort) block.u8(length);
  else block.u16(length);
  for (const { type, body } of messages) block.u8(type).u16(body.length).u8(0).put(body);
  return block.u32(lookup3(block.bytes.subarray(0, -4))).bytes;
}

/** Source: File Format Specification 3.0, IV.A.2.d, class 1: IEEE, little-endian */
function floatType(size: 4 | 8): Uint8Array {
  const [exponentBits, mantissaBits] = size === 8 ? [11, 52] : [8, 23];
  return new ByteBlock(20)
    .u8(0x11, 0x20, 8 * size - 1, 0)
    .u32(size)
    .u16(0)
    .u16(8 * size)
    .u8(mantissaBits, exponentBits, 0, mantissaBits)
    .u32(2 ** (exponentBits - 1) - 1).bytes;
}

/**
 * Object header of a one-dimensional array of floats that lies in one piece.
 *
 * @param address of the first value; undefined for an array without values
 */
export function arrayHeader(length: number, size: 4 | 8, address: number | undefined): Uint8Array {
  return headerOf([
    { type: MESSAGE.dataspace, body: new ByteBlock(12).u8(2, 1, 0, 1).u64(length).bytes },
    { type: MESSAGE.datatype, body: floatType(size) },
    // Space is taken when values are written, fill values only where somebody sets one: what the library writes by default.
    { type: MESSAGE.fillValue, body: new ByteBlock(2).u8(3, 0x0a).bytes },
    { type: MESSAGE.layout, body: new ByteBlock(18).u8(3, 1).u64(address ?? UNDEFINED, length * size).bytes },
  ]);
}

/** Object header of a group with a few members, kept in the header itself. Source: File Format Specification 3.0, IV.A.2.c, g, k */
export function smallGroupHeader(members: ReadonlyMap<string, number>): Uint8Array {
  const links = [...members].map(([name, address]): Message => {
    const bytes = new TextEncoder().encode(name);
    return {
      type: MESSAGE.link,
      body: new ByteBlock(11 + bytes.length).u8(1, 0, bytes.length).put(bytes).u64(address).bytes,
    };
  });
  return headerOf([
    { type: MESSAGE.linkInfo, body: new ByteBlock(18).u8(0, 0).u64(UNDEFINED, UNDEFINED).bytes },
    { type: MESSAGE.groupInfo, body: new Uint8Array(2) },
    ...links,
  ]);
}

/** Source: File Format Specification 3.0, IV.A.2.m, version 1: one fixed-length UTF-8 text */
function textAttribute(name: string, text: string): Message {
  const title = new TextEncoder().encode(`${name}\0`);
  const value = new TextEncoder().encode(text);
  const size = Math.max(1, value.length);
  const body = new ByteBlock(8 + aligned(title.length) + 8 + 8 + size)
    .u8(1, 0)
    .u16(title.length)
    .u16(8)
    .u16(8)
    .put(title)
    .skip(aligned(title.length) - title.length)
    // Class 3, padded with zeros, UTF-8; then a scalar dataspace.
    .u8(0x13, 0x11, 0, 0)
    .u32(size)
    .u8(1)
    .skip(7)
    .put(value).bytes;
  return { type: MESSAGE.attribute, body };
}

/**
 * Object header of a group whose members are in a symbol table. Of version 1, so that the oldest libraries that read the table read the
 * header too.
 *
 * Source: File Format Specification 3.0, IV.A.1.a "Version 1 Data Object Header Prefix"
 */
export function symbolGroupHeader(
  table: { readonly tree: number; readonly heap: number },
  attributes: ReadonlyMap<string, string>,
): Uint8Array {
  const messages: Message[] = [
    { type: MESSAGE.symbolTable, body: new ByteBlock(16).u64(table.tree, table.heap).bytes },
    ...[...attributes].map(([name, text]) => textAttribute(name, text)),
  ];
  const length = messages.reduce((sum, { body }) => sum + 8 + aligned(body.length), 0);
  const block = new ByteBlock(16 + length).u8(1, 0).u16(messages.length).u32(1).u32(length).skip(4);
  for (const { type, body } of messages) {
    block.u16(type).u16(aligned(body.length)).u8(0).skip(3);
    block.put(body).skip(aligned(body.length) - body.length);
  }
  return block.bytes;
}
