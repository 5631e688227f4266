/** A part of an array with axes: where it starts and how far it goes on each. */
export interface Box {
  readonly start: readonly number[];
  readonly count: readonly number[];
}

/** Elements in a box. */
export function elementsOf(count: readonly number[]): number {
  return count.reduce((product, length) => product * length, 1);
}

/**
 * Cuts a box into boxes of at most `limit` elements whose values follow each other in C order.
 *
 * Cuts lie on multiples of `align` on their axis, so that no chunk is decoded twice, even if a box then exceeds the limit.
 */
export function* splitBox(box: Box, limit: number, align: readonly number[], axis = 0): Generator<Box> {
  const count = box.count[axis];
  if (count === undefined || elementsOf(box.count) <= limit) {
    yield box;
    return;
  }
  const start = box.start[axis] ?? 0;
  const unit = align[axis] ?? 1;
  const inner = elementsOf(box.count) / count;
  const step = Math.max(1, Math.floor(limit / inner / unit)) * unit;
  for (let from = start; from < start + count; ) {
    const to = Math.min(start + count, Math.floor(from / step) * step + step);
    yield* splitBox(
      { start: box.start.with(axis, from), count: box.count.with(axis, to - from) },
      limit,
      align,
      axis + 1,
    );
    from = to;
  }
}

/** A block of memory that holds a box of an array in C order. */
export interface Placed {
  readonly bytes: Uint8Array;
  readonly box: Box;
}

/** Copies what both boxes have in common from one block of memory to the other. */
export function copyOverlap(source: Placed, target: Placed, itemBytes: number): void {
  const start = source.box.start.map((from, axis) => Math.max(from, target.box.start[axis] ?? 0));
  const count = start.map((from, axis) => Math.min(endOf(source.box, axis), endOf(target.box, axis)) - from);
  if (count.some((length) => length <= 0)) return;
  const words = wordsOf(itemBytes);
  const from = layOut(source.box, start, itemBytes / words.bytes);
  const to = layOut(target.box, start, itemBytes / words.bytes);
  const axes = [...count, itemBytes / words.bytes].map((length, axis) => ({
    length,
    from: from.strides[axis] ?? 1,
    to: to.strides[axis] ?? 1,
  }));
  copyStrided(words.view(source.bytes), from.offset, words.view(target.bytes), to.offset, mergeAxes(axes));
}

interface CopyAxis {
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

type Words = Uint8Array | Uint16Array | Uint32Array;

function wordsOf(itemBytes: number): { bytes: number; view: (bytes: Uint8Array) => Words } {
  if (itemBytes % 4 === 0) {
    return { bytes: 4, view: (bytes) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
  }
  if (itemBytes % 2 === 0) {
    return { bytes: 2, view: (bytes) => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2) };
  }
  return { bytes: 1, view: (bytes) => bytes };
}

function endOf(box: Box, axis: number): number {
  return (box.start[axis] ?? 0) + (box.count[axis] ?? 0);
}

/** Strides of a box's memory in words, the words of one item being the last axis, and where `start` lies in it. */
function layOut(box: Box, start: readonly number[], wordsPerItem: number): { strides: number[]; offset: number } {
  const strides: number[] = [1];
  let stride = wordsPerItem;
  let offset = 0;
  for (let axis = box.count.length - 1; axis >= 0; axis--) {
    strides.unshift(stride);
    offset += ((start[axis] ?? 0) - (box.start[axis] ?? 0)) * stride;
    stride *= box.count[axis] ?? 1;
  }
  return { strides, offset };
}

/** Drops axes of length 1 and joins those that follow each other in both memories. */
function mergeAxes(axes: readonly CopyAxis[]): CopyAxis[] {
  const merged: CopyAxis[] = [];
  for (const axis of axes.toReversed()) {
    const inner = merged[0];
    if (axis.length === 1) continue;
    if (inner !== undefined && axis.from === inner.length * inner.from && axis.to === inner.length * inner.to) {
      merged[0] = { length: axis.length * inner.length, from: inner.from, to: inner.to };
    } else merged.unshift(axis);
  }
  return merged.length > 0 ? merged : [{ length: 1, from: 1, to: 1 }];
}

function copyStrided(
  source: Words,
  from: number,
  target: Words,
  to: number,
  axes: readonly CopyAxis[],
  depth = 0,
): void {
  const axis = axes[depth];
  if (axis === undefined) return;
  if (depth < axes.length - 1) {
    for (let i = 0; i < axis.length; i++) {
      copyStrided(source, from + i * axis.from, target, to + i * axis.to, axes, depth + 1);
    }
  } else if (axis.from === 1 && axis.to === 1 && axis.length > 16) {
    target.set(source.subarray(from, from + axis.length), to);
  } else {
    for (let i = 0; i < axis.length; i++) target[to + i * axis.to] = source[from + i * axis.from] ?? 0;
  }
}
