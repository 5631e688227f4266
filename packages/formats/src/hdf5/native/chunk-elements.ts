import type { StoredChunk } from "./chunk-grid.js";
import { Cursor } from "./cursor.js";
import { requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";
import { requireChecksum } from "./lookup3.js";

/** How an index that is an array says where a chunk is. */
export interface ElementShape {
  readonly isFiltered: boolean;
  readonly elementBytes: number;
  /** Of a chunk that is not filtered. */
  readonly chunkBytes: number;
}

export type ChunkAddress = Omit<StoredChunk, "place">;

/** @throws {@link Damage} unless elements of that size can say where a chunk is */
export function requireElementShape(file: FileBytes, { isFiltered, elementBytes }: ElementShape): void {
  const rest = elementBytes - file.widths.offsets;
  requireSound(isFiltered ? rest >= 5 && rest <= 12 : rest === 0, "an index of chunks has elements of an odd size");
}

/** One element; `undefined` where no chunk has been written. Source: File Format Specification 3.0, VII.C "Fixed Array Index" */
export function parseElement(cursor: Cursor, { isFiltered, elementBytes, chunkBytes }: ElementShape, offsets: number) {
  const address = cursor.address();
  const bytes = isFiltered ? cursor.uint(elementBytes - offsets - 4) : chunkBytes;
  const filterMask = isFiltered ? cursor.u32() : 0;
  return address === undefined ? undefined : { address, bytes, filterMask };
}

/** The element `index` of a run of `count` elements at `address` that a checksum follows. */
export async function elementOfRun(
  file: FileBytes,
  shape: ElementShape,
  { address, count, index }: { readonly address: number; readonly count: number; readonly index: number },
): Promise<ChunkAddress | undefined> {
  const bytes = await file.read(address, count * shape.elementBytes + 4, "a page of an index of chunks");
  requireChecksum(bytes, "a page of an index of chunks");
  return parseElement(new Cursor(bytes, file.widths, index * shape.elementBytes), shape, file.widths.offsets);
}
