import type { NumericArray } from "@crossprobe/core";
import { formatError } from "./place.js";
import type { StoredChunk } from "./stored-chunk.js";

/** The coefficients of a chunk, checked: positions inside the matrix and strictly ascending, as many values. */
export interface Coefficients {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/**
 * Checks the stored coefficients, and puts them in the order of their positions where they are not (lfpack writes them in order).
 *
 * Source: LFPack (`decompress`): coefficients are float32.
 *
 * @throws {@link FormatError} when one lies outside its matrix or is given twice, or a value is missing
 */
export function checkCoefficients({ header, indices, values, place }: StoredChunk): Coefficients {
  if (indices.length !== values.length) {
    throw formatError(place, `${values.length} coefficients for ${indices.length} indices, expected as many`);
  }
  const { rank, columns } = header;
  const size = rank * columns;
  const wrong = firstOutside(indices, size);
  if (wrong !== undefined) {
    throw formatError(place, `coefficient index ${wrong} is outside its ${rank} x ${columns} matrix`);
  }
  const floats = values instanceof Float32Array ? values : new Float32Array(values);
  const positions = indices instanceof Int32Array ? indices : new Int32Array(indices);
  if (isAscending(positions)) return { indices: positions, values: floats };
  const sorted = sort(positions, floats);
  const twice = sorted.indices.find((index, i) => index === sorted.indices[i - 1]);
  if (twice !== undefined) throw formatError(place, `coefficient index ${twice} is given twice`);
  return sorted;
}

function firstOutside(indices: NumericArray, size: number): number | undefined {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] ?? -1;
    if (!(index >= 0 && index < size && Number.isInteger(index))) return index;
  }
  return undefined;
}

function isAscending(indices: Int32Array): boolean {
  for (let i = 1; i < indices.length; i++) if ((indices[i] ?? 0) <= (indices[i - 1] ?? 0)) return false;
  return true;
}

function sort(indices: Int32Array, values: Float32Array): Coefficients {
  const order = Uint32Array.from(indices.keys()).sort((a, b) => (indices[a] ?? 0) - (indices[b] ?? 0));
  return {
    indices: Int32Array.from(order, (i) => indices[i] ?? 0),
    values: Float32Array.from(order, (i) => values[i] ?? 0),
  };
}

/** Running sum of first differences: the flat coefficient indices of a format-2 chunk. */
export function sumDeltas(deltas: NumericArray): Int32Array | Float64Array {
  const indices = new Int32Array(deltas.length);
  let index = 0;
  for (let i = 0; i < deltas.length; i++) {
    index += deltas[i] ?? 0;
    // No matrix is that large, but what is wrong is to be said with the number that is wrong.
    if ((index | 0) !== index) return sumAnyDeltas(deltas);
    indices[i] = index;
  }
  return indices;
}

function sumAnyDeltas(deltas: NumericArray): Float64Array {
  let index = 0;
  return Float64Array.from(deltas, (delta) => {
    index += delta;
    return index;
  });
}
