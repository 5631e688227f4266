import type { Mapping } from "@crossprobe/atlas";
import type { CallOptions, Question, Summary } from "@crossprobe/core";
import type { AnswerParts } from "./answer.js";
import type { Cell } from "./column.js";
import { slotMixer } from "./mix-slots.js";
import { mappedAcronyms, type ResolvedColumn, type Resolving, resolveColumn } from "./resolved-column.js";
import { quantileOf } from "./select-kth.js";

/** Rows that agree in the columns of `groupBy`. */
export interface Group {
  /** Its value of each of them; null where absent. */
  readonly key: Readonly<Record<string, Cell>>;
  /**
   * Why `key.region` is null: `unmapped` where the mapping has no region for the labels, else the reason why there is no label. Null for
   * groups that have one, and where nobody asked for regions.
   */
  readonly regionAbsent: string | null;
  readonly count: number;
  /** In the order of the question. */
  readonly summaries: readonly GroupSummary[];
}

export interface GroupSummary extends Summary {
  /** Null where no row of the group has a value. */
  readonly value: number | null;
  /** Rows with a value; those without are `count - valueCount`. */
  readonly valueCount: number;
}

/** Groups of all selected rows, in the order of the catalogue. */
export async function groupRows(
  question: Question,
  parts: readonly AnswerParts[],
  resolvingOf: (part: AnswerParts) => Resolving,
  options: CallOptions,
): Promise<readonly Group[]> {
  const groups = new Map<string, GroupRows>();
  const columns = new Map<AnswerParts, ReadonlyMap<string, ResolvedColumn | undefined>>();
  for (const part of parts) {
    const resolving = resolvingOf(part);
    const keys = await Promise.all(question.groupBy.map((name) => keyColumn(name, resolving, options)));
    collect(part, question.groupBy, keys, groups);
    const names = [...new Set(question.summaries.map(({ of }) => of))];
    const values = await Promise.all(
      names.map(async (name) => [name, await resolveColumn(name, resolving, options)] as const),
    );
    columns.set(part, new Map(values));
  }
  const scratch = new Float64Array(Math.max(0, ...[...groups.values()].map(({ count }) => count)));
  return [...groups.values()].map(({ key, regionAbsent, count, pieces }) => {
    const known = new Map<string, number>();
    const gathered = (name: string): number => {
      const valueCount = gather(pieces, (part) => columns.get(part)?.get(name), scratch);
      known.set(name, valueCount);
      return valueCount;
    };
    let near: string | undefined;
    const summaries = question.summaries.map((summary): GroupSummary => {
      const valueCount = near === summary.of ? (known.get(near) ?? 0) : gathered(summary.of);
      near = summary.of;
      return { ...summary, value: statistic(summary.statistic, scratch, valueCount), valueCount };
    });
    return { key, regionAbsent, count, summaries };
  });
}

interface GroupRows {
  readonly key: Readonly<Record<string, Cell>>;
  readonly regionAbsent: string | null;
  count: number;
  readonly pieces: Piece[];
}

/** Rows of one table: those of a run, or some that are listed. */
interface Piece {
  readonly part: AnswerParts;
  readonly rows: Uint32Array | { readonly start: number; readonly end: number };
}

/** A column to group by: each row has a slot, each slot a value. */
interface KeyColumn {
  readonly slotOf: (row: number) => number;
  readonly slots: readonly KeySlot[];
  /** Of slots at most; those of texts are met one after the other. */
  readonly slotCount: number;
  /** End of the run of rows, this one among them, that have one slot; not given where only looking tells. */
  readonly runEndOf?: ((row: number) => number) | undefined;
}
interface KeySlot {
  readonly value: Cell;
  readonly absent: string | null;
}

async function keyColumn(name: string, resolving: Resolving, options: CallOptions): Promise<KeyColumn> {
  if (name === "region") return regionKey(resolving, options);
  const column = await resolveColumn(name, resolving, options);
  const nothing: KeySlot = { value: null, absent: null };
  if (column === undefined || column.kind === "numbers")
    return { slotOf: () => 0, slots: [nothing], slotCount: 1, runEndOf: () => Infinity };
  if (column.kind === "coded") {
    const { codes, cells } = column;
    const [only] = cells;
    if (cells.length === 1) {
      const slots = [{ value: only ?? null, absent: null }];
      return { slotOf: () => 0, slots, slotCount: 1, runEndOf: () => Infinity };
    }
    return distinct(
      cells.map((value) => ({ value, absent: null })),
      (row) => codes[row] as number,
    );
  }
  const known = new Map<string | null, number>();
  const slots: KeySlot[] = [];
  const slotOf = (row: number): number => {
    const value = column.at(row);
    const slot = known.get(value) ?? slots.push({ value, absent: null }) - 1;
    known.set(value, slot);
    return slot;
  };
  return { slotOf, slots, slotCount: resolving.selection.rowCount };
}

