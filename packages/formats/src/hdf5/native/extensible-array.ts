import { type ElementShape, elementOfRun, parseElement, requireElementShape } from "./chunk-elements.js";
import { Cursor } from "./cursor.js";
import { requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";
import type { FindChunk } from "./fixed-array.js";
import { requireChecksum } from "./lookup3.js";

interface ArrayShape extends ElementShape {
  readonly maxBits: number;
  /** Elements that the index block holds itself. */
  readonly inIndexBlock: number;
  /** Elements of the smallest data block. */
  readonly minElements: number;
  /** Data blocks of the smallest secondary block. */
  readonly minPointers: number;
  readonly pageLength: number;
  /** Bytes of a block's own offset. */
  readonly offsetBytes: number;
}

/**
 * The index of an array that grows on one axis.
 *
 * An index block has the first elements, pointers to the first data blocks, and pointers to secondary blocks with pointers to the rest;
 * data blocks double in size every other level.
 *
 * Source: File Format Specification 3.0, VII.D "Extensible Array Index"; H5EA__hdr_init in H5EAhdr.c
 */
export async function openExtensibleArray(file: FileBytes, address: number, chunkBytes: number): Promise<FindChunk> {
  const { offsets, lengths } = file.widths;
  const header = await file.cursor(address, 12 + 6 * lengths + offsets + 4, "an extensible array");
  header.signature("EAHD");
  requireChecksum(header.bytes, "an extensible array");
  const shape = parseShape(header, chunkBytes);
  requireElementShape(file, shape);
  header.skip(6 * lengths);
  const indexBlock = header.address();
  if (indexBlock === undefined) return async () => undefined;
  const levels = 1 + shape.maxBits - Math.log2(shape.minElements);
  const directLevels = 2 * Math.log2(shape.minPointers);
  requireSound(Number.isInteger(levels) && Number.isInteger(directLevels), "an extensible array has an odd shape");
  requireSound(levels >= directLevels && levels <= 64, "an extensible array has an odd shape");
  const pointers = 2 * (shape.minPointers - 1);
  const prefixBytes = 6 + offsets;
  const start = prefixBytes + shape.inIndexBlock * shape.elementBytes;
  const length = start + (pointers + levels - directLevels) * offsets + 4;
  const block = await file.read(indexBlock, length, "an extensible array's index block");
  new Cursor(block, file.widths).signature("EAIB");
  requireChecksum(block, "an extensible array's index block");
  const pointer = (at: number) => new Cursor(block, file.widths, start + at * offsets).address();
  return async (index) => {
    if (index < shape.inIndexBlock) {
      return parseElement(new Cursor(block, file.widths, prefixBytes + index * shape.elementBytes), shape, offsets);
    }
    const place = placeOf(index - shape.inIndexBlock, shape);
    requireSound(place.level < levels, "a chunk lies outside of its index");
    if (place.level < directLevels) {
      const blockAddress = pointer(place.firstBlock + place.block);
      return blockAddress === undefined ? undefined : await findInBlock(file, shape, place, blockAddress);
    }
    const secondary = pointer(pointers + place.level - directLevels);
    return secondary === undefined ? undefined : await findInSecondary(file, shape, place, secondary);
  };
}

function parseShape(header: Cursor, chunkBytes: number): ArrayShape {
  requireSound(header.u8() === 0, "an extensible array has an unknown version");
  const isFiltered = header.u8() === 1;
  const elementBytes = header.u8();
  const maxBits = header.u8();
  const inIndexBlock = header.u8();
  const minElements = header.u8();
  const minPointers = header.u8();
  const pageLength = 2 ** header.u8();
  requireSound(maxBits <= 64 && minElements > 0 && minPointers > 1, "an extensible array has an odd shape");
  const offsetBytes = Math.ceil(maxBits / 8);
  return {
    isFiltered,
    elementBytes,
    chunkBytes,
    maxBits,
    inIndexBlock,
    minElements,
    minPointers,
    pageLength,
    offsetBytes,
  };
}

interface Place {
  readonly level: number;
  /** Data blocks of the levels before. */
  readonly firstBlock: number;
  /** Data blocks of this level, and their elements. */
  readonly blocks: number;
  readonly elements: number;
  readonly block: number;
  readonly index: number;
}

/** Level `n` has `2^⌊n/2⌋` data blocks of `minElements · 2^⌈n/2⌉` elements. */
function placeOf(index: number, { minElements }: ArrayShape): Place {
  const level = Math.floor(Math.log2(index / minElements + 1));
  let [start, firstBlock] = [0, 0];
  for (let before = 0; before < level; before++) {
    const blocks = 2 ** (before >> 1);
    start += blocks * minElements * 2 ** ((before + 1) >> 1);
    firstBlock += blocks;
  }
  const elements = minElements * 2 ** ((level + 1) >> 1);
  const block = Math.floor((index - start) / elements);
  return { level, firstBlock, blocks: 2 ** (level >> 1), elements, block, index: (index - start) % elements };
}

async function findInSecondary(file: FileBytes, shape: ArrayShape, place: Place, address: number) {
  const { offsets } = file.widths;
  const pages = place.elements > shape.pageLength ? Math.ceil(place.elements / shape.pageLength) : 0;
  const bitmapBytes = Math.ceil(pages / 8);
  const prefixBytes = 6 + offsets + shape.offsetBytes;
  const pointersAt = prefixBytes + place.blocks * bitmapBytes;
  const bytes = await file.read(address, pointersAt + place.blocks * offsets + 4, "an extensible array's block");
  new Cursor(bytes, file.widths).signature("EASB");
  requireChecksum(bytes, "an extensible array's block");
  const block = new Cursor(bytes, file.widths, pointersAt + place.block * offsets).address();
  if (block === undefined) return undefined;
  if (pages === 0) return await findInBlock(file, shape, place, block);
  const page = Math.floor(place.index / shape.pageLength);
  // Bits count through the pages of all blocks of the level, from the highest of each byte.
  const bit = place.block * pages + page;
  if (((bytes[prefixBytes + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) === 0) return undefined;
  return await elementOfRun(file, shape, {
    address: block + prefixBytes + 4 + page * (shape.pageLength * shape.elementBytes + 4),
    count: shape.pageLength,
    index: place.index % shape.pageLength,
  });
}

async function findInBlock(file: FileBytes, shape: ArrayShape, place: Place, address: number) {
  const prefixBytes = 6 + file.widths.offsets + shape.offsetBytes;
  const bytes = await file.read(address, prefixBytes + place.elements * shape.elementBytes + 4, "a data block");
  new Cursor(bytes, file.widths).signature("EADB");
  requireChecksum(bytes, "an extensible array's data block");
  const cursor = new Cursor(bytes, file.widths, prefixBytes + place.index * shape.elementBytes);
  return parseElement(cursor, shape, file.widths.offsets);
}
