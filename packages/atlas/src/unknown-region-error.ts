/**
 * There is no such region in the tree.
 *
 * A typo, another case (`visp`), another atlas, or a label that is no structure at all. The message names the nearest
 * spellings.
 */
export class UnknownRegionError extends Error {
  /** The id or the acronym that was asked for. */
  readonly query: number | string;
  /** Spellings that exist, nearest first: acronyms for an acronym, ids for an id. Empty where nothing is near. */
  readonly nearest: readonly string[];

  constructor(query: number | string, nearest: readonly string[], message: string) {
    super(nearest.length === 0 ? message : `${message} Nearest: ${nearest.join(", ")}.`);
    this.name = "UnknownRegionError";
    this.query = query;
    this.nearest = nearest;
  }
}
