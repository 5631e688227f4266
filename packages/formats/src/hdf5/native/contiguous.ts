import { type Box, elementsOf, type Placed } from "../box.js";
import { type ByteSpan, FETCH_BYTES } from "./file-blocks.js";
import type { FileBytes } from "./file-bytes.js";
import { forEachLane } from "./lanes.js";

/** Values that lie in the file one after the other. */
interface Contiguous {
  readonly address: number;
  readonly shape: readonly number[];
  readonly itemBytes: number;
}

/** Reads a box: rows that follow each other in one go, others one by one through the cache of blocks. */
export async function readContiguous(file: FileBytes, array: Contiguous, target: Placed): Promise<void> {
  const { box, bytes } = target;
  const pieces = piecesOf(array, box);
  if (pieces.count === 1) await readWhole(file, array.address + pieces.first, bytes);
  else await readPieces(file, array, pieces, target);
}

/** The bytes that {@link readContiguous} would read, in its order. */
export function* spansOfContiguous(file: FileBytes, array: Contiguous, box: Box): Generator<ByteSpan> {
  const pieces = piecesOf(array, box);
  const index = box.start.slice(0, pieces.outer);
  for (let done = 0; done < pieces.count; done++) {
    const at = pieces.count === 1 ? pieces.first : placeOf(array, box, index, pieces.outer);
    const offset = file.place(array.address + at, pieces.length, "values");
    if (pieces.length <= FETCH_BYTES) yield { offset, length: pieces.length };
    else yield* partsOf(offset, pieces.length);
    advance(index, box, pieces.outer);
  }
}

function* partsOf(offset: number, length: number): Generator<ByteSpan> {
  for (let at = 0; at < length; at += FETCH_BYTES) {
    yield { offset: offset + at, length: Math.min(FETCH_BYTES, length - at), isOnce: true };
  }
}

/** Where a piece begins, from the array's begin. */
function placeOf({ shape, itemBytes }: Contiguous, box: Box, index: readonly number[], outer: number): number {
  const start = [...index, ...box.start.slice(outer)];
  return start.reduce((sum, from, axis) => sum * (shape[axis] ?? 1) + from, 0) * itemBytes;
}

interface Pieces {
  /** How many pieces of how many bytes, the first at `first` from the array's begin. */
  readonly count: number;
  readonly length: number;
  readonly first: number;
  /** The axes that count the pieces. */
  readonly outer: number;
}

/** Trailing axes that are taken whole make longer pieces. */
function piecesOf({ shape, itemBytes }: Contiguous, { start, count }: Box): Pieces {
  let outer = shape.length;
  let length = itemBytes;
  while (outer > 0) {
    outer -= 1;
    length *= count[outer] ?? 1;
    if (count[outer] !== shape[outer]) break;
  }
  const first = start.reduce((sum, from, axis) => sum * (shape[axis] ?? 1) + from, 0) * itemBytes;
  return { count: elementsOf(count.slice(0, outer)), length, first, outer };
}

/** Up to a fetch goes through the cache of blocks; more is fetched past it, a few parts at a time. */
async function readWhole(file: FileBytes, address: number, target: Uint8Array): Promise<void> {
  if (target.length <= FETCH_BYTES) {
    target.set(await file.read(address, target.length, "values"));
    return;
  }
  const offset = file.place(address, target.length, "values");
  const parts = Array.from({ length: Math.ceil(target.length / FETCH_BYTES) }, (_, i) => i * FETCH_BYTES);
  await forEachLane(parts, async (at) => {
    const length = Math.min(FETCH_BYTES, target.length - at);
    target.set(await file.blocks.fetch(offset + at, length, file.signal), at);
  });
}

async function readPieces(file: FileBytes, array: Contiguous, pieces: Pieces, target: Placed): Promise<void> {
  const { address } = array;
  const { box, bytes } = target;
  const index = box.start.slice(0, pieces.outer);
  for (let done = 0; done < pieces.count; done++) {
    const at = placeOf(array, box, index, pieces.outer);
    if (pieces.length <= FETCH_BYTES) {
      const found = file.read(address + at, pieces.length, "values");
      bytes.set(found instanceof Uint8Array ? found : await found, done * pieces.length);
    } else await readWhole(file, address + at, bytes.subarray(done * pieces.length, (done + 1) * pieces.length));
    advance(index, box, pieces.outer);
  }
}

/** Moves to the next piece in C order. */
function advance(index: number[], { start, count }: Box, axes: number): void {
  for (let axis = axes - 1; axis >= 0; axis--) {
    index[axis] = (index[axis] ?? 0) + 1;
    if ((index[axis] ?? 0) < (start[axis] ?? 0) + (count[axis] ?? 0)) return;
    index[axis] = start[axis] ?? 0;
  }
}
