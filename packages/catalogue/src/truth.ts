import {
  type Availability,
  bothTrue,
  type CallOptions,
  type Condition,
  eitherTrue,
  formatRef,
  meetsCriterion,
  membershipOfLabels,
  notTrue,
  type QualityRule,
  type RegionSet,
  type RowKind,
  ref,
  TRUTH,
} from "@crossprobe/core";
import { ABSENT_FLAG, type ColumnData, cellOf } from "./column.js";
import type { DatasetTables } from "./dataset-tables.js";
import { ownerOf, verdictColumn } from "./layout.js";
import { type Partition, wholeOf } from "./partition.js";

export interface TruthOptions extends CallOptions {
  readonly rules?: readonly QualityRule[] | undefined;
}

/** A {@link TRUTH} for each row. */
export type Truths = Uint8Array;

/** What a condition says of every row of a table. Reads the columns that it names, whole. */
export async function truthOf(
  condition: Condition,
  tables: DatasetTables,
  kind: RowKind,
  options: TruthOptions,
): Promise<Truths> {
  const inner = (part: Condition): Promise<Truths> => truthOf(part, tables, kind, options);
  if ("allOf" in condition) return combine(await Promise.all(condition.allOf.map(inner)), bothTrue, tables, kind);
  if ("anyOf" in condition) return combine(await Promise.all(condition.anyOf.map(inner)), eitherTrue, tables, kind);
  if ("not" in condition) return (await inner(condition.not)).map(notTrue);
  if ("rule" in condition) return ruleTruth(condition.rule, tables, options);
  if ("metric" in condition) return boundsTruth(tables.table("units"), condition.metric, condition, options);
  if ("has" in condition) return availabilityTruth(condition.has, tables, kind, options);
  if ("column" in condition) return columnTruth(condition, tables, kind, options);
  const place = await placeTruth(condition, kind === "units" ? tables.table("units") : tables.placed(), options);
  return kind === "channels" || kind === "units" ? place : gatherPlaces(place, tables, kind, options);
}

function combine(
  parts: readonly Truths[],
  both: (a: number, b: number) => number,
  tables: DatasetTables,
  kind: RowKind,
): Truths {
  const [first, ...more] = parts;
  const all = first?.slice() ?? new Uint8Array(tables.table(kind).rowCount).fill(TRUTH.in);
  for (const part of more)
    for (let row = 0; row < all.length; row++) all[row] = both(all[row] as number, part[row] as number);
  return all;
}

type PlaceCondition = Extract<
  Condition,
  { inRegion: RegionSet } | { hemisphere: string } | { inBox: object } | { near: object }
>;

async function placeTruth(condition: PlaceCondition, table: Partition, options: CallOptions): Promise<Truths> {
  if ("inRegion" in condition) return labelTruth(condition.inRegion, table, options);
  const truths = new Uint8Array(table.rowCount);
  if ("hemisphere" in condition) {
    await table.need(["hemisphere"], wholeOf(table), options);
    const data = table.column("hemisphere");
    if (data?.kind !== "code") return truths.fill(TRUTH.unregistered);
    const wanted = data.texts.indexOf(condition.hemisphere, 1);
    for (let row = 0; row < truths.length; row++) {
      const code = data.codes[row] as number;
      truths[row] = code === 0 ? TRUTH.unregistered : code === wanted ? TRUTH.in : TRUTH.out;
    }
    return truths;
  }
  await table.need(["ap", "dv", "ml"], wholeOf(table), options);
  const [ap, dv, ml] = (["ap", "dv", "ml"] as const).map((axis) => numbersOf(table, axis));
  const test = "near" in condition ? nearTest(condition.near) : boxTest(condition.inBox);
  for (let row = 0; row < truths.length; row++) {
    const [a, d, m] = [ap?.[row] ?? Number.NaN, dv?.[row] ?? Number.NaN, ml?.[row] ?? Number.NaN];
    truths[row] = Number.isNaN(a + d + m) ? TRUTH.unregistered : test(a, d, m) ? TRUTH.in : TRUTH.out;
  }
  return truths;
}

