import {
  type ChunkAddress,
  type ElementShape,
  elementOfRun,
  parseElement,
  requireElementShape,
} from "./chunk-elements.js";
import { Cursor } from "./cursor.js";
import { requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";
import { requireChecksum } from "./lookup3.js";

/** Finds chunks by their number in the grid. */
export type FindChunk = (index: number) => Promise<ChunkAddress | undefined>;

/**
 * The index of an array that does not grow.
 *
 * Source: File Format Specification 3.0, VII.C "Fixed Array Index"
 */
export async function openFixedArray(file: FileBytes, address: number, chunkBytes: number): Promise<FindChunk> {
  const { offsets, lengths } = file.widths;
  const header = await file.cursor(address, 8 + lengths + offsets + 4, "a fixed array");
  header.signature("FAHD");
  requireChecksum(header.bytes, "a fixed array");
  requireSound(header.u8() === 0, "a fixed array has an unknown version");
  const isFiltered = header.u8() === 1;
  const shape: ElementShape = { isFiltered, elementBytes: header.u8(), chunkBytes };
  requireElementShape(file, shape);
  const pageBits = header.u8();
  const count = header.length();
  const block = header.address();
  if (block === undefined) return async () => undefined;
  const prefixBytes = 6 + offsets;
  const pageLength = 2 ** pageBits;
  if (count <= pageLength) return await openWhole(file, { address: block, prefixBytes, count }, shape);
  const pages = Math.ceil(count / pageLength);
  const bitmapBytes = Math.ceil(pages / 8);
  const cursor = await file.cursor(block, prefixBytes + bitmapBytes + 4, "a fixed array's block");
  cursor.signature("FADB");
  requireChecksum(cursor.bytes, "a fixed array's block");
  const bitmap = cursor.bytes.slice(prefixBytes, prefixBytes + bitmapBytes);
  const start = block + cursor.bytes.length;
  return async (index) => {
    requireSound(index < count, "a chunk lies outside of its index");
    const page = Math.floor(index / pageLength);
    // The first page has the highest bit of the first byte.
    if (((bitmap[page >> 3] ?? 0) & (0x80 >> (page & 7))) === 0) return undefined;
    return await elementOfRun(file, shape, {
      address: start + page * (pageLength * shape.elementBytes + 4),
      count: Math.min(pageLength, count - page * pageLength),
      index: index % pageLength,
    });
  };
}

async function openWhole(
  file: FileBytes,
  block: { readonly address: number; readonly prefixBytes: number; readonly count: number },
  shape: ElementShape,
): Promise<FindChunk> {
  const { address, prefixBytes, count } = block;
  const bytes = await file.read(address, prefixBytes + count * shape.elementBytes + 4, "a fixed array's block");
  new Cursor(bytes, file.widths).signature("FADB");
  requireChecksum(bytes, "a fixed array's block");
  return async (index) => {
    requireSound(index < count, "a chunk lies outside of its index");
    const cursor = new Cursor(bytes, file.widths, prefixBytes + index * shape.elementBytes);
    return parseElement(cursor, shape, file.widths.offsets);
  };
}
