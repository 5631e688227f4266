import type { Cursor } from "./cursor.js";
import { Damage, requireSound } from "./damage.js";
import { MAX_RANK } from "./dataspace.js";
import { NotCovered, requireCovered } from "./not-covered.js";

/** How the chunks of an array are found. */
export type ChunkIndex =
  | { readonly kind: "b-tree-1" }
  | { readonly kind: "single"; readonly filteredBytes: number | undefined; readonly filterMask: number }
  | { readonly kind: "implicit" }
  | { readonly kind: "fixed-array" }
  | { readonly kind: "extensible-array" }
  | { readonly kind: "b-tree-2" };

export type Layout =
  | { readonly kind: "compact"; readonly bytes: Uint8Array }
  | { readonly kind: "contiguous"; readonly address: number | undefined; readonly length: number }
  | {
      readonly kind: "chunked";
      /** `undefined` while no chunk has been written. */
      readonly address: number | undefined;
      readonly chunk: readonly number[];
      readonly itemBytes: number;
      readonly index: ChunkIndex;
      /** Chunks that reach past the array's end are stored without filters. */
      readonly edgesUnfiltered: boolean;
    };

/**
 * Parses where the values of an array are.
 *
 * Source: File Format Specification 3.0, IV.A.2.i "The Data Layout Message"
 *
 * Version 5 (HDF5 2.0) is version 4 with wider chunk sizes in the indexes, whose headers say how wide (`H5D__earray_idx_create`).
 *
 * @throws {@link NotCovered} for versions 1 and 2 (before HDF5 1.6), and for virtual arrays
 */
export function parseLayout(cursor: Cursor): Layout {
  const version = cursor.u8();
  requireCovered(version !== 1 && version !== 2, `layout version ${version}`);
  requireSound(version >= 3 && version <= 5, `a layout has version ${version}`);
  const kind = cursor.u8();
  switch (kind) {
    case 0:
      return { kind: "compact", bytes: cursor.take(cursor.u16()) };
    case 1: {
      const address = cursor.address();
      return { kind: "contiguous", address, length: cursor.length() };
    }
    case 2:
      return version === 3 ? parseChunked3(cursor) : parseChunked4(cursor);
    case 3:
      throw new NotCovered("a virtual array");
    default:
      throw new Damage(`a layout has kind ${kind}`);
  }
}

function parseChunked3(cursor: Cursor): Layout {
  const count = readCount(cursor);
  const address = cursor.address();
  const lengths = Array.from({ length: count }, () => cursor.u32());
  return chunked(lengths, { address, index: { kind: "b-tree-1" }, edgesUnfiltered: false });
}

function parseChunked4(cursor: Cursor): Layout {
  const flags = cursor.u8();
  const count = readCount(cursor);
  const width = cursor.u8();
  requireSound(width >= 1 && width <= 8, "a chunk has lengths of an impossible width");
  const lengths = Array.from({ length: count }, () => cursor.uint(width));
  const index = parseIndex(cursor, flags);
  return chunked(lengths, { index, address: cursor.address(), edgesUnfiltered: (flags & 1) !== 0 });
}

/** The axes, and the bytes of an element as one more. */
function readCount(cursor: Cursor): number {
  const count = cursor.u8();
  requireSound(count >= 2 && count <= MAX_RANK + 1, `a chunk has ${count} axes`);
  return count;
}

/** A chunk is decoded whole, for whatever part of it: those of recordings have some MB, what HDF5 allows is 4 GiB. */
const MAX_CHUNK_BYTES = 512 * 2 ** 20;

interface ChunkPlace {
  readonly address: number | undefined;
  readonly index: ChunkIndex;
  readonly edgesUnfiltered: boolean;
}

function chunked(lengths: readonly number[], place: ChunkPlace): Layout {
  requireSound(
    lengths.every((length) => length > 0),
    "a chunk has an axis of no length",
  );
  const bytes = lengths.reduce((product, length) => product * length, 1);
  requireSound(bytes <= MAX_CHUNK_BYTES, `a chunk has ${bytes} bytes, the limit is ${MAX_CHUNK_BYTES}`);
  return { kind: "chunked", chunk: lengths.slice(0, -1), itemBytes: lengths.at(-1) ?? 0, ...place };
}

/** Parameters that the indexes repeat in headers of their own are skipped. */
function parseIndex(cursor: Cursor, flags: number): ChunkIndex {
  const type = cursor.u8();
  switch (type) {
    case 1: {
      if ((flags & 2) === 0) return { kind: "single", filteredBytes: undefined, filterMask: 0 };
      const filteredBytes = cursor.length();
      return { kind: "single", filteredBytes, filterMask: cursor.u32() };
    }
    case 2:
      return { kind: "implicit" };
    case 3:
      cursor.skip(1);
      return { kind: "fixed-array" };
    case 4:
      cursor.skip(5);
      return { kind: "extensible-array" };
    case 5:
      cursor.skip(6);
      return { kind: "b-tree-2" };
    default:
      throw new Damage(`a layout has a chunk index of kind ${type}`);
  }
}
