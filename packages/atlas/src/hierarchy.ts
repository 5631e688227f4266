import { findRegionById, type Region, regions } from "./region.js";

/** The regions above a region, nearest first and root last, without itself. Empty for root. */
export function ancestors(region: Region): readonly Region[] {
  const above: Region[] = [];
  let parent = parentOf(region);
  while (parent) {
    above.push(parent);
    parent = parentOf(parent);
  }
  return above;
}

/** The regions below a region in depth-first order, without itself. Empty for a leaf. */
export function descendants(region: Region): readonly Region[] {
  return regions().slice(region.order + 1, subtreeEnd(region));
}

/** Whether a region is another one or lies below it. */
export function isWithin(region: Region, ancestor: Region): boolean {
  return region.order >= ancestor.order && region.order < subtreeEnd(ancestor);
}

function parentOf(region: Region): Region | undefined {
  return region.parentId === null ? undefined : findRegionById(region.parentId);
}

let subtreeEnds: Int32Array | undefined;

/** Rows are in depth-first order, so a subtree is the run of rows up to this one. */
function subtreeEnd(region: Region): number {
  subtreeEnds ??= computeSubtreeEnds();
  return subtreeEnds[region.order] ?? region.order;
}

function computeSubtreeEnds(): Int32Array {
  const all = regions();
  const ends = new Int32Array(all.length);
  const open: Region[] = [];
  for (const region of all) {
    while (open.length > region.depth) close(open, ends, region.order);
    open.push(region);
  }
  while (open.length > 0) close(open, ends, all.length);
  return ends;
}

function close(open: Region[], ends: Int32Array, end: number): void {
  const closed = open.pop();
  if (closed) ends[closed.order] = end;
}
