import type { Metadata } from "h5wasm";
import { TYPE_CLASS } from "../datatype.js";
import type { StoredField, StoredType } from "./stored-type.js";

/**
 * A datatype as h5wasm describes it, so that both readers say the same of a type.
 *
 * Sizes and offsets are those of the library's memory, as it has always been: text of variable length takes a pointer of 4 bytes there,
 * a list 8; in the file both take 16.
 */
export function toMetadata(type: StoredType, shape: readonly number[] | null = []): Metadata {
  const metadata: Metadata = {
    signed: type.signed,
    type: type.class,
    vlen: type.isVariableText,
    littleEndian: orderOf(type) === "little",
    size: sizeInMemory(type),
    shape: shape === null ? null : [...shape],
    maxshape: null,
    chunks: null,
    total_size: 0,
  };
  if (type.class === TYPE_CLASS.string) return { ...metadata, strpad: type.padding };
  if (type.isVariableText) return { ...metadata, type: TYPE_CLASS.string };
  if (type.members !== undefined) {
    const members = Object.fromEntries(type.members);
    return { ...metadata, enum_type: { type: TYPE_CLASS.integer, nmembers: type.members.size, members } };
  }
  if (type.fields !== undefined) {
    const offsets = offsetsInMemory(type.fields);
    const members = type.fields.map((field, i) => {
      return { ...toMetadata(field.type), name: field.name, offset: offsets[i] ?? 0 };
    });
    return { ...metadata, compound_type: { nmembers: members.length, members } };
  }
  if (type.reference !== undefined) return { ...metadata, ref_type: type.reference };
  if (type.base === undefined) return metadata;
  if (type.lengths !== undefined) return { ...metadata, array_type: toMetadata(type.base, type.lengths) };
  return { ...metadata, vlen_type: toMetadata(type.base) };
}

/** Source: `H5T_get_order` in H5Torder.c: a compound has the order that all its ordered fields share. */
function orderOf(type: StoredType): "little" | "big" | "none" | "mixed" {
  if (type.base !== undefined) return orderOf(type.base);
  if (type.fields !== undefined) {
    const orders = new Set(type.fields.map((field) => orderOf(field.type)).filter((order) => order !== "none"));
    const [only] = orders;
    return only === undefined || orders.size > 1 ? "none" : only;
  }
  const isOrdered =
    type.class === TYPE_CLASS.integer || type.class === TYPE_CLASS.float || type.class === TYPE_CLASS.bitfield;
  if (!isOrdered) return "none";
  return type.littleEndian ? "little" : "big";
}

/** Bytes of an element in the library's memory. */
export function sizeInMemory(type: StoredType): number {
  if (type.isVariableText) return 4;
  if (type.class === TYPE_CLASS.vlen) return 8;
  if (type.lengths !== undefined && type.base !== undefined) {
    return type.lengths.reduce((size, length) => size * length, sizeInMemory(type.base));
  }
  if (type.fields === undefined) return type.size;
  return type.fields.reduce((size, field) => size + sizeInMemory(field.type) - field.type.size, type.size);
}

/** Fields move up by what those before them lose. Source: `H5T_set_loc` in H5T.c */
function offsetsInMemory(fields: readonly StoredField[]): number[] {
  return fields.map((field) =>
    fields
      .filter((other) => other.offset < field.offset)
      .reduce((offset, other) => offset + sizeInMemory(other.type) - other.type.size, field.offset),
  );
}
