/**
 * Order of rows that were joined to their owners.
 *
 * - `id`: as in the file, which is by identifier. AllenSDK with pandas from 2.2 on
 * - `grouped`: rows of one owner together, owners in the order in which they first appear. AllenSDK with an older pandas, as in every
 *   published example; the links that the tutorial prints are in this order
 */
export type RowOrder = "id" | "grouped";

/**
 * Rows of a table with the row of their owner in another, without those whose owner is not there.
 *
 * @param rows of the table, in its order
 * @param ownerOf the owner's row, or -1
 * @param keepAll whether rows without an owner stay, behind -1
 */
export function joinRows(
  rows: Int32Array,
  ownerOf: (row: number) => number,
  order: RowOrder,
  keepAll = false,
): { readonly rows: Int32Array; readonly owners: Int32Array } {
  const owners = Int32Array.from(rows, ownerOf);
  const places = Array.from(rows.keys()).filter((place) => keepAll || (owners[place] ?? -1) >= 0);
  if (order === "grouped") sortByFirst(places, owners);
  return {
    rows: Int32Array.from(places, (place) => rows[place] ?? 0),
    owners: Int32Array.from(places, (place) => owners[place] ?? -1),
  };
}

function sortByFirst(places: number[], owners: Int32Array): void {
  const rank = new Map<number, number>();
  for (const place of places) {
    const owner = owners[place] ?? -1;
    if (!rank.has(owner)) rank.set(owner, rank.size);
  }
  const rankOf = (place: number) => rank.get(owners[place] ?? -1) ?? 0;
  places.sort((a, b) => rankOf(a) - rankOf(b) || a - b);
}