type Test = (ap: number, dv: number, ml: number) => boolean;

function nearTest({ ap, dv, ml, withinUm }: Extract<PlaceCondition, { near: object }>["near"]): Test {
  return (a, d, m) => Math.hypot(a - ap, d - dv, m - ml) <= withinUm;
}

function boxTest({ ap, dv, ml }: Extract<PlaceCondition, { inBox: object }>["inBox"]): Test {
  const isIn = (value: number, span: readonly [number, number] | undefined) =>
    span === undefined || (value >= span[0] && value <= span[1]);
  return (a, d, m) => isIn(a, ap) && isIn(d, dv) && isIn(m, ml);
}

/** The rows of one label lie together, so that each is told once. */
async function labelTruth(set: RegionSet, table: Partition, options: CallOptions): Promise<Truths> {
  const truths = new Uint8Array(table.rowCount);
  const labels = membershipOfLabels(set);
  const offsets = table.labelOffsets ?? new Uint32Array(labels.length + 2);
  for (const [order, truth] of labels.entries()) truths.fill(truth, offsets[order + 1], offsets[order + 2]);
  await fillUnlabelled(truths, table, options);
  return truths;
}

/** Rows without a label come first: outside the brain they are in no region, else nobody knows. */
export async function fillUnlabelled(truths: Truths, table: Partition, options: CallOptions): Promise<void> {
  const end = table.labelOffsets?.[1] ?? 0;
  await table.need(["regionAbsent"], [{ start: 0, end }], options);
  const data = table.column("regionAbsent");
  const outside = data?.kind === "code" ? data.texts.indexOf("outsideBrain", 1) : -1;
  for (let row = 0; row < end; row++) {
    const isOutside = data?.kind === "code" && outside > 0 && data.codes[row] === outside;
    truths[row] = isOutside ? TRUTH.out : TRUTH.unregistered;
  }
}

/** Of the rows of one probe, and of the probes of one session, the one that says most: any inside makes it in. */
async function gatherPlaces(
  places: Truths,
  tables: DatasetTables,
  kind: "probes" | "sessions",
  options: CallOptions,
): Promise<Truths> {
  const placed = tables.placed();
  const probes = new Uint8Array(tables.table("probes").rowCount).fill(NOTHING);
  if (placed.kind === "channels" || placed.kind === "units") {
    gather(places, await tables.probeRows(placed.kind, options), probes);
  }
  if (kind === "probes") return withoutNothing(probes);
  const sessions = new Uint8Array(tables.table("sessions").rowCount).fill(NOTHING);
  gather(withoutNothing(probes), await tables.sessionRows(options), sessions);
  return withoutNothing(sessions);
}

/** Not a truth: nothing was said yet. */
const NOTHING = 255;
/** In order of what they say of the whole: one part inside is enough, one unknown part makes "out" impossible. */
const RANK = {
  [TRUTH.in]: 4,
  [TRUTH.indeterminate]: 3,
  [TRUTH.unregistered]: 2,
  [TRUTH.unmeasured]: 1,
  [TRUTH.out]: 0,
} as const;
const RANKS = Uint8Array.from([0, 1, 2, 3, 4], (truth) => RANK[truth as keyof typeof RANK]);

function gather(parts: Truths, owners: ArrayLike<number>, wholes: Uint8Array): void {
  for (let row = 0; row < parts.length; row++) {
    const owner = (owners[row] as number) - 1;
    if (owner < 0) continue;
    const known = wholes[owner] as number;
    const part = parts[row] as number;
    if (known === NOTHING || (RANKS[part] as number) > (RANKS[known] as number)) wholes[owner] = part;
  }
}

function withoutNothing(wholes: Uint8Array): Truths {
  return wholes.map((truth) => (truth === NOTHING ? TRUTH.unregistered : truth));
}

