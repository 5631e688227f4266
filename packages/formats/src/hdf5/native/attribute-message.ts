import { Cursor, toName, type Widths } from "./cursor.js";
import { requireSound } from "./damage.js";
import { type Dataspace, parseDataspace } from "./dataspace.js";
import { requireCovered } from "./not-covered.js";
import { parseShared } from "./shared-message.js";
import { parseType, type StoredType } from "./stored-type.js";

/** An attribute as it is stored. Its type is parsed apart, so that one that is not covered spoils no other. */
export interface StoredAttribute {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly dataspace: () => Dataspace;
  /** The type, or the address of the object header that has it. */
  readonly type: () => StoredType | { readonly committedAt: number };
}

/** Source: File Format Specification 3.0, IV.A.2.m "The Attribute Message" */
export function parseAttribute(bytes: Uint8Array, widths: Widths): StoredAttribute {
  const cursor = new Cursor(bytes, widths);
  const version = cursor.u8();
  requireSound(version >= 1 && version <= 3, `an attribute has version ${version}`);
  const flags = cursor.u8();
  const lengths = { name: cursor.u16(), type: cursor.u16(), dataspace: cursor.u16() };
  if (version === 3) cursor.skip(1);
  const take = (length: number) => {
    const part = cursor.part(length);
    // Version 1 pads each part to a multiple of eight.
    if (version === 1) cursor.skip((8 - (length % 8)) % 8);
    return part;
  };
  const nameBytes = take(lengths.name);
  const name = toName(nameBytes.untilZero());
  requireSound(nameBytes.left === 0, "the name of an attribute is not as long as it says");
  const type = take(lengths.type);
  const dataspace = take(lengths.dataspace);
  return {
    name,
    bytes: cursor.take(cursor.left),
    dataspace: () => {
      requireCovered(version === 1 || (flags & 2) === 0, "a shared dataspace");
      return parseDataspace(dataspace);
    },
    type: () => (version > 1 && flags & 1 ? parseShared(type) : parseType(type)),
  };
}
