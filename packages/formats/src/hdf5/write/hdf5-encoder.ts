import { QueryError } from "@crossprobe/core";
import { aligned, ByteBlock, toLittleEndian } from "./little-endian.js";
import { arrayHeader, smallGroupHeader, symbolGroupHeader, UNDEFINED } from "./object-headers.js";
import { LEAF_K, NODE_K, type SymbolMember, symbolTable } from "./symbol-table.js";

/** Makes an HDF5 file piece by piece: the bytes that are given, one after the other, are the file, but for its beginning. */
export interface Hdf5Encoder {
  /** Room for the superblock: first bytes of the file. */
  begin(): readonly Uint8Array[];
  /**
   * A group in the root with arrays of one dimension, by name. Views of the arrays are among the bytes: write them before the arrays change.
   *
   * @throws {@link QueryError} for a name that is taken, empty, `.` or holds `/` or NUL
   */
  group(name: string, arrays: ReadonlyMap<string, Float64Array | Float32Array>): readonly Uint8Array[];
  /** Last bytes of the file, and `head`, which replaces its first bytes. Until that is written the file is no HDF5. */
  finish(): { readonly tail: readonly Uint8Array[]; readonly head: Uint8Array };
}

const SUPERBLOCK_BYTES = 96;

/**
 * Encodes groups of arrays in the root of an HDF5 file, which h5py, h5wasm and MATLAB read.
 *
 * Nothing but names and addresses is kept: about 100 bytes a group. A group costs about 80 bytes in the file, and an array 80
 * beside its values, which lie in one piece without filters.
 *
 * Source: HDF5 File Format Specification 3.0: superblock 0; symbol table of the root; object headers of version 2 below it (HDF5 1.8
 * and later).
 *
 * @param attributes texts of the root group
 * @example
 * const encoder = createHdf5Encoder(new Map([["unit", "s"]]));
 * for (const bytes of encoder.begin()) await file.write(bytes);
 * for (const bytes of encoder.group("a", new Map([["times", times]]))) await file.write(bytes);
 * const { tail, head } = encoder.finish();
 */
export function createHdf5Encoder(attributes: ReadonlyMap<string, string> = new Map()): Hdf5Encoder {
  const members: SymbolMember[] = [];
  const names = new Set<string>();
  let end = 0;
  let out: Uint8Array[] = [];
  const place = (bytes: Uint8Array): number => {
    const address = end;
    out.push(bytes);
    const gap = aligned(bytes.length) - bytes.length;
    if (gap > 0) out.push(new Uint8Array(gap));
    end += bytes.length + gap;
    return address;
  };
  const take = (): readonly Uint8Array[] => {
    const taken = out;
    out = [];
    return taken;
  };
  return {
    begin: () => {
      place(new Uint8Array(SUPERBLOCK_BYTES));
      return take();
    },
    group: (name, arrays) => {
      requireName(name, names);
      for (const inner of arrays.keys()) requireName(inner, new Set());
      const addresses = new Map<string, number>();
      for (const [inner, values] of arrays) {
        const address = values.length === 0 ? undefined : place(toLittleEndian(values));
        const size = values.BYTES_PER_ELEMENT === 8 ? 8 : 4;
        addresses.set(inner, place(arrayHeader(values.length, size, address)));
      }
      members.push({ name: new TextEncoder().encode(name), address: place(smallGroupHeader(addresses)) });
      names.add(name);
      return take();
    },
    finish: () => {
      const table = symbolTable(members, end);
      for (const block of table.blocks) place(block);
      const root = place(symbolGroupHeader(table, attributes));
      return { tail: take(), head: superblock(root, table, end) };
    },
  };
}

/** Names are kept short of what a link message can count in one byte. */
const LONGEST_NAME = 255;

function requireName(name: string, taken: ReadonlySet<string>): void {
  const isUsable =
    name !== "" && name !== "." && !/[/\0]/u.test(name) && new TextEncoder().encode(name).length <= LONGEST_NAME;
  if (!isUsable)
    throw new QueryError(`${JSON.stringify(name)} is no name in an HDF5 file`, { hint: "leave out / and NUL" });
  if (taken.has(name)) throw new QueryError(`the file has a group ${JSON.stringify(name)} already`);
}

/** Source: File Format Specification 3.0, II.A, version 0 */
function superblock(root: number, table: { readonly tree: number; readonly heap: number }, end: number): Uint8Array {
  return new ByteBlock(SUPERBLOCK_BYTES)
    .u8(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)
    .u8(0, 0, 0, 0, 0, 8, 8, 0)
    .u16(LEAF_K)
    .u16(NODE_K)
    .u32(0)
    .u64(0, UNDEFINED, end, UNDEFINED)
    .u64(0, root)
    .u32(1)
    .skip(4)
    .u64(table.tree, table.heap).bytes;
}
