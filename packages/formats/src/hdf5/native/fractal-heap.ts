import { Cursor } from "./cursor.js";
import { Damage, requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";
import { requireChecksum } from "./lookup3.js";
import { NotCovered, requireCovered } from "./not-covered.js";

/** What is needed to find the objects of a fractal heap. */
interface HeapShape {
  readonly address: number;
  readonly idBytes: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly width: number;
  readonly startBytes: number;
  readonly maxDirectBytes: number;
  readonly root: number | undefined;
  /** Rows of the root block if that is an indirect one, else 0. */
  readonly rootRows: number;
  readonly hasChecksums: boolean;
}

/** Bytes before a heap's fields that widths decide about. */
const MAX_HEADER_BYTES = 256;

/**
 * Objects of a group's or attribute's dense storage, by their identity in the heap.
 *
 * Source: File Format Specification 3.0, III.G "Fractal Heap"; sizes of fields in H5HFhdr.c and H5HFdtable.c
 */
export class FractalHeap {
  readonly #file: FileBytes;
  readonly #shape: HeapShape;
  readonly #checked = new Set<number>();

  private constructor(file: FileBytes, shape: HeapShape) {
    this.#file = file;
    this.#shape = shape;
  }

  static async open(file: FileBytes, address: number): Promise<FractalHeap> {
    return new FractalHeap(file, await readShape(file, address));
  }

  /** Bytes of an identity. */
  get idBytes(): number {
    return this.#shape.idBytes;
  }

  /** The object with an identity. @throws {@link NotCovered} for a huge one, which lies outside of the heap */
  async object(id: Uint8Array): Promise<Uint8Array> {
    const { idBytes, offsetBytes, lengthBytes } = this.#shape;
    const cursor = new Cursor(id, this.#file.widths);
    const first = cursor.u8();
    requireSound(first >> 6 === 0, "a heap object has an unknown version");
    const kind = (first >> 4) & 3;
    if (kind === 2) {
      requireCovered(idBytes <= 18, "long tiny heap objects");
      return cursor.take((first & 15) + 1);
    }
    if (kind === 1) throw new NotCovered("a huge heap object");
    requireSound(kind === 0, "a heap object is of an unknown kind");
    const offset = cursor.uint(offsetBytes);
    return await this.#managed(offset, cursor.uint(lengthBytes));
  }

  async #managed(offset: number, length: number): Promise<Uint8Array> {
    const { root, rootRows, startBytes } = this.#shape;
    if (root === undefined) throw new Damage("a heap without blocks has objects");
    const block =
      rootRows === 0
        ? { address: root, offset: 0, bytes: startBytes }
        : await this.#findBlock({ address: root, offset: 0, rows: rootRows }, offset);
    const start = offset - block.offset;
    requireSound(start >= 0 && start + length <= block.bytes, "a heap object does not lie within its block");
    await this.#checkBlock(block);
    return await this.#file.read(block.address + start, length, "a heap object");
  }

  /** Bytes of a block in a row: the first two rows are alike, then each has blocks of twice the size. */
  #rowBytes(row: number): number {
    return this.#shape.startBytes * 2 ** Math.max(0, row - 1);
  }

  async #findBlock(indirect: IndirectBlock, offset: number): Promise<DirectBlock> {
    const { width, maxDirectBytes } = this.#shape;
    const { row, column, start } = this.#placeOf(indirect, offset);
    const bytes = this.#rowBytes(row);
    const index = row * width + column;
    const address = await this.#child(indirect, index);
    if (bytes <= maxDirectBytes) return { address, offset: start, bytes };
    const rows = Math.log2(bytes / (this.#shape.startBytes * width)) + 1;
    requireSound(Number.isInteger(rows) && rows >= 1 && rows < indirect.rows, "a heap block has an impossible size");
    return await this.#findBlock({ address, offset: start, rows }, offset);
  }

  #placeOf(indirect: IndirectBlock, offset: number): { row: number; column: number; start: number } {
    let start = indirect.offset;
    for (let row = 0; row < indirect.rows; row++) {
      const bytes = this.#rowBytes(row);
      const column = Math.floor((offset - start) / bytes);
      if (column < this.#shape.width) return { row, column, start: start + column * bytes };
      start += bytes * this.#shape.width;
    }
    throw new Damage("a heap object lies outside of its heap");
  }

  async #child(indirect: IndirectBlock, index: number): Promise<number> {
    const { widths } = this.#file;
    const { width, offsetBytes } = this.#shape;
    const length = 5 + widths.offsets + offsetBytes + indirect.rows * width * widths.offsets + 4;
    const cursor = await this.#file.cursor(indirect.address, length, "a heap's indirect block");
    cursor.signature("FHIB");
    if (!this.#checked.has(indirect.address)) requireChecksum(cursor.bytes, "a heap's indirect block");
    this.#checked.add(indirect.address);
    cursor.skip(1 + widths.offsets + offsetBytes + index * widths.offsets);
    return cursor.requireAddress("a heap block");
  }

  /** The checksum of a direct block is in its middle, and counts as zeros. Source: H5HFcache.c */
  async #checkBlock({ address, bytes }: DirectBlock): Promise<void> {
    if (this.#checked.has(address)) return;
    const { hasChecksums, offsetBytes } = this.#shape;
    const cursor = await this.#file.cursor(address, bytes, "a heap block");
    cursor.signature("FHDB");
    if (hasChecksums) {
      const at = 5 + this.#file.widths.offsets + offsetBytes;
      cursor.position = at;
      const stored = cursor.u32();
      const copy = cursor.bytes.slice();
      copy.fill(0, at, at + 4);
      const withSum = new Uint8Array(copy.length + 4);
      withSum.set(copy);
      new DataView(withSum.buffer).setUint32(copy.length, stored, true);
      requireChecksum(withSum, "a heap block");
    }
    this.#checked.add(address);
  }
}

interface DirectBlock {
  readonly address: number;
  /** Where it begins in the heap's own counting. */
  readonly offset: number;
  readonly bytes: number;
}

interface IndirectBlock {
  readonly address: number;
  readonly offset: number;
  readonly rows: number;
}

async function readShape(file: FileBytes, address: number): Promise<HeapShape> {
  const { offsets, lengths } = file.widths;
  const length = 22 + 12 * lengths + 3 * offsets + 4;
  requireSound(length <= MAX_HEADER_BYTES, "a heap header is too long");
  const cursor = await file.cursor(address, length, "a fractal heap");
  cursor.signature("FRHP");
  requireSound(cursor.u8() === 0, `the fractal heap at ${address} has an unknown version`);
  const idBytes = cursor.u16();
  requireCovered(cursor.u16() === 0, "a filtered heap");
  requireChecksum(cursor.bytes, `the fractal heap at ${address}`);
  const flags = cursor.u8();
  const maxManagedBytes = cursor.u32();
  cursor.skip(lengths + offsets + lengths + offsets + 8 * lengths);
  const width = cursor.u16();
  const startBytes = cursor.length();
  const maxDirectBytes = cursor.length();
  const offsetBits = cursor.u16();
  cursor.skip(2);
  const root = cursor.address();
  const rootRows = cursor.u16();
  const isPower = (value: number) => value > 0 && Number.isInteger(Math.log2(value));
  requireSound(isPower(width) && isPower(startBytes) && isPower(maxDirectBytes), "a heap has impossible blocks");
  requireSound(maxDirectBytes >= startBytes && offsetBits <= 64 && rootRows <= 64, "a heap has impossible blocks");
  const lengthBytes = Math.min(
    Math.ceil(Math.log2(maxDirectBytes) / 8) || 1,
    Math.floor(Math.floor(Math.log2(Math.max(1, maxManagedBytes))) / 8) + 1,
  );
  const shape = { address, idBytes, width, startBytes, maxDirectBytes, root, rootRows, lengthBytes };
  return { ...shape, offsetBytes: Math.ceil(offsetBits / 8), hasChecksums: (flags & 2) !== 0 };
}
