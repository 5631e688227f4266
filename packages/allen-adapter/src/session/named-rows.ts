import { NotFoundError, type Table } from "@crossprobe/core";
import { numbersIn, rowsById } from "./columns.js";

/** What an error about an unknown identifier says besides it. */
export interface IdContext {
  /** Such as `unit`. */
  readonly noun: string;
  readonly url: string;
  /** What to do about an identifier, where more is known of it. */
  readonly hintFor?: (id: number) => string | undefined;
}

/**
 * Row numbers of identifiers, in their order; a single one is a list of one.
 *
 * @throws {@link NotFoundError} for one that the table does not have, naming the nearest that it has
 */
export function rowsOf(source: Table, ids: number | readonly number[], context: IdContext): readonly number[] {
  const rowOf = rowsById(source);
  return (typeof ids === "number" ? [ids] : ids).map((id) => {
    const row = rowOf.get(id);
    if (row !== undefined) return row;
    const nearest = nearestTo(id, numbersIn(source, "id"));
    const count = `${source.rowCount} ${context.noun}s`;
    const known = nearest === undefined ? "it has none" : `the nearest of its ${count} is ${nearest}`;
    throw new NotFoundError(`There is no ${context.noun} ${id} among those of ${context.url}; ${known}.`, {
      hint: context.hintFor?.(id) ?? `List the ${context.noun}s to see their ids.`,
    });
  });
}

function nearestTo(id: number, ids: ArrayLike<number>): number | undefined {
  let nearest: number | undefined;
  for (let i = 0; i < ids.length; i++) {
    const candidate = ids[i] ?? Number.NaN;
    if (nearest === undefined || Math.abs(candidate - id) < Math.abs(nearest - id)) nearest = candidate;
  }
  return nearest;
}
