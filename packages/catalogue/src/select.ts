import {
  type Condition,
  isAboutPlace,
  type Membership,
  type MembershipCounts,
  membershipOfLabels,
  type Question,
  TRUTH,
} from "@crossprobe/core";
import type { DatasetTables } from "./dataset-tables.js";
import type { Partition, RowRange } from "./partition.js";
import { fillUnlabelled, type TruthOptions, type Truths, truthOf } from "./truth.js";

/** The rows of one table that answer a question, and what became of the others. */
export interface Selection {
  /** As runs of rows, ascending. */
  readonly ranges: readonly RowRange[];
  readonly rowCount: number;
  /** Whether a row is in or may be; undefined where all are in. */
  readonly places: Truths | undefined;
  readonly counts: MembershipCounts;
  /** Rows that the conditions other than those about places keep out. */
  readonly excluded: number;
  /** Rows of which a condition could not be decided because they lack a value. */
  readonly unmeasured: number;
}

/** Finds the rows of one dataset. Conditions about places decide on membership, all others on who is asked. */
export async function selectRows(question: Question, tables: DatasetTables, options: TruthOptions): Promise<Selection> {
  const table = tables.table(question.kind);
  const places = question.where.filter(isAboutPlace);
  const others = question.where.filter((condition) => !isAboutPlace(condition));
  const isPossible = question.policy === "possible";
  const [only] = places;
  const isLabelled = table.labelOffsets !== undefined;
  if (others.length === 0 && (only === undefined || (isLabelled && places.length === 1 && "inRegion" in only))) {
    return selectLabels(only, table, isPossible, options);
  }
  const kept = others.length === 0 ? undefined : await truthOf({ allOf: others }, tables, question.kind, options);
  const place = places.length === 0 ? undefined : await truthOf({ allOf: places }, tables, question.kind, options);
  return tally(table.rowCount, kept, place, isPossible);
}

/** A structure is a run of rows: they are counted by their labels, and no row is looked at. */
async function selectLabels(
  condition: Extract<Condition, { inRegion: object }> | undefined,
  table: Partition,
  isPossible: boolean,
  options: TruthOptions,
): Promise<Selection> {
  const whole = { start: 0, end: table.rowCount };
  if (condition === undefined) {
    return {
      ...selected([whole]),
      places: undefined,
      counts: countsOf({ in: table.rowCount }),
      excluded: 0,
      unmeasured: 0,
    };
  }
  const offsets = table.labelOffsets;
  if (offsets === undefined) throw new Error(`${table.kind} are not in the order of labels`);
  const labels = membershipOfLabels(condition.inRegion);
  const counts = { in: 0, out: 0, indeterminate: 0, unregistered: 0 };
  const unlabelled = await countUnlabelled(table, options);
  counts.out += unlabelled.out;
  counts.unregistered += unlabelled.unregistered;
  const ranges: RowRange[] = [];
  for (const [order, truth] of labels.entries()) {
    const [start, end] = [offsets[order + 1] as number, offsets[order + 2] as number];
    counts[NAME_OF[truth] ?? "out"] += end - start;
    if (end > start && (truth === TRUTH.in || (isPossible && truth === TRUTH.indeterminate)))
      append(ranges, start, end);
  }
  const places = isPossible ? placesOf(labels, offsets, table.rowCount) : undefined;
  return { ...selected(ranges), places, counts, excluded: 0, unmeasured: 0 };
}

const unlabelledCounts = new WeakMap<Partition, { readonly out: number; readonly unregistered: number }>();

/** Rows without a label, counted once: no question changes where they are. */
async function countUnlabelled(table: Partition, options: TruthOptions) {
  const known = unlabelledCounts.get(table);
  if (known !== undefined) return known;
  const truths = new Uint8Array(table.labelOffsets?.[1] ?? 0);
  await fillUnlabelled(truths, table, options);
  const out = truths.reduce((sum, truth) => sum + (truth === TRUTH.out ? 1 : 0), 0);
  const counted = { out, unregistered: truths.length - out };
  unlabelledCounts.set(table, counted);
  return counted;
}

const NAME_OF: Readonly<Partial<Record<number, Membership>>> = {
  [TRUTH.in]: "in",
  [TRUTH.out]: "out",
  [TRUTH.indeterminate]: "indeterminate",
  [TRUTH.unregistered]: "unregistered",
};

function placesOf(labels: Uint8Array, offsets: Uint32Array, rowCount: number): Truths {
  const places = new Uint8Array(rowCount);
  for (const [order, truth] of labels.entries()) places.fill(truth, offsets[order + 1], offsets[order + 2]);
  return places;
}

function tally(rowCount: number, kept: Truths | undefined, place: Truths | undefined, isPossible: boolean): Selection {
  const byTruth = new Uint32Array(5);
  let [excluded, unmeasured, start] = [0, 0, -1];
  const ranges: RowRange[] = [];
  for (let row = 0; row < rowCount; row++) {
    const keep = kept === undefined ? TRUTH.in : (kept[row] as number);
    let isSelected = false;
    if (keep === TRUTH.out) excluded++;
    else if (keep !== TRUTH.in) unmeasured++;
    else {
      const truth = place === undefined ? TRUTH.in : (place[row] as number);
      byTruth[truth] = (byTruth[truth] as number) + 1;
      isSelected = truth === TRUTH.in || (isPossible && truth === TRUTH.indeterminate);
    }
    if (isSelected && start < 0) start = row;
    if (!isSelected && start >= 0) {
      ranges.push({ start, end: row });
      start = -1;
    }
  }
  if (start >= 0) ranges.push({ start, end: rowCount });
  const of = (truth: number): number => byTruth[truth] ?? 0;
  const counts = countsOf({
    ...{ in: of(TRUTH.in), out: of(TRUTH.out) },
    ...{ indeterminate: of(TRUTH.indeterminate), unregistered: of(TRUTH.unregistered) },
  });
  const places = isPossible ? place : undefined;
  return { ...selected(ranges), places, counts, excluded, unmeasured: unmeasured + of(TRUTH.unmeasured) };
}

function append(ranges: RowRange[], start: number, end: number): void {
  const last = ranges.at(-1);
  if (last?.end === start) ranges[ranges.length - 1] = { start: last.start, end };
  else ranges.push({ start, end });
}

function selected(ranges: readonly RowRange[]): { ranges: readonly RowRange[]; rowCount: number } {
  const filled = ranges.filter(({ start, end }) => end > start);
  return { ranges: filled, rowCount: filled.reduce((sum, { start, end }) => sum + end - start, 0) };
}

function countsOf(counts: Partial<MembershipCounts>): MembershipCounts {
  return { in: 0, out: 0, indeterminate: 0, unregistered: 0, ...counts };
}

/** Counts of several datasets. */
export function addCounts(all: readonly MembershipCounts[]): MembershipCounts {
  const sum = (name: Membership) => all.reduce((total, counts) => total + counts[name], 0);
  return { in: sum("in"), out: sum("out"), indeterminate: sum("indeterminate"), unregistered: sum("unregistered") };
}
