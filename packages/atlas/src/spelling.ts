import type { Region } from "./region.js";

const SHOWN = 5;

/**
 * Acronyms that a mistyped one may have meant, at most five: other cases of it, then the structure whose full name it is,
 * then by edit distance (case counts less than letters), in tree order among equals.
 */
export function nearestAcronyms(query: string, all: readonly Region[]): string[] {
  const folded = query.trim().toLowerCase();
  if (folded === "") return [];
  const name = plainName(query);
  return nearest(all, (region) => {
    const candidate = region.acronym.toLowerCase();
    if (candidate === folded) return 0;
    if (plainName(region.name) === name) return 0.5;
    const distance = editDistance(folded, candidate);
    if (distance > tolerance(folded)) return undefined;
    return distance + editDistance(query, region.acronym) / 100;
  }).map((region) => region.acronym);
}

/** Ids that a mistyped one may have meant, at most five, by edit distance of their digits. */
export function nearestIds(query: number, all: readonly Region[]): string[] {
  const digits = String(Math.abs(query));
  return nearest(all, (region) => {
    const distance = editDistance(digits, String(region.id));
    return distance > tolerance(digits) ? undefined : distance;
  }).map((region) => String(region.id));
}

function nearest(all: readonly Region[], distanceTo: (region: Region) => number | undefined): Region[] {
  return all
    .flatMap((region) => {
      const distance = distanceTo(region);
      return distance === undefined ? [] : [{ region, distance }];
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SHOWN)
    .map(({ region }) => region);
}

/** One slip in a short spelling, more in a long one. */
function tolerance(query: string): number {
  return Math.max(1, Math.min(3, Math.floor(query.length / 2)));
}

/** A name without what Allen writes now one way, now another: case, commas, repeated spaces. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(",", "").replace(/\s+/g, " ").trim();
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substituted = cell(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let best = Math.min(substituted, cell(last, column) + 1, cell(current, column - 1) + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, cell(beforeLast, column - 2) + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return cell(last, b.length);
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
