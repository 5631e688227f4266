import type { ByteRange, ByteStore, ReadOptions } from "@crossprobe/core";
import { over } from "./over.js";
import { partFor } from "./read-group.js";

interface Piece {
  readonly owner: KeptPieces;
  readonly key: string;
  readonly range: ByteRange | undefined;
  readonly bytes: Uint8Array;
}

/** An entry's share of the budget beyond its bytes. */
const OVERHEAD_BYTES = 256;

/** Bytes kept in memory up to a budget; what was used longest ago goes first. Stores that share it share the budget, not the bytes. */
export class MemoryBudget {
  readonly budgetBytes: number;
  /** From the one used longest ago to the one used last. */
  readonly #pieces = new Set<Piece>();
  #keptBytes = 0;

  constructor(budgetBytes: number) {
    this.budgetBytes = budgetBytes;
  }

  /** With what keeping costs; never more than the budget. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Keeps a piece. One of more than a quarter of the budget would push out everything else for one use, and is left. */
  keep(piece: Piece): boolean {
    const cost = piece.bytes.byteLength + OVERHEAD_BYTES;
    if (cost > this.budgetBytes / 4) return false;
    this.#pieces.add(piece);
    this.#keptBytes += cost;
    for (const oldest of this.#pieces) {
      if (this.#keptBytes <= this.budgetBytes) break;
      this.#pieces.delete(oldest);
      this.#keptBytes -= oldest.bytes.byteLength + OVERHEAD_BYTES;
      oldest.owner.forget(oldest);
    }
    return true;
  }

  touch(piece: Piece): void {
    if (this.#pieces.delete(piece)) this.#pieces.add(piece);
  }
}

export interface CachedOptions {
  readonly memory: MemoryBudget;
}

/**
 * Keeps what was read in memory, and answers from it what lies inside one earlier read. For a store whose objects do not change while it is
 * open, or that says when they do: what is kept is never asked for again. Missing keys are not kept, nor are failures.
 *
 * @example
 * const memory = new MemoryBudget(64 * 1024 * 1024);
 * const store = cached(new HttpStore("https://example.org/cache/"), { memory });
 */
export function cached(store: ByteStore, { memory }: CachedOptions): ByteStore {
  const kept = new KeptPieces(memory);
  return over(store, {
    size: async (key, options) => {
      options?.signal?.throwIfAborted();
      return kept.sizeOf(key) ?? store.size(key, options);
    },
    read: async (key, options: ReadOptions = {}) => {
      options.signal?.throwIfAborted();
      const { range } = options;
      // What is wrong with a range is for the store to say.
      const hit = isWhole(range) ? kept.find(key, range) : undefined;
      if (hit !== undefined) return hit;
      const bytes = await store.read(key, options);
      if (bytes !== undefined && bytes.byteLength > 0) kept.add(key, range, bytes);
      return bytes;
    },
  });
}

/** What is kept of one store. */
class KeptPieces {
  readonly #memory: MemoryBudget;
  readonly #pieces = new Map<string, Set<Piece>>();
  readonly #sizes = new Map<string, number>();

  constructor(memory: MemoryBudget) {
    this.#memory = memory;
  }

  sizeOf(key: string): number | undefined {
    return this.#sizes.get(key);
  }

  /** A copy of the bytes, if they lie in one piece. */
  find(key: string, wanted: ByteRange | undefined): Uint8Array | undefined {
    const size = this.#sizes.get(key);
    const range = size === undefined ? wanted : settled(wanted, size);
    for (const piece of this.#pieces.get(key) ?? []) {
      const part = partFor(piece.range, range);
      if (part === undefined) continue;
      this.#memory.touch(piece);
      return piece.bytes.slice(part.skip, part.length === undefined ? undefined : part.skip + part.length);
    }
    return undefined;
  }

  add(key: string, range: ByteRange | undefined, bytes: Uint8Array): void {
    const size = sizeFrom(range, bytes.byteLength);
    if (size !== undefined) this.#sizes.set(key, size);
    const known = this.#sizes.get(key);
    const piece: Piece = {
      owner: this,
      key,
      // By places from the start where they are known, so that suffixes and ranges find each other.
      range: known === undefined ? range : settled(range, known),
      bytes: bytes.slice(),
    };
    const pieces = this.#pieces.get(key) ?? new Set();
    this.#pieces.set(key, pieces.add(piece));
    if (!this.#memory.keep(piece)) this.forget(piece);
  }

  forget(piece: Piece): void {
    const pieces = this.#pieces.get(piece.key);
    pieces?.delete(piece);
    if (pieces?.size === 0) this.#pieces.delete(piece.key);
  }
}

/** The same bytes by offset and length, which may be zero. */
function settled(range: ByteRange | undefined, size: number): ByteRange {
  if (range === undefined) return { offset: 0, length: size };
  if ("suffix" in range) return { offset: Math.max(0, size - range.suffix), length: Math.min(range.suffix, size) };
  const offset = Math.min(range.offset, size);
  return { offset, length: Math.min(range.length, size - offset) };
}

/** The size of the value, where a read came to its end. */
function sizeFrom(range: ByteRange | undefined, length: number): number | undefined {
  if (range === undefined) return length;
  if ("suffix" in range) return length < range.suffix ? length : undefined;
  return length < range.length ? range.offset + length : undefined;
}

function isWhole(range: ByteRange | undefined): boolean {
  if (range === undefined) return true;
  const numbers = "suffix" in range ? [range.suffix] : [range.offset, range.length];
  return numbers.every((value) => Number.isSafeInteger(value) && value >= 0);
}
