/** A structure that this reader leaves to the HDF5 library: sound as far as can be told, but not read here. */
export class NotCovered extends Error {}

/** @throws {@link NotCovered} unless `isCovered` */
export function requireCovered(isCovered: boolean, thing: string): asserts isCovered {
  if (!isCovered) throw new NotCovered(thing);
}
