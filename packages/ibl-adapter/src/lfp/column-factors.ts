import type { DecodedChunk } from "./decode-chunk.js";
import type { Kernels } from "./kernels/kernels.js";
import { applyMap, type LinearMap } from "./linear-map.js";

/** Applies channel maps to chunks; where chunks share a basis, to the basis, once for each map. */
export class ColumnFactors {
  readonly #kernels: Kernels;
  readonly #mapped = new WeakMap<LinearMap, Float64Array>();

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  /** Whether the map has been applied to the basis. */
  isMapped(map: LinearMap): boolean {
    return this.#mapped.has(map);
  }

  /** `[columns, rank]`: factors of the columns of a map; the channel factors where there is none. */
  of(map: LinearMap | null, { channelFactors, basisFactors, channelCount, rank }: DecodedChunk): Float64Array {
    if (map === null) return channelFactors;
    if (basisFactors === undefined) return applyMap(map, channelFactors, rank);
    const { basis, coefficients } = basisFactors;
    const size = basis.length / channelCount;
    const mapped = this.#mapped.get(map) ?? applyMap(map, basis, size);
    this.#mapped.set(map, mapped);
    return this.#kernels.matmul(mapped, coefficients, { rows: map.columns.length, inner: size, columns: rank });
  }
}
