/** Soft links in one path before it counts as a loop. Source: HDF5's own default is 16 (`H5Pset_nlinks`). */
export const MAX_SOFT_LINKS = 40;

/** Compares names by code points, which is the order of their UTF-8 bytes. */
export function compareCodePoints(left: string, right: string): number {
  const end = Math.min(left.length, right.length);
  for (let i = 0; i < end; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) return weightOf(a) - weightOf(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above all others, though their numbers do not. */
function weightOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Names of a path, without empty ones and dots. */
export function componentsOf(path: string): string[] {
  return path.split("/").filter((component) => component !== "" && component !== ".");
}

export function joinPath(parent: string, name: string): string {
  return parent === "/" ? `/${name}` : `${parent}/${name}`;
}

/** Compares bytes as `strcmp` does. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const end = Math.min(left.length, right.length);
  for (let i = 0; i < end; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
