import type { ByteRange } from "@crossprobe/core";

/** One range that was asked for; without one, the whole value. */
export interface Asked {
  readonly range: ByteRange | undefined;
}

/** Which bytes of a read somebody asked for. */
export interface PartOfRead {
  readonly skip: number;
  /** `undefined` for all that follow. */
  readonly length: number | undefined;
}

/** One read, and whom it serves. */
export interface ReadGroup<Caller extends Asked> {
  readonly range: ByteRange | undefined;
  readonly members: readonly { readonly asked: Caller; readonly part: PartOfRead }[];
}

/** Bytes nobody asked for, as a part of those that were. */
const WASTE = 0.25;
/** So many of the longest gaps are read along however little was asked for. */
const FEW_GAPS = 8;

/** Where in a read of `range` the bytes of `wanted` are; `undefined` where they need not be in it. */
export function partFor(range: ByteRange | undefined, wanted: ByteRange | undefined): PartOfRead | undefined {
  if (wanted === undefined) return range === undefined ? { skip: 0, length: undefined } : undefined;
  if ("suffix" in wanted) {
    const isEqual = range !== undefined && "suffix" in range && range.suffix === wanted.suffix;
    return isEqual ? { skip: 0, length: undefined } : undefined;
  }
  if (range === undefined) return { skip: wanted.offset, length: wanted.length };
  if ("suffix" in range) return undefined;
  const skip = wanted.offset - range.offset;
  return skip >= 0 && skip + wanted.length <= range.length ? { skip, length: wanted.length } : undefined;
}

/** Which reads serve what was asked for: neighbours up to `gapBytes` apart together, up to `longestBytes`. */
export function groupsOf<Caller extends Asked>(
  asked: readonly Caller[],
  gapBytes: number,
  longestBytes: number,
): ReadGroup<Caller>[] {
  const groups = new Map<string, Caller[]>();
  const spans: { readonly caller: Caller; readonly offset: number; readonly end: number }[] = [];
  for (const caller of asked) {
    const { range } = caller;
    if (range !== undefined && "offset" in range) {
      spans.push({ caller, offset: range.offset, end: range.offset + range.length });
    } else {
      const name = range === undefined ? "whole" : `suffix ${range.suffix}`;
      groups.set(name, [...(groups.get(name) ?? []), caller]);
    }
  }
  const others = [...groups.values()].map((callers) => toGroup(callers[0]?.range, callers));
  return [...others, ...spanGroups(spans, gapBytes, longestBytes)];
}

interface Run<Caller> {
  offset: number;
  end: number;
  readonly callers: Caller[];
}

function spanGroups<Caller extends Asked>(
  spans: readonly { readonly caller: Caller; readonly offset: number; readonly end: number }[],
  gapBytes: number,
  longestBytes: number,
): ReadGroup<Caller>[] {
  const ordered = [...spans].sort((a, b) => a.offset - b.offset || b.end - a.end);
  const allowed = allowedGaps(ordered, gapBytes);
  const runs: Run<Caller>[] = [];
  for (const { caller, offset, end } of ordered) {
    const run = runs.at(-1);
    const isInside = run !== undefined && end <= run.end;
    const isNear = run !== undefined && (offset <= run.end || allowed.has(offset)) && end - run.offset <= longestBytes;
    if (run !== undefined && (isInside || isNear)) {
      run.end = Math.max(run.end, end);
      run.callers.push(caller);
    } else runs.push({ offset, end, callers: [caller] });
  }
  return runs.map(({ offset, end, callers }) => toGroup({ offset, length: end - offset }, callers));
}

/**
 * Where the gaps end that may be read along: the shortest first, until they are a quarter of what was asked for, or so few bytes that a
 * request would cost more.
 */
function allowedGaps(
  ordered: readonly { readonly offset: number; readonly end: number }[],
  gapBytes: number,
): ReadonlySet<number> {
  const gaps: { readonly offset: number; readonly length: number }[] = [];
  let covered = ordered[0]?.offset ?? 0;
  let needed = 0;
  for (const { offset, end } of ordered) {
    if (offset > covered && offset - covered <= gapBytes) gaps.push({ offset, length: offset - covered });
    needed += Math.max(0, end - Math.max(offset, covered));
    covered = Math.max(covered, end);
  }
  let left = Math.max(needed * WASTE, gapBytes * FEW_GAPS);
  const allowed = new Set<number>();
  for (const { offset, length } of gaps.sort((a, b) => a.length - b.length)) {
    left -= length;
    if (left < 0) break;
    allowed.add(offset);
  }
  return allowed;
}

function toGroup<Caller extends Asked>(range: ByteRange | undefined, callers: readonly Caller[]): ReadGroup<Caller> {
  const members = callers.map((asked) => ({ asked, part: partFor(range, asked.range) ?? { skip: 0, length: 0 } }));
  return { range, members };
}