async function ruleTruth(rule: string, tables: DatasetTables, options: TruthOptions): Promise<Truths> {
  const { entry } = tables;
  const units = tables.table("units");
  const id = rule === "default" ? entry.rules[0]?.id : rule;
  const truths = new Uint8Array(units.rowCount);
  if (id === undefined) return truths.fill(TRUTH.unmeasured);
  const own = options.rules?.find((candidate) => candidate.id === id);
  const name = verdictColumn(id);
  if (own === undefined && units.has(name)) {
    await units.need([name], wholeOf(units), options);
    const data = units.column(name);
    for (let row = 0; row < truths.length; row++)
      truths[row] = data === undefined ? TRUTH.unmeasured : flagTruth(data, row);
    return truths;
  }
  const known = own ?? entry.rules.find((candidate) => candidate.id === id);
  return known === undefined ? truths.fill(TRUTH.unmeasured) : criteriaTruth(known, units, options);
}

/** The same verdicts as core's `evaluateRule`, column by column. */
async function criteriaTruth(
  { criteria, missing }: QualityRule,
  units: Partition,
  options: CallOptions,
): Promise<Truths> {
  const truths = new Uint8Array(units.rowCount).fill(TRUTH.in);
  const names = criteria.map(({ metric }) => metric);
  await units.need(names, wholeOf(units), options);
  for (const criterion of criteria) {
    const values = numbersOf(units, criterion.metric);
    for (let row = 0; row < truths.length; row++) {
      if (truths[row] === TRUTH.out) continue;
      const value = values?.[row] ?? Number.NaN;
      const isUnknown = values === undefined || (Number.isNaN(value) && missing === "unknown");
      if (isUnknown) truths[row] = TRUTH.unmeasured;
      else if (Number.isNaN(value) || !meetsCriterion(criterion, value)) truths[row] = TRUTH.out;
    }
  }
  return truths;
}

interface NumberBounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

async function boundsTruth(
  table: Partition,
  name: string,
  { min = -Infinity, max = Infinity }: NumberBounds,
  options: CallOptions,
): Promise<Truths> {
  const truths = new Uint8Array(table.rowCount);
  await table.need([name], wholeOf(table), options);
  const values = numbersOf(table, name);
  if (values === undefined) return truths.fill(TRUTH.unmeasured);
  for (let row = 0; row < truths.length; row++) {
    const value = values[row] as number;
    truths[row] = Number.isNaN(value) ? TRUTH.unmeasured : value >= min && value <= max ? TRUTH.in : TRUTH.out;
  }
  return truths;
}

const FLAG_OF: Readonly<Record<Availability, "hasLfp" | "hasWaveforms" | "hasPupil">> = {
  lfp: "hasLfp",
  waveforms: "hasWaveforms",
  pupil: "hasPupil",
};

async function availabilityTruth(
  what: Availability,
  tables: DatasetTables,
  kind: RowKind,
  options: CallOptions,
): Promise<Truths> {
  const flag = FLAG_OF[what];
  const owner = tables.table(flag === "hasPupil" ? "sessions" : "probes");
  await owner.need([flag], wholeOf(owner), options);
  const data = owner.column(flag);
  const truths = Uint8Array.from({ length: owner.rowCount }, (_, row) =>
    data === undefined ? TRUTH.unmeasured : flagTruth(data, row),
  );
  if (owner.kind === "probes" && kind === "sessions") {
    const sessions = new Uint8Array(tables.table("sessions").rowCount).fill(NOTHING);
    gather(truths, await tables.sessionRows(options), sessions);
    return sessions.map((truth) => (truth === NOTHING ? TRUTH.out : truth));
  }
  return spread(truths, owner.kind, tables, kind, options);
}

