import { Cursor } from "./cursor.js";
import { Damage, requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";
import { requireChecksum } from "./lookup3.js";

/** Kinds of records. Source: File Format Specification 3.0, III.A.2 "Version 2 B-trees" */
export const RECORD = { huge: 1, linkName: 5, attributeName: 8, chunk: 10, filteredChunk: 11 } as const;

/** A B-tree of version 2. */
export interface Tree2 {
  readonly type: number;
  readonly recordBytes: number;
  readonly nodeBytes: number;
  readonly depth: number;
  readonly root: NodePointer | undefined;
  /** Bytes of the numbers of records in pointers to a child. */
  readonly countBytes: number;
  /** Bytes of the number of all records below, in pointers of nodes of each depth. */
  readonly totalBytes: readonly number[];
}

interface NodePointer {
  readonly address: number;
  readonly count: number;
}

/** Deeper trees than this are damage: each level multiplies the records by ten or more. */
const MAX_DEPTH = 32;

/** Signature, version, type and checksum of a node. */
const FRAME_BYTES = 10;

export async function readTree2(file: FileBytes, address: number): Promise<Tree2> {
  const length = 22 + file.widths.offsets + file.widths.lengths;
  const cursor = await file.cursor(address, length, "a B-tree header");
  cursor.signature("BTHD");
  requireChecksum(cursor.bytes, `the B-tree header at ${address}`);
  requireSound(cursor.u8() === 0, `the B-tree at ${address} has an unknown version`);
  const type = cursor.u8();
  const nodeBytes = cursor.u32();
  const recordBytes = cursor.u16();
  const depth = cursor.u16();
  cursor.skip(2);
  const root = cursor.address();
  const count = cursor.u16();
  requireSound(depth <= MAX_DEPTH && recordBytes > 0, `the B-tree at ${address} has an impossible shape`);
  requireSound(nodeBytes <= file.blocks.size, `the B-tree at ${address} has nodes larger than the file`);
  const shape = widthsOf(file, nodeBytes, recordBytes, depth);
  return {
    type,
    recordBytes,
    nodeBytes,
    depth,
    root: root === undefined ? undefined : { address: root, count },
    ...shape,
  };
}

/** Source: `H5B2__hdr_init` in H5B2hdr.c */
function widthsOf(file: FileBytes, nodeBytes: number, recordBytes: number, depth: number) {
  const inLeaf = Math.floor((nodeBytes - FRAME_BYTES) / recordBytes);
  requireSound(inLeaf >= 1, "a B-tree's nodes hold no records");
  const countBytes = widthFor(inLeaf);
  const totalBytes = [0];
  let below = inLeaf;
  for (let level = 1; level <= depth; level++) {
    const pointer = file.widths.offsets + countBytes + (totalBytes[level - 1] ?? 0);
    const records = Math.floor((nodeBytes - FRAME_BYTES - pointer) / (recordBytes + pointer));
    requireSound(records >= 1, "a B-tree's nodes hold no records");
    below = (records + 1) * below + records;
    totalBytes.push(widthFor(below));
  }
  return { countBytes, totalBytes };
}

function widthFor(limit: number): number {
  return Math.min(8, Math.floor(Math.floor(Math.log2(limit)) / 8) + 1);
}

/** Whether records between two neighbours may be wanted; a bound that is not there lies beyond all. */
export type Between = (after: Cursor | undefined, before: Cursor | undefined) => boolean;

/**
 * Gives the records of a tree in order to `use`, those in subtrees that `between` rules out left out.
 *
 * @throws {@link Damage} when a node is damaged or met twice
 */
export async function visitRecords(
  file: FileBytes,
  tree: Tree2,
  between: Between,
  use: (record: Cursor) => void | Promise<void>,
): Promise<void> {
  const seen = new Set<number>();
  const cursorOf = (bytes: Uint8Array | undefined) => bytes && new Cursor(bytes, file.widths);
  const visit = async (pointer: NodePointer, depth: number, after?: Uint8Array, before?: Uint8Array): Promise<void> => {
    if (seen.has(pointer.address)) throw new Damage("a B-tree leads to a node twice");
    seen.add(pointer.address);
    const { records, children } = await readNode(file, tree, pointer, depth);
    for (let i = 0; i <= records.length; i++) {
      const child = children[i];
      const low = records[i - 1] ?? after;
      const high = records[i] ?? before;
      if (child !== undefined && between(cursorOf(low), cursorOf(high))) await visit(child, depth - 1, low, high);
      const record = cursorOf(records[i]);
      if (record !== undefined) await use(record);
    }
  };
  if (tree.root !== undefined) await visit(tree.root, tree.depth);
}

async function readNode(
  file: FileBytes,
  tree: Tree2,
  { address, count }: NodePointer,
  depth: number,
): Promise<{ records: Uint8Array[]; children: NodePointer[] }> {
  const pointerBytes = file.widths.offsets + tree.countBytes + (tree.totalBytes[depth - 1] ?? 0);
  const length = FRAME_BYTES + count * tree.recordBytes + (depth > 0 ? (count + 1) * pointerBytes : 0);
  requireSound(length <= tree.nodeBytes, `the B-tree node at ${address} is larger than it may be`);
  const cursor = await file.cursor(address, length, "a B-tree node");
  cursor.signature(depth > 0 ? "BTIN" : "BTLF");
  requireChecksum(cursor.bytes, `the B-tree node at ${address}`);
  requireSound(cursor.u8() === 0 && cursor.u8() === tree.type, `the B-tree node at ${address} is of another kind`);
  const records = Array.from({ length: count }, () => cursor.take(tree.recordBytes));
  const children: NodePointer[] = [];
  for (let i = 0; depth > 0 && i <= count; i++) {
    const child = cursor.requireAddress("a B-tree's child");
    children.push({ address: child, count: cursor.uint(tree.countBytes) });
    cursor.skip(tree.totalBytes[depth - 1] ?? 0);
  }
  return { records, children };
}
