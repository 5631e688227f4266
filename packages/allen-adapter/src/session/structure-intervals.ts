import { NotFoundError, type Table } from "@crossprobe/core";
import { rowsById } from "./columns.js";
import { labelsOf } from "./unit-table.js";

/** Runs of channels in one structure: run `i` is the channels `[boundaries[i], boundaries[i + 1])` of those asked for. */
export interface StructureIntervals {
  /** Null where channels have no label. */
  readonly labels: readonly (string | null)[];
  readonly boundaries: readonly number[];
}

/**
 * Runs of equal structures along channels **in the order given**; channels without label form a run of their own.
 *
 * Source: AllenSDK `EcephysSession.channel_structure_intervals`, whose intended sorting does nothing.
 *
 * @throws {@link NotFoundError} for a channel that is not in the table
 */
export function toStructureIntervals(channels: Table, ids: readonly number[]): StructureIntervals {
  const rowOf = rowsById(channels);
  const all = labelsOf(channels);
  const found = ids.map((id) => {
    const row = rowOf.get(id);
    if (row !== undefined) return all[row] ?? null;
    throw new NotFoundError(`Channel ${id} is no channel of the session.`, {
      hint: "List the channels to see their ids.",
    });
  });
  const labels: (string | null)[] = [];
  const boundaries: number[] = [];
  for (const [i, label] of found.entries()) {
    if (i > 0 && label === found[i - 1]) continue;
    labels.push(label);
    boundaries.push(i);
  }
  return { labels, boundaries: [...boundaries, found.length] };
}
