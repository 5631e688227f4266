import { parseAttribute, type StoredAttribute } from "./attribute-message.js";
import { RECORD, readTree2, visitRecords } from "./b-tree-2.js";
import { Cursor } from "./cursor.js";
import { requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";
import { FractalHeap } from "./fractal-heap.js";
import { lookup3 } from "./lookup3.js";
import { requireCovered } from "./not-covered.js";
import { findMessage, MESSAGE, type ObjectHeader } from "./object-header.js";

/**
 * The attributes of an object, in no particular order.
 *
 * @param names only these, if given; others are not fetched where the file has an index of them
 */
export async function readAttributes(
  file: FileBytes,
  object: ObjectHeader,
  names: readonly string[] | undefined,
): Promise<StoredAttribute[]> {
  const messages = object.messages.filter((message) => message.type === MESSAGE.attribute);
  for (const message of messages) requireCovered(!message.isShared, "a shared attribute");
  const attributes = messages.map((message) => parseAttribute(message.bytes, file.widths));
  attributes.push(...(await readDense(file, object, names)));
  const wanted = attributes.filter((attribute) => names === undefined || names.includes(attribute.name));
  requireSound(new Set(wanted.map(({ name }) => name)).size === wanted.length, "two attributes have the same name");
  return wanted;
}

/** Source: File Format Specification 3.0, IV.A.2.v "The Attribute Info Message" */
async function readDense(
  file: FileBytes,
  object: ObjectHeader,
  names: readonly string[] | undefined,
): Promise<StoredAttribute[]> {
  const message = findMessage(object, MESSAGE.attributeInfo);
  if (message === undefined) return [];
  const cursor = new Cursor(message.bytes, file.widths);
  requireSound(cursor.u8() === 0, "an object has attribute information of an unknown version");
  if (cursor.u8() & 1) cursor.skip(2);
  const heapAddress = cursor.address();
  if (heapAddress === undefined) return [];
  const tree = await readTree2(file, cursor.requireAddress("an index of attributes"));
  const heap = await FractalHeap.open(file, heapAddress);
  requireSound(tree.type === RECORD.attributeName, "an index of attributes has records of another kind");
  requireSound(tree.recordBytes === heap.idBytes + 9, "an index of attributes has records of another size");
  const hashes = names?.map((name) => lookup3(new TextEncoder().encode(name)));
  const isWanted = (low: number, high: number) => hashes?.some((hash) => low <= hash && hash <= high) ?? true;
  const hashOf = (record: Cursor | undefined, otherwise: number) => {
    record?.skip(heap.idBytes + 5);
    return record?.u32() ?? otherwise;
  };
  const attributes: StoredAttribute[] = [];
  const between = (after: Cursor | undefined, before: Cursor | undefined) =>
    isWanted(hashOf(after, 0), hashOf(before, 0xffffffff));
  await visitRecords(file, tree, between, async (record) => {
    const id = record.take(heap.idBytes);
    const flags = record.u8();
    record.skip(4);
    const hash = record.u32();
    if (!isWanted(hash, hash)) return;
    requireCovered((flags & 2) === 0, "a shared attribute");
    attributes.push(parseAttribute(await heap.object(id), file.widths));
  });
  return attributes;
}
