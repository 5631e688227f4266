import { Damage, requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";

/** Objects of one collection by their index. */
type Collection = ReadonlyMap<number, Uint8Array>;

/** Signature, version and size. */
const headerBytes = (lengths: number) => 8 + lengths;

/**
 * Text and lists of variable length, which lie in collections apart from the array that points to them.
 *
 * Source: File Format Specification 3.0, III.E "Global Heap"
 */
export class GlobalHeap {
  readonly #file: FileBytes;
  readonly #collections = new Map<number, Collection>();

  constructor(file: FileBytes) {
    this.#file = file;
  }

  /** Fetches the collections at these addresses. */
  async load(addresses: Iterable<number>): Promise<void> {
    for (const address of [...new Set(addresses)].sort((a, b) => a - b)) {
      if (!this.#collections.has(address)) this.#collections.set(address, await this.#read(address));
    }
  }

  /** An object of a collection that has been loaded. */
  object(address: number, index: number): Uint8Array {
    const object = this.#collections.get(address)?.get(index);
    if (object === undefined) throw new Damage(`there is no object ${index} in the heap at ${address}`);
    return object;
  }

  async #read(address: number): Promise<Collection> {
    const { lengths } = this.#file.widths;
    const head = await this.#file.cursor(address, headerBytes(lengths), "a global heap");
    head.signature("GCOL");
    requireSound(head.u8() === 1, `the global heap at ${address} has an unknown version`);
    head.skip(3);
    const size = head.length();
    requireSound(size >= headerBytes(lengths), `the global heap at ${address} has an impossible size`);
    const cursor = await this.#file.cursor(address, size, "a global heap");
    cursor.skip(headerBytes(lengths));
    const objects = new Map<number, Uint8Array>();
    while (cursor.left >= 8 + lengths) {
      const index = cursor.u16();
      cursor.skip(6);
      const length = cursor.length();
      // Object 0 is the free space at the end.
      if (index === 0) break;
      requireSound(!objects.has(index), `the global heap at ${address} has two objects ${index}`);
      objects.set(index, cursor.take(length));
      cursor.skip(Math.min(cursor.left, (8 - (length % 8)) % 8));
    }
    return objects;
  }
}
