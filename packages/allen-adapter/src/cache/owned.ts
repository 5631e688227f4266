import type { TypedColumn } from "./project-table.js";

/** How many things each row of a table owns. A count is a whole number, never absent. */
export function countOwned(rowCount: number, owners: Iterable<number>): Float64Array {
  const counts = new Float64Array(rowCount);
  for (const owner of owners) if (owner >= 0) counts[owner] = (counts[owner] ?? 0) + 1;
  return counts;
}

/** Distinct values of what each row of a table owns, in order of first appearance; null for a row that owns nothing. */
export function distinctOwned(
  rowCount: number,
  owned: Iterable<readonly [owner: number, value: string | null]>,
): readonly (readonly (string | null)[] | null)[] {
  const found: (Set<string | null> | undefined)[] = new Array(rowCount);
  for (const [owner, value] of owned) {
    if (owner < 0) continue;
    const values = found[owner] ?? new Set();
    values.add(value);
    found[owner] = values;
  }
  return Array.from({ length: rowCount }, (_, row) => {
    const values = found[row];
    return values ? [...values] : null;
  });
}

/** Distinct values of a column in order of first appearance, absent ones left out. */
export function distinct<Value extends string | number>(
  column: TypedColumn | undefined,
  isValue: (value: unknown) => value is Value,
): readonly Value[] {
  return [...new Set(Array.from(column?.values ?? []).filter(isValue))];
}
