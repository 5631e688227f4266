import { compareBytes } from "../names.js";
import { aligned, ByteBlock } from "./little-endian.js";
import { UNDEFINED } from "./object-headers.js";

/** Half of the entries of a leaf, and half of the children of a node, as the superblock states them. */
export const LEAF_K = 16;
export const NODE_K = 32;

/** A member of a group: its name in UTF-8, and the address of its object header. */
export interface SymbolMember {
  readonly name: Uint8Array;
  readonly address: number;
}

/** A node of a B-tree that stands somewhere, and the offset of the last name below it. */
interface Placed {
  readonly address: number;
  readonly lastName: number;
}

/**
 * Blocks of a group's symbol table, one after the other from an address on: names, leaves, and the B-tree over them.
 *
 * Source: File Format Specification 3.0, III.A.1 "Version 1 B-trees", III.B, III.C, III.D
 */
export function symbolTable(
  members: readonly SymbolMember[],
  start: number,
): { readonly blocks: readonly Uint8Array[]; readonly tree: number; readonly heap: number } {
  const blocks: Uint8Array[] = [];
  let end = start;
  const place = (bytes: Uint8Array): number => {
    const address = end;
    blocks.push(bytes);
    end += bytes.length;
    return address;
  };
  const sorted = [...members].sort((a, b) => compareBytes(a.name, b.name));
  const { bytes, offsets } = nameBytes(sorted);
  const names = place(bytes);
  const heap = place(new ByteBlock(32).text("HEAP").skip(4).u64(bytes.length, 1, names).bytes);
  let row: Placed[] = [];
  for (let at = 0; at < sorted.length; at += 2 * LEAF_K) {
    const part = sorted.slice(at, at + 2 * LEAF_K);
    const address = place(leaf(part, offsets.subarray(at)));
    row.push({ address, lastName: offsets[at + part.length - 1] ?? 0 });
  }
  for (let level = 0; ; level++) {
    row = placeNodes(row, level, end, place);
    const [root] = row;
    if (root !== undefined && row.length === 1) return { blocks, tree: root.address, heap };
  }
}

/** Names with a zero at their end, aligned; the first is the empty one, which stands before all. */
function nameBytes(members: readonly SymbolMember[]): { readonly bytes: Uint8Array; readonly offsets: Float64Array } {
  const offsets = new Float64Array(members.length);
  let length = 8;
  for (const [i, { name }] of members.entries()) {
    offsets[i] = length;
    length += aligned(name.length + 1);
  }
  const bytes = new Uint8Array(length);
  for (const [i, { name }] of members.entries()) bytes.set(name, offsets[i]);
  return { bytes, offsets };
}

function leaf(members: readonly SymbolMember[], offsets: Float64Array): Uint8Array {
  const block = new ByteBlock(8 + 40 * 2 * LEAF_K).text("SNOD").u8(1, 0).u16(members.length);
  for (const [i, { address }] of members.entries()) block.u64(offsets[i] ?? 0, address).skip(24);
  return block.bytes;
}

/** One level of nodes over a row; an empty row has one node without children. */
function placeNodes(
  row: readonly Placed[],
  level: number,
  start: number,
  place: (bytes: Uint8Array) => number,
): Placed[] {
  const size = 24 + 2 * NODE_K * 8 + (2 * NODE_K + 1) * 8;
  const count = Math.max(1, Math.ceil(row.length / (2 * NODE_K)));
  return Array.from({ length: count }, (_, i): Placed => {
    const part = row.slice(i * 2 * NODE_K, (i + 1) * 2 * NODE_K);
    const left = i === 0 ? UNDEFINED : start + (i - 1) * size;
    const right = i === count - 1 ? UNDEFINED : start + (i + 1) * size;
    const before = row[i * 2 * NODE_K - 1]?.lastName ?? 0;
    const block = new ByteBlock(size).text("TREE").u8(0, level).u16(part.length).u64(left, right, before);
    for (const { address, lastName } of part) block.u64(address, lastName);
    return { address: place(block.bytes), lastName: part.at(-1)?.lastName ?? 0 };
  });
}
