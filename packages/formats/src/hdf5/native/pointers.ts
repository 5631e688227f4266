import { elementsOf } from "../box.js";
import { TYPE_CLASS } from "../datatype.js";
import { Cursor } from "./cursor.js";
import type { FileBytes } from "./file-bytes.js";
import type { GlobalHeap } from "./global-heap.js";
import { requireCovered } from "./not-covered.js";
import type { StoredType } from "./stored-type.js";

/** What elements point to, fetched and ready. */
export interface Pointers {
  readonly heap: GlobalHeap;
  /** Paths by address of an object; null where no object with a path is. */
  readonly paths: ReadonlyMap<number, string | null>;
}

/** Finds the path of the object at an address. */
export type FindPath = (address: number) => Promise<string | null>;

interface PointerField {
  readonly kind: "heap" | "object" | "region";
  readonly offset: number;
}

/** More pointers than this in one element are left to the HDF5 library. */
const MAX_FIELDS = 4096;

/** Whether an element is all there is: no text, lists or references. */
export function hasPointers(type: StoredType): boolean {
  if (type.class === TYPE_CLASS.vlen || type.class === TYPE_CLASS.reference) return true;
  if (type.fields !== undefined) return type.fields.some((field) => hasPointers(field.type));
  return type.base !== undefined && hasPointers(type.base);
}

/** Fetches what `count` elements point to. */
export async function followPointers(
  file: FileBytes,
  type: StoredType,
  { bytes, count }: { readonly bytes: Uint8Array; readonly count: number },
  { heap, findPath }: { readonly heap: GlobalHeap; readonly findPath: FindPath },
): Promise<Pointers> {
  const paths = new Map<number, string | null>();
  if (!hasPointers(type)) return { heap, paths };
  const fields = fieldsOf(type, 0);
  const objects = new Set<number>();
  const collections = new Set<number>();
  const regions: { readonly address: number; readonly index: number }[] = [];
  for (const { kind, offset } of fields) {
    const cursor = new Cursor(bytes, file.widths);
    for (let i = 0; i < count; i++) {
      cursor.position = i * type.size + offset;
      if (kind === "heap") cursor.skip(4);
      const address = cursor.address();
      if (address === undefined || address === 0) continue;
      if (kind === "object") objects.add(address);
      else collections.add(address);
      if (kind === "region") regions.push({ address, index: cursor.u32() });
    }
  }
  await heap.load(collections);
  for (const { address, index } of regions) {
    const object = new Cursor(heap.object(address, index), file.widths).address();
    if (object !== undefined) objects.add(object);
  }
  for (const address of objects) paths.set(address, await findPath(address));
  return { heap, paths };
}

function fieldsOf(type: StoredType, offset: number): PointerField[] {
  if (type.class === TYPE_CLASS.vlen) return [{ kind: "heap", offset }];
  if (type.reference !== undefined) return [{ kind: type.reference, offset }];
  if (type.fields !== undefined) return type.fields.flatMap((field) => fieldsOf(field.type, offset + field.offset));
  if (type.lengths === undefined || type.base === undefined || !hasPointers(type.base)) return [];
  const { base } = type;
  const fields = fieldsOf(base, 0);
  const count = elementsOf(type.lengths);
  requireCovered(count * fields.length <= MAX_FIELDS, "an array type with very many pointers");
  return Array.from({ length: count }, (_, i) =>
    fields.map((field) => ({ kind: field.kind, offset: offset + i * base.size + field.offset })),
  ).flat();
}
