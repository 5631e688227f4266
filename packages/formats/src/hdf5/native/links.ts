import { RECORD, readTree2, visitRecords } from "./b-tree-2.js";
import { Cursor, toName } from "./cursor.js";
import { Damage, requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";
import { FractalHeap } from "./fractal-heap.js";
import { lookup3 } from "./lookup3.js";
import { requireCovered } from "./not-covered.js";
import { findMessage, MESSAGE, type ObjectHeader } from "./object-header.js";
import { findInSymbolTable, listSymbolTable, parseSymbolTable, type StoredLink } from "./symbol-table.js";

/** Every member of a group, in the order in which HDF5 itself goes through them. */
export async function listLinks(file: FileBytes, group: ObjectHeader): Promise<StoredLink[]> {
  const table = findMessage(group, MESSAGE.symbolTable);
  if (table !== undefined) return await listSymbolTable(file, parseSymbolTable(new Cursor(table.bytes, file.widths)));
  const dense = denseLinks(file, group);
  if (dense === undefined) return compactLinks(file, group);
  return await readDense(file, dense, () => true);
}

/** One member of a group by name. */
export async function findLink(file: FileBytes, group: ObjectHeader, name: string): Promise<StoredLink | undefined> {
  const table = findMessage(group, MESSAGE.symbolTable);
  if (table !== undefined) {
    return await findInSymbolTable(file, parseSymbolTable(new Cursor(table.bytes, file.widths)), name);
  }
  const dense = denseLinks(file, group);
  if (dense === undefined) return compactLinks(file, group).find((link) => link.name === name);
  const hash = lookup3(new TextEncoder().encode(name));
  const links = await readDense(file, dense, (low, high) => low <= hash && hash <= high);
  return links.find((link) => link.name === name);
}

function compactLinks(file: FileBytes, group: ObjectHeader): StoredLink[] {
  return group.messages
    .filter((message) => message.type === MESSAGE.link)
    .map((message) => parseLink(new Cursor(message.bytes, file.widths)));
}

interface DenseLinks {
  readonly heap: number;
  readonly index: number;
}

/** Source: File Format Specification 3.0, IV.A.2.c "The Link Info Message" */
function denseLinks(file: FileBytes, group: ObjectHeader): DenseLinks | undefined {
  const message = findMessage(group, MESSAGE.linkInfo);
  if (message === undefined) return undefined;
  const cursor = new Cursor(message.bytes, file.widths);
  requireSound(cursor.u8() === 0, "a group has link information of an unknown version");
  if (cursor.u8() & 1) cursor.skip(8);
  const heap = cursor.address();
  return heap === undefined ? undefined : { heap, index: cursor.requireAddress("an index of links") };
}

async function readDense(
  file: FileBytes,
  dense: DenseLinks,
  isWanted: (low: number, high: number) => boolean,
): Promise<StoredLink[]> {
  const tree = await readTree2(file, dense.index);
  requireSound(tree.type === RECORD.linkName, "an index of links has records of another kind");
  const heap = await FractalHeap.open(file, dense.heap);
  requireSound(tree.recordBytes === 4 + heap.idBytes, "an index of links has records of another size");
  const links: StoredLink[] = [];
  const hashOf = (record: Cursor | undefined, otherwise: number) => record?.u32() ?? otherwise;
  const between = (after: Cursor | undefined, before: Cursor | undefined) =>
    isWanted(hashOf(after, 0), hashOf(before, 0xffffffff));
  await visitRecords(file, tree, between, async (record) => {
    const hash = record.u32();
    if (!isWanted(hash, hash)) return;
    links.push(parseLink(new Cursor(await heap.object(record.take(heap.idBytes)), file.widths)));
  });
  return links;
}

/** Source: File Format Specification 3.0, IV.A.2.g "The Link Message" */
function parseLink(cursor: Cursor): StoredLink {
  const version = cursor.u8();
  requireSound(version === 1, `a link has version ${version}`);
  const flags = cursor.u8();
  const type = flags & 8 ? cursor.u8() : 0;
  cursor.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0));
  const name = toName(cursor.take(cursor.uint(1 << (flags & 3))));
  if (type === 0) return { name, kind: "hard", address: cursor.requireAddress(`member ${name}`) };
  const value = cursor.part(cursor.u16());
  if (type === 1) return { name, kind: "soft", target: toName(value.bytes) };
  if (type < 64) throw new Damage(`member ${name} is a link of kind ${type}`);
  requireCovered(type === 64, "a user-defined link");
  value.skip(1);
  const file = toName(value.untilZero());
  return { name, kind: "external", target: `${file}:${toName(value.untilZero())}` };
}
