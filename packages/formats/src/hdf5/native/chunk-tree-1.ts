import { type ChunkRange, comparePlaces, firstFrom, isInRange, type StoredChunk } from "./chunk-grid.js";
import type { Cursor } from "./cursor.js";
import { Damage, requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";

interface ChunkKey {
  readonly bytes: number;
  readonly filterMask: number;
  readonly place: readonly number[];
}

interface ChunkNode {
  readonly level: number;
  readonly keys: readonly ChunkKey[];
  readonly children: readonly number[];
}

const MAX_LEVEL = 60;

/**
 * The chunks of a range, in the order of the B-tree: only the nodes that may have some are read.
 *
 * Source: File Format Specification 3.0, III.A.1 "Version 1 B-trees", node type 1. Child `i` has the chunks from key `i` on, before
 * key `i + 1`.
 */
export async function findInTree1(
  file: FileBytes,
  root: number,
  chunk: readonly number[],
  range: ChunkRange,
): Promise<StoredChunk[]> {
  const found: StoredChunk[] = [];
  const seen = new Set<number>();
  const visit = async (address: number, below: number): Promise<void> => {
    if (seen.has(address)) throw new Damage("an array's B-tree leads to a node twice");
    seen.add(address);
    const { level, keys, children } = await readNode(file, address, chunk, below);
    for (const [i, child] of children.entries()) {
      const key = keys[i];
      const next = keys[i + 1];
      if (key === undefined || next === undefined) continue;
      if (level === 0) {
        const { place, bytes, filterMask } = key;
        if (isInRange(place, range)) found.push({ place, address: child, bytes, filterMask });
        continue;
      }
      const wanted = firstFrom(range, key.place);
      if (wanted !== undefined && comparePlaces(wanted, next.place) < 0) await visit(child, level);
    }
  };
  await visit(root, MAX_LEVEL);
  return found;
}

async function readNode(file: FileBytes, address: number, chunk: readonly number[], below: number): Promise<ChunkNode> {
  const { offsets } = file.widths;
  const headBytes = 8 + 2 * offsets;
  const head = await file.cursor(address, headBytes, "a B-tree node");
  head.signature("TREE");
  requireSound(head.u8() === 1, `the B-tree node at ${address} is not of an array`);
  const level = head.u8();
  requireSound(level < below, `the B-tree node at ${address} has level ${level} below ${below}`);
  const count = head.u16();
  const keyBytes = 8 + 8 * (chunk.length + 1);
  const cursor = await file.cursor(address + headBytes, count * (keyBytes + offsets) + keyBytes, "a B-tree node");
  const keys: ChunkKey[] = [];
  const children: number[] = [];
  for (let i = 0; i < count; i++) {
    // The key behind the last child is a bound alone, and may lie off the grid.
    keys.push(readKey(cursor, chunk, level === 0));
    children.push(cursor.requireAddress("a B-tree's child"));
  }
  keys.push(readKey(cursor, chunk, false));
  const isSorted = keys.every((key, i) => i === 0 || comparePlaces(keys[i - 1]?.place ?? [], key.place) <= 0);
  requireSound(isSorted, `the chunks of the B-tree node at ${address} are not in order`);
  return { level, keys, children };
}

function readKey(cursor: Cursor, chunk: readonly number[], isExact: boolean): ChunkKey {
  const bytes = cursor.u32();
  const filterMask = cursor.u32();
  const place = chunk.map((length) => {
    const at = cursor.uint(8) / length;
    requireSound(!isExact || Number.isInteger(at), "a chunk does not lie on the grid");
    return Math.ceil(at);
  });
  // The offset within an element.
  requireSound(cursor.uint(8) === 0 || !isExact, "a chunk does not lie on the grid");
  return { bytes, filterMask, place };
}
