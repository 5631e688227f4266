import { elementsOf } from "../box.js";

/** Chunks that a read touches, by their places in the grid of chunks: from `first` to `last` on every axis, both included. */
export interface ChunkRange {
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** Where a chunk is stored. */
export interface StoredChunk {
  /** Its place in the grid of chunks. */
  readonly place: readonly number[];
  readonly address: number;
  readonly bytes: number;
  /** Bit `i` is set where filter `i` was left out. */
  readonly filterMask: number;
}

export function countOf({ first, last }: ChunkRange): number {
  return elementsOf(first.map((from, axis) => (last[axis] ?? from) - from + 1));
}

/** The places of a range in C order. */
export function* placesOf({ first, last }: ChunkRange): Generator<number[]> {
  const place = [...first];
  for (let axis = place.length - 1; axis >= 0; ) {
    yield [...place];
    for (axis = place.length - 1; axis >= 0; axis--) {
      place[axis] = (place[axis] ?? 0) + 1;
      if ((place[axis] ?? 0) <= (last[axis] ?? 0)) break;
      place[axis] = first[axis] ?? 0;
    }
  }
}

export function isInRange(place: readonly number[], { first, last }: ChunkRange): boolean {
  return place.every((at, axis) => at >= (first[axis] ?? 0) && at <= (last[axis] ?? 0));
}

/** The first place of a range, in C order, that is not before `bound`; `undefined` if all are. */
export function firstFrom(range: ChunkRange, bound: readonly number[]): number[] | undefined {
  const { first, last } = range;
  const place = [...bound];
  for (let axis = 0; axis < place.length; axis++) {
    const at = place[axis] ?? 0;
    if (at < (first[axis] ?? 0)) {
      for (let rest = axis; rest < place.length; rest++) place[rest] = first[rest] ?? 0;
      return place;
    }
    if (at <= (last[axis] ?? 0)) continue;
    let carry = axis - 1;
    while (carry >= 0 && (place[carry] ?? 0) >= (last[carry] ?? 0)) carry -= 1;
    if (carry < 0) return undefined;
    place[carry] = (place[carry] ?? 0) + 1;
    for (let rest = carry + 1; rest < place.length; rest++) place[rest] = first[rest] ?? 0;
    return place;
  }
  return place;
}

/** Compares places in C order. */
export function comparePlaces(left: readonly number[], right: readonly number[]): number {
  for (let axis = 0; axis < left.length; axis++) {
    const difference = (left[axis] ?? 0) - (right[axis] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