/** Regions of the mapping; labels that it has none for, and each reason for having no label, are groups of their own. */
async function regionKey({ tables, kind, mapping, selection }: Resolving, options: CallOptions): Promise<KeyColumn> {
  const table = tables.table(kind);
  const unlabelled = table.labelOffsets?.[1] ?? 0;
  await table.need(["labelRegion", "regionAbsent"], selection.ranges, options);
  const labels = table.codes("labelRegion");
  const reasons = table.column("regionAbsent");
  const acronyms = mappedAcronyms(mapping);
  const { slots, slotOfCode } = regionSlots(mapping, reasons?.kind === "code" ? reasons.texts : []);
  const codes = reasons?.kind === "code" ? reasons.codes : new Uint8Array(0);
  const slotOf = (row: number): number =>
    slotOfCode[row < unlabelled ? acronyms.length + (codes[row] ?? 0) : (labels[row] as number)] as number;
  const offsets = table.labelOffsets;
  const runEndOf = (row: number): number => {
    if (row >= unlabelled) return offsets?.[(labels[row] as number) + 1] ?? row + 1;
    let end = row + 1;
    while (end < unlabelled && codes[end] === codes[row]) end++;
    return end;
  };
  return { slotOf, slots, slotCount: slots.length, runEndOf };
}

const knownSlots = new Map<string, Slots>();

/** Slots of the labels, and after them of the reasons for having none: the same for all tables with the same reasons. */
function regionSlots(mapping: Mapping, reasons: readonly string[]): Slots {
  const name = `${mapping} ${reasons.join(" ")}`;
  const known = knownSlots.get(name);
  if (known !== undefined) return known;
  const made = distinctSlots([
    ...mappedAcronyms(mapping).map((value) => ({ value, absent: value === null ? "unmapped" : null })),
    ...reasons.map((text) => ({ value: null, absent: text === "" ? "unknown" : text })),
  ]);
  knownSlots.set(name, made);
  return made;
}

interface Slots {
  readonly slots: readonly KeySlot[];
  readonly slotOfCode: Uint32Array;
}

/** Codes with one value share a slot. */
function distinct(all: readonly KeySlot[], codeOf: (row: number) => number): KeyColumn {
  const { slots, slotOfCode } = distinctSlots(all);
  return { slotOf: (row) => slotOfCode[codeOf(row)] as number, slots, slotCount: slots.length };
}

function distinctSlots(slots: readonly KeySlot[]): Slots {
  const known = new Map<string, number>();
  const kept: KeySlot[] = [];
  const slotOfCode = Uint32Array.from(slots, (slot) => {
    const key = `${typeof slot.value} ${slot.value} ${slot.absent}`;
    const found = known.get(key) ?? kept.push(slot) - 1;
    known.set(key, found);
    return found;
  });
  return { slots: kept, slotOfCode };
}

function collect(
  part: AnswerParts,
  names: readonly string[],
  keys: readonly KeyColumn[],
  groups: Map<string, GroupRows>,
): void {
  const known = new Map<number | string, GroupRows>();
  const mix = slotMixer(keys.map(({ slotCount }) => slotCount));
  const groupOf = (slots: readonly number[]): GroupRows => {
    const found = slots.map((slot, i) => keys[i]?.slots[slot]);
    const text = JSON.stringify(found);
    const group = groups.get(text) ?? {
      key: Object.fromEntries(names.map((name, i) => [name, found[i]?.value ?? null])),
      regionAbsent: found.find((slot) => typeof slot?.absent === "string")?.absent ?? null,
      count: 0,
      pieces: [],
    };
    groups.set(text, group);
    return group;
  };
  for (const { slots, rows } of runsOf(part, keys)) {
    const mixed = mix(slots);
    const group = known.get(mixed) ?? groupOf(slots);
    known.set(mixed, group);
    group.count += rows instanceof Uint32Array ? rows.length : rows.end - rows.start;
    group.pieces.push({ part, rows });
  }
}

interface Run {
  readonly slots: readonly number[];
  readonly rows: Piece["rows"];
}