/** From sessions or probes to the rows that belong to them. */
async function spread(
  truths: Truths,
  from: RowKind,
  tables: DatasetTables,
  kind: RowKind,
  options: CallOptions,
): Promise<Truths> {
  if (from === kind) return truths;
  const probes = from === "sessions" ? pick(truths, await tables.sessionRows(options)) : truths;
  if (kind === "probes" || kind === "sessions") return probes;
  return pick(probes, await tables.probeRows(kind, options));
}

function pick(truths: Truths, rows: ArrayLike<number>): Truths {
  const picked = new Uint8Array(rows.length);
  for (let i = 0; i < picked.length; i++) picked[i] = truths[(rows[i] as number) - 1] ?? TRUTH.unmeasured;
  return picked;
}

type ColumnCondition = Extract<Condition, { column: string }>;

async function columnTruth(
  condition: ColumnCondition,
  tables: DatasetTables,
  kind: RowKind,
  options: CallOptions,
): Promise<Truths> {
  const { column } = condition;
  const everyRow = (truth: number): Truths => new Uint8Array(tables.table(kind).rowCount).fill(truth);
  const test = textTest(condition);
  if (column === "dataset" || column === "release") {
    const value = column === "dataset" ? tables.entry.id : tables.entry.release;
    return everyRow(value === null || test === undefined ? TRUTH.unmeasured : test(value) ? TRUTH.in : TRUTH.out);
  }
  const { kind: owner, name, refKind } = ownerOf(column, kind);
  const table = tables.table(owner);
  if (test === undefined) {
    const bounds = "oneOf" in condition || "contains" in condition ? {} : condition;
    return spread(await boundsTruth(table, name, bounds, options), owner, tables, kind, options);
  }
  await table.need([name, "probeRow"], wholeOf(table), options);
  const data = table.column(name);
  if (data === undefined) return everyRow(TRUTH.unmeasured);
  const prefixes =
    refKind === undefined || owner === "sessions" || owner === "probes" ? [] : await tables.probeIds(options);
  const probes = table.codes("probeRow");
  const asText = (text: string): string =>
    refKind === undefined ? text : formatRef(ref(tables.entry.id, refKind, text));
  return spread(
    textTruths(
      data,
      table.rowCount,
      (text) => test(asText(text)),
      (row) => `${prefixes[(probes[row] ?? 0) - 1] ?? ""}/`,
    ),
    owner,
    tables,
    kind,
    options,
  );
}

function textTest(condition: ColumnCondition): ((text: string) => boolean) | undefined {
  if ("oneOf" in condition) {
    const wanted = new Set(condition.oneOf);
    return (text) => wanted.has(text);
  }
  if (!("contains" in condition)) return undefined;
  const part = condition.contains.toLowerCase();
  return (text) => text.toLowerCase().includes(part);
}

function textTruths(
  data: ColumnData,
  rows: number,
  test: (text: string) => boolean,
  prefixOf: (row: number) => string,
): Truths {
  const truths = new Uint8Array(rows);
  if (data.kind === "code") {
    const byCode = Uint8Array.from(data.texts, (text, code) =>
      code === 0 ? TRUTH.unmeasured : test(text) ? TRUTH.in : TRUTH.out,
    );
    for (let row = 0; row < rows; row++) truths[row] = byCode[data.codes[row] as number] ?? TRUTH.unmeasured;
    return truths;
  }
  for (let row = 0; row < rows; row++) {
    const cell = cellOf(data, row, prefixOf(row));
    truths[row] = cell === null ? TRUTH.unmeasured : test(String(cell)) ? TRUTH.in : TRUTH.out;
  }
  return truths;
}

function flagTruth(data: ColumnData, row: number): number {
  const value = data.kind === "flag" ? (data.values[row] ?? ABSENT_FLAG) : ABSENT_FLAG;
  return value === ABSENT_FLAG ? TRUTH.unmeasured : value;
}

/** Values of a column of numbers, as far as they are near; undefined where there is none. */
export function numbersOf(table: Partition, name: string): Float64Array | undefined {
  const data = table.column(name);
  return data?.kind === "number" ? data.values : undefined;
}
