import type { Metadata } from "h5wasm";
import type { Hdf5Type } from "./hdf5-file.js";

/** Numbers of HDF5's datatype classes. Source: `H5T_class_t` in H5Tpublic.h */
export const TYPE_CLASS = {
  integer: 0,
  float: 1,
  time: 2,
  string: 3,
  bitfield: 4,
  opaque: 5,
  compound: 6,
  reference: 7,
  enum: 8,
  vlen: 9,
  array: 10,
} as const;

/** A declared type in our words. */
export function toHdf5Type(metadata: Metadata): Hdf5Type {
  const size = metadata.vlen ? 0 : metadata.size;
  const type = { kind: kindOf(metadata), size, littleEndian: metadata.littleEndian };
  if (metadata.enum_type !== undefined)
    return { ...type, members: new Map(Object.entries(metadata.enum_type.members)) };
  if (metadata.compound_type === undefined) return type;
  const fields = metadata.compound_type.members.map((member) => ({
    name: member.name,
    offset: member.offset,
    type: toHdf5Type(member),
  }));
  return { ...type, fields };
}

function kindOf(metadata: Metadata): Hdf5Type["kind"] {
  switch (metadata.type) {
    case TYPE_CLASS.integer:
      return metadata.signed ? "int" : "uint";
    case TYPE_CLASS.float:
      return "float";
    case TYPE_CLASS.time:
      return "int";
    case TYPE_CLASS.string:
      return "string";
    case TYPE_CLASS.bitfield:
      return "uint";
    case TYPE_CLASS.compound:
      return "compound";
    case TYPE_CLASS.reference:
      return metadata.ref_type === "object" ? "reference" : "regionReference";
    case TYPE_CLASS.enum:
      return isBool(metadata) ? "bool" : "enum";
    case TYPE_CLASS.vlen:
      return "vlen";
    case TYPE_CLASS.array:
      return "array";
    default:
      return "opaque";
  }
}

/** Whether an enumeration is what h5py writes for booleans: `FALSE` 0 and `TRUE` 1 on int8. */
export function isBool(metadata: Metadata): boolean {
  const members = metadata.enum_type?.members ?? {};
  return metadata.size === 1 && Object.keys(members).length === 2 && members.FALSE === 0 && members.TRUE === 1;
}

/** Whether an element is all there is: no pointers to text or lists elsewhere. */
export function isFlat(metadata: Metadata): boolean {
  if (metadata.vlen || metadata.type === TYPE_CLASS.vlen) return false;
  if (metadata.array_type !== undefined) return isFlat(metadata.array_type);
  return metadata.compound_type?.members.every(isFlat) ?? true;
}

/** Lengths that an array type adds behind the axes of the array that it is the element of. */
export function elementShape(metadata: Metadata): readonly number[] {
  if (metadata.array_type === undefined) return [];
  return [...(metadata.array_type.shape ?? []), ...elementShape(metadata.array_type)];
}

/** Types whose values have a byte order. */
const ORDERED: ReadonlySet<number> = new Set([
  TYPE_CLASS.integer,
  TYPE_CLASS.float,
  TYPE_CLASS.time,
  TYPE_CLASS.bitfield,
  TYPE_CLASS.enum,
]);

/**
 * Whether parts of an element differ in byte order.
 *
 * h5wasm asks HDF5 for little-endian values if the type as a whole is big-endian; where parts differ, HDF5 calls the order of
 * the whole "mixed" and every part arrives as it is stored.
 */
export function isMixedEndian(metadata: Metadata): boolean {
  return new Set(ordersOf(metadata)).size > 1;
}

function ordersOf(metadata: Metadata): boolean[] {
  const base = metadata.array_type ?? metadata.vlen_type;
  if (base !== undefined) return ordersOf(base);
  if (metadata.compound_type !== undefined) return metadata.compound_type.members.flatMap(ordersOf);
  // HDF5 counts variable-length text as little-endian, and says so; other text and references have no order.
  return metadata.littleEndian || ORDERED.has(metadata.type) ? [metadata.littleEndian] : [];
}
