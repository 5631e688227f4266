import type { Hdf5Link } from "../hdf5-file.js";
import { compareBytes, compareCodePoints } from "../names.js";
import { type Cursor, toName } from "./cursor.js";
import { Damage, requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";
import { forEachLane } from "./lanes.js";
import { NotCovered } from "./not-covered.js";

/** A link, and where it leads if it is a hard one. */
export interface StoredLink extends Hdf5Link {
  readonly address?: number | undefined;
}

/** Members of a group in the form of HDF5 1.0 to 1.6: a B-tree of leaves with entries, and a heap with their names. */
export interface SymbolTable {
  readonly tree: number;
  readonly heap: number;
}

export function parseSymbolTable(cursor: Cursor): SymbolTable {
  return { tree: cursor.requireAddress("a group's B-tree"), heap: cursor.requireAddress("a group's heap") };
}

/** Levels of a B-tree beyond this are damage: 2^60 entries lie below. */
const MAX_LEVEL = 60;

interface NameHeap {
  readonly address: number;
  readonly length: number;
}

/** Source: File Format Specification 3.0, III.D "Local Heaps" */
async function readNameHeap(file: FileBytes, address: number): Promise<NameHeap> {
  const cursor = await file.cursor(address, 8 + 2 * file.widths.lengths + file.widths.offsets, "a local heap");
  cursor.signature("HEAP");
  requireSound(cursor.u8() === 0, `the local heap at ${address} has an unknown version`);
  cursor.skip(3);
  const length = cursor.length();
  cursor.length();
  return { address: cursor.requireAddress("a local heap's data"), length };
}

interface GroupNode {
  readonly level: number;
  /** Offsets of names: child `i` has the names after key `i`, up to key `i + 1`. */
  readonly keys: readonly number[];
  readonly children: readonly number[];
}

/** Source: File Format Specification 3.0, III.A.1 "Version 1 B-trees", node type 0 */
async function readNode(file: FileBytes, address: number, below: number): Promise<GroupNode> {
  const { offsets, lengths } = file.widths;
  const headLength = 8 + 2 * offsets;
  const head = await file.cursor(address, headLength, "a B-tree node");
  head.signature("TREE");
  requireSound(head.u8() === 0, `the B-tree node at ${address} is not of a group`);
  const level = head.u8();
  requireSound(level < below, `the B-tree node at ${address} has level ${level} below ${below}`);
  const count = head.u16();
  const cursor = await file.cursor(address + headLength, count * (offsets + lengths) + lengths, "a B-tree node");
  const keys = [cursor.length()];
  const children: number[] = [];
  for (let i = 0; i < count; i++) {
    children.push(cursor.requireAddress("a B-tree's child"));
    keys.push(cursor.length());
  }
  return { level, keys, children };
}

interface Entry {
  readonly nameOffset: number;
  readonly address: number | undefined;
  readonly cacheType: number;
  /** Of a soft link: where its target is in the heap. */
  readonly targetOffset: number;
}

/** Source: File Format Specification 3.0, III.B "Symbol Table Nodes" and III.C "Symbol Table Entry" */
async function readLeaf(file: FileBytes, address: number): Promise<Entry[]> {
  const head = await file.cursor(address, 8, "a symbol table node");
  head.signature("SNOD");
  requireSound(head.u8() === 1, `the symbol table node at ${address} has an unknown version`);
  head.skip(1);
  const count = head.u16();
  const entryLength = 2 * file.widths.offsets + 24;
  const cursor = await file.cursor(address + 8, count * entryLength, "a symbol table node");
  return Array.from({ length: count }, () => {
    const nameOffset = cursor.uint(file.widths.offsets);
    const target = cursor.address();
    const cacheType = cursor.u32();
    requireSound(cacheType <= 2, "a symbol table entry has an unknown kind");
    cursor.skip(4);
    const targetOffset = cursor.u32();
    cursor.skip(12);
    return { nameOffset, address: target, cacheType, targetOffset };
  });
}

/** A name of at most this many bytes is compared by one read. */
const NAME_BYTES = 64;

async function readText(file: FileBytes, heap: NameHeap, offset: number, atLeast = NAME_BYTES): Promise<Uint8Array> {
  for (let length = atLeast; ; length *= 4) {
    requireSound(offset < heap.length, "a name lies outside of its heap");
    const bytes = await file.read(heap.address + offset, Math.min(length, heap.length - offset), "a name");
    const end = bytes.indexOf(0);
    if (end >= 0) return bytes.subarray(0, end);
    if (length >= heap.length - offset) throw new Damage("a name has no end");
  }
}

async function toLink(file: FileBytes, heap: NameHeap, entry: Entry, name: string): Promise<StoredLink> {
  if (entry.cacheType === 2) {
    return { name, kind: "soft", target: toName(await readText(file, heap, entry.targetOffset)) };
  }
  if (entry.address === undefined) throw new Damage(`member ${name} has no address`);
  return { name, kind: "hard", address: entry.address };
}

/** One member by name, at the cost of a descent; `undefined` if there is none. */
export async function findInSymbolTable(
  file: FileBytes,
  table: SymbolTable,
  name: string,
): Promise<StoredLink | undefined> {
  const heap = await readNameHeap(file, table.heap);
  const wanted = new TextEncoder().encode(name);
  const compare = async (offset: number) =>
    compareBytes(await readText(file, heap, offset, wanted.length + 1 + 7), wanted);
  let address = table.tree;
  for (let below = MAX_LEVEL; ; ) {
    const node = await readNode(file, address, below);
    const index = await firstNotLess(node.children.length, async (i) => await compare(node.keys[i + 1] ?? 0));
    const child = node.children[index];
    if (child === undefined) return undefined;
    address = child;
    below = node.level;
    if (node.level === 0) break;
  }
  const entries = await readLeaf(file, address);
  const index = await firstNotLess(entries.length, async (i) => await compare(entries[i]?.nameOffset ?? 0));
  const entry = entries[index];
  if (entry === undefined || (await compare(entry.nameOffset)) !== 0) return undefined;
  return await toLink(file, heap, entry, name);
}

/** The first index whose comparison is not negative; `count` if there is none. */
async function firstNotLess(count: number, compare: (index: number) => Promise<number>): Promise<number> {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((await compare(middle)) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Every member, in the order of the tree: by the bytes of the names. */
export async function listSymbolTable(file: FileBytes, table: SymbolTable): Promise<StoredLink[]> {
  const heap = await readNameHeap(file, table.heap);
  const leaves: number[] = [];
  const seen = new Set<number>();
  const visit = async (address: number, below: number): Promise<void> => {
    if (seen.has(address)) throw new Damage("a group's B-tree leads to a node twice");
    seen.add(address);
    const node = await readNode(file, address, below);
    if (node.level === 0) for (const child of node.children) leaves.push(child);
    else for (const child of node.children) await visit(child, node.level);
  };
  await visit(table.tree, MAX_LEVEL);
  requireSound(new Set(leaves).size === leaves.length, "a group's B-tree leads to a node twice");
  const links = await readLeaves(file, heap, leaves);
  // Out of order, members could not be found by name.
  const isSorted = links.every((link, i) => i === 0 || compareCodePoints(links[i - 1]?.name ?? "", link.name) < 0);
  requireSound(isSorted, "the members of a group are not in order");
  if (links.some((link) => link.name === "" || link.name.includes("/")))
    throw new NotCovered("a member without a name");
  return links;
}

/** The leaves lie all over the file, so a few are fetched at a time. */
async function readLeaves(file: FileBytes, heap: NameHeap, leaves: readonly number[]): Promise<StoredLink[]> {
  const parts: StoredLink[][] = leaves.map(() => []);
  await forEachLane([...leaves.entries()], async ([i, leaf]) => {
    for (const entry of await readLeaf(file, leaf)) {
      const name = toName(await readText(file, heap, entry.nameOffset));
      parts[i]?.push(await toLink(file, heap, entry, name));
    }
  });
  return parts.flat();
}