/** Rows with equal keys next to each other are one run; where runs are short, the rows of each key are listed. */
function runsOf(part: AnswerParts, keys: readonly KeyColumn[]): readonly Run[] {
  const ends = keys.map(({ runEndOf }) => runEndOf);
  if (ends.every((runEndOf) => runEndOf !== undefined)) return knownRuns(part, keys, ends);
  const { ranges, rowCount } = part.selection;
  const ids = new Uint32Array(rowCount);
  const slots = keys.map(() => 0);
  const mix = slotMixer(keys.map(({ slotCount }) => slotCount));
  let place = 0;
  const known = new Map<number | string, number>();
  const combos: number[][] = [];
  let runCount = 0;
  let last: number | string = -1;
  for (const { start, end } of ranges) {
    for (let row = start; row < end; row++) {
      for (let i = 0; i < keys.length; i++) slots[i] = (keys[i] as KeyColumn).slotOf(row);
      const mixed = mix(slots);
      if (mixed !== last || row === start) {
        runCount++;
        last = mixed;
      }
      let id = known.get(mixed);
      if (id === undefined) {
        id = combos.push([...slots]) - 1;
        known.set(mixed, id);
      }
      ids[place++] = id;
    }
  }
  return runCount <= 4 * combos.length + 16 ? asRuns(part, ids, combos) : asLists(part, ids, combos);
}

/** Without a look at each row. */
function knownRuns(
  { selection }: AnswerParts,
  keys: readonly KeyColumn[],
  ends: readonly ((row: number) => number)[],
): readonly Run[] {
  const runs: Run[] = [];
  for (const range of selection.ranges) {
    for (let start = range.start; start < range.end; ) {
      const end = Math.min(range.end, ...ends.map((runEndOf) => runEndOf(start)));
      runs.push({ slots: keys.map(({ slotOf }) => slotOf(start)), rows: { start, end } });
      start = end;
    }
  }
  return runs;
}

function asRuns(part: AnswerParts, ids: Uint32Array, combos: readonly number[][]): readonly Run[] {
  const runs: Run[] = [];
  let place = 0;
  for (const { start, end } of part.selection.ranges) {
    let begin = start;
    for (let row = start; row < end; row++) {
      const id = ids[place + row - start] as number;
      const isLast = row + 1 === end || ids[place + row + 1 - start] !== id;
      if (!isLast) continue;
      runs.push({ slots: combos[id] ?? [], rows: { start: begin, end: row + 1 } });
      begin = row + 1;
    }
    place += end - start;
  }
  return runs;
}

function asLists(part: AnswerParts, ids: Uint32Array, combos: readonly number[][]): readonly Run[] {
  const starts = new Uint32Array(combos.length + 1);
  for (const id of ids) starts[id + 1] = (starts[id + 1] as number) + 1;
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  const free = starts.slice();
  const rows = new Uint32Array(ids.length);
  let place = 0;
  for (const { start, end } of part.selection.ranges) {
    for (let row = start; row < end; row++) {
      const id = ids[place++] as number;
      rows[free[id] as number] = row;
      free[id] = (free[id] as number) + 1;
    }
  }
  return combos.map((slots, id) => ({ slots, rows: rows.subarray(starts[id], starts[id + 1]) }));
}

/** The values of a group, without the absent ones, to the front of `scratch`. @returns how many */
function gather(
  pieces: readonly Piece[],
  columnOf: (part: AnswerParts) => ResolvedColumn | undefined,
  scratch: Float64Array,
): number {
  let count = 0;
  for (const { part, rows } of pieces) {
    const column = columnOf(part);
    if (column === undefined || column.kind === "texts") continue;
    if (column.kind === "numbers" && !(rows instanceof Uint32Array)) {
      const { values } = column;
      for (let row = rows.start; row < rows.end; row++) {
        const value = values[row] as number;
        // An absent value is written, and then written over.
        scratch[count] = value;
        if (!Number.isNaN(value)) count++;
      }
      continue;
    }
    const total = rows instanceof Uint32Array ? rows.length : rows.end - rows.start;
    for (let i = 0; i < total; i++) {
      const row = rows instanceof Uint32Array ? (rows[i] as number) : rows.start + i;
      const cell = column.kind === "numbers" ? column.values[row] : column.cells[column.codes[row] as number];
      if (typeof cell === "number" && !Number.isNaN(cell)) scratch[count++] = cell;
    }
  }
  return count;
}

function statistic(wanted: Summary["statistic"], values: Float64Array, count: number): number | null {
  if (count === 0) return null;
  if (typeof wanted === "object") return quantileOf(values, count, wanted.quantile);
  if (wanted === "median") return quantileOf(values, count, 0.5);
  const used = values.subarray(0, count);
  if (wanted === "mean") return used.reduce((sum, value) => sum + value, 0) / count;
  return used.reduce(wanted === "min" ? (a, b) => Math.min(a, b) : (a, b) => Math.max(a, b));
}
