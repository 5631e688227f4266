import { InflateError, inflate } from "../../inflate.js";
import type { Filter } from "../filters.js";
import { Damage, requireSound } from "./damage.js";
import { withoutChecksum } from "./fletcher32.js";
import { requireCovered } from "./not-covered.js";
import { unshuffle } from "./unshuffle.js";

/** Numbers of the filters that are undone here. Source: H5Zpublic.h */
const FILTER = { deflate: 1, shuffle: 2, fletcher32: 3 } as const;

const COVERED: ReadonlySet<number> = new Set(Object.values(FILTER));

/** @throws {@link NotCovered} for szip, nbit and scale-offset, and for a pipeline that deflates twice */
export function requireCoveredFilters(filters: readonly Filter[]): void {
  for (const filter of filters) requireCovered(COVERED.has(filter.id), `filter ${filter.id}`);
  const deflates = filters.filter((filter) => filter.id === FILTER.deflate);
  requireCovered(deflates.length <= 1, "two deflate filters");
}

export interface ChunkDecoding {
  readonly filters: readonly Filter[];
  readonly filterMask: number;
  /** Bytes of the chunk when all filters are undone. */
  readonly length: number;
  /** Memory for the result, where it needs some of its own. */
  readonly allocate: (length: number) => Uint8Array<ArrayBuffer>;
}

/**
 * Undoes the filters of a chunk, the last one first.
 *
 * @throws {@link Damage} when the result is not of the chunk's length
 */
export async function decodeChunk(raw: Uint8Array, decoding: ChunkDecoding): Promise<Uint8Array> {
  const { filters, filterMask, length, allocate } = decoding;
  const steps = filters.filter((_, i) => (filterMask & (1 << i)) === 0);
  let bytes = raw;
  for (const [i, step] of steps.toReversed().entries()) {
    const before = steps.slice(0, steps.length - 1 - i);
    if (step.id === FILTER.fletcher32) bytes = withoutChecksum(bytes);
    else if (step.id === FILTER.deflate) bytes = await inflated(bytes, length + 4 * checksumsIn(before));
    else bytes = unshuffled(bytes, step, allocate);
  }
  if (bytes.length !== length) throw new Damage(`a chunk has ${bytes.length} bytes instead of ${length}`);
  return bytes;
}

async function inflated(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  try {
    return await inflate(bytes, length);
  } catch (error) {
    throw error instanceof InflateError ? new Damage(`a chunk does not decode: ${error.message}`) : error;
  }
}

function checksumsIn(filters: readonly Filter[]): number {
  return filters.filter((filter) => filter.id === FILTER.fletcher32).length;
}

function unshuffled(bytes: Uint8Array, step: Filter, allocate: ChunkDecoding["allocate"]): Uint8Array {
  const itemBytes = step.cd_values[0] ?? 0;
  requireSound(itemBytes > 0, "a shuffle filter does not say the size of an element");
  if (itemBytes === 1) return bytes;
  const target = allocate(bytes.length);
  unshuffle(bytes, itemBytes, target);
  return target;
}
