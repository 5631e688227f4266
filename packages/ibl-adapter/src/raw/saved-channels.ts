import { unknownShape } from "./place.js";
import type { SpikeglxMeta } from "./spikeglx-meta.js";

/**
 * Hardware channel of each signal column of a probe's file, in the order of the file; sync words are left out.
 *
 * Acquired channels are numbered AP, LF, sync: LF channel i is number `AP count + i` and hardware channel i. Files whose LF columns are
 * listed with AP numbers are understood too.
 *
 * Source: `snsSaveChanSubset` and `acqApLfSy` in https://billkarsh.github.io/SpikeGLX/help/parsing/
 *
 * @throws {@link SchemaError} when the list is not one of channels, or of another length than the columns
 */
export function savedChannels(meta: SpikeglxMeta): readonly number[] {
  const count = meta.columnCount - meta.syncCount;
  const subset = meta.values.get("snsSaveChanSubset");
  if (subset === undefined || subset === "all") return Array.from({ length: count }, (_, column) => column);
  const acquired = meta.values.get("acqApLfSy");
  const apCount = Array.isArray(acquired) ? acquired[0] : count;
  const numbers = String(subset)
    .split(",")
    .flatMap((part) => expand(part, meta.url));
  if (numbers.length !== meta.columnCount) {
    throw unknownShape(
      meta.url,
      `snsSaveChanSubset lists ${numbers.length} channels, nSavedChans is ${meta.columnCount}`,
    );
  }
  return numbers.slice(0, count).map((number) => (number >= apCount ? number - apCount : number));
}

const MOST_CHANNELS = 2 ** 16;

function expand(part: string, url: string): number[] {
  const [first, last] = part.split(":").map(Number);
  const stop = last ?? first;
  if (first === undefined || stop === undefined || !Number.isInteger(first) || !Number.isInteger(stop)) {
    throw unknownShape(url, `snsSaveChanSubset has ${JSON.stringify(part)}, not a channel or first:last`);
  }
  if (first < 0 || stop < first || stop - first > MOST_CHANNELS) {
    throw unknownShape(url, `snsSaveChanSubset has the range ${part}`);
  }
  return Array.from({ length: stop - first + 1 }, (_, i) => first + i);
}
