import { granularityOf, mapRegion, type Region, regions } from "@crossprobe/atlas";
import {
  type Channel,
  type Condition,
  evaluateRule,
  formatRef,
  type ProbeInsertion,
  type QualityRule,
  type Question,
  type RegionLabel,
  type RegionSet,
  type RowKind,
  type Session,
  type Summary,
  type Unit,
} from "@crossprobe/core";
import type { DrawnDataset, DrawnProbe } from "./drawn-source.js";

/** What a question should be answered, by looking at each row on its own: slow, and without any of the catalogue's means. */

export type Said = "in" | "out" | "indeterminate" | "unregistered" | "unmeasured";
export type Cell = string | number | boolean | null;

interface Entity {
  readonly dataset: DrawnDataset;
  readonly kind: RowKind;
  readonly session: Session;
  readonly probe: ProbeInsertion | null;
  /** The channel or unit. */
  readonly placed: Channel | Unit | null;
  readonly unit: Unit | null;
  readonly channel: Channel | null;
  /** Places of a session or probe, by probe. */
  readonly parts: readonly (readonly (Channel | Unit)[])[];
  readonly probes: readonly ProbeInsertion[];
}

/** Why there is no label, in the order of their rows. */
const REASONS = ["outsideBrain", "notRegistered", "notRecorded", "notReleased", "failedQc", "unknown"];

const listed = <Row>(rows: readonly Row[] | Error): readonly Row[] => (rows instanceof Error ? [] : rows);

const ENTITIES = new WeakMap<DrawnDataset, Map<RowKind, readonly Entity[]>>();

function entitiesOf(dataset: DrawnDataset, kind: RowKind): readonly Entity[] {
  const known = ENTITIES.get(dataset) ?? new Map<RowKind, readonly Entity[]>();
  ENTITIES.set(dataset, known);
  const entities = known.get(kind) ?? listEntities(dataset, kind);
  known.set(kind, entities);
  return entities;
}

function listEntities(dataset: DrawnDataset, kind: RowKind): readonly Entity[] {
  const hasChannels = dataset.sessions.some(({ probes }) => probes.some((probe) => listed(probe.channels).length > 0));
  const places = ({ channels, units }: DrawnProbe) => listed<Channel | Unit>(hasChannels ? channels : units);
  const all = dataset.sessions.flatMap(({ session, probes }): readonly Entity[] => {
    const none = {
      dataset,
      kind,
      session,
      probe: null,
      placed: null,
      unit: null,
      channel: null,
      parts: [],
      probes: [],
    };
    if (kind === "sessions") {
      return [{ ...none, parts: probes.map(places), probes: probes.map(({ probe }) => probe) }];
    }
    return probes.flatMap((each): readonly Entity[] => {
      const { probe } = each;
      if (kind === "probes") return [{ ...none, probe, parts: [places(each)], probes: [probe] }];
      const of = { ...none, probe, probes: [probe] };
      if (kind === "channels") return listed(each.channels).map((channel) => ({ ...of, channel, placed: channel }));
      return listed(each.units).map((unit) => ({ ...of, unit, placed: unit }));
    });
  });
  if (kind === "sessions" || kind === "probes") return all;
  const orderOf = ({ placed }: Entity) =>
    placed?.region ? regionOf(placed.region).order : REASONS.indexOf(placed?.regionAbsent ?? "") - REASONS.length;
  return [...all].sort((a, b) => orderOf(a) - orderOf(b));
}

const BY_ID = new Map(regions().map((region) => [region.id, region]));
const BY_ACRONYM = new Map(regions().map((region) => [region.acronym, region]));

function regionOf({ id }: RegionLabel): Region {
  return BY_ID.get(id) as Region;
}

const ANCESTRY = new Map<number, ReadonlySet<number>>();

/** Ids of a structure and all above it. */
function ancestry({ id, parentId }: Region): ReadonlySet<number> {
  const known = ANCESTRY.get(id);
  if (known !== undefined) return known;
  const parent = parentId === null ? undefined : BY_ID.get(parentId);
  const ids = new Set([id, ...(parent === undefined ? [] : ancestry(parent))]);
  ANCESTRY.set(id, ids);
  return ids;
}

const all = (parts: readonly Said[]): Said => (parts.includes("out") ? "out" : vaguest(parts, "in"));
const any = (parts: readonly Said[]): Said => (parts.includes("in") ? "in" : vaguest(parts, "out"));
const not = (said: Said): Said => (said === "in" ? "out" : said === "out" ? "in" : said);
function vaguest(parts: readonly Said[], otherwise: Said): Said {
  return (["unmeasured", "unregistered", "indeterminate"] as const).find((said) => parts.includes(said)) ?? otherwise;
}
const yes = (value: boolean | null): Said => (value === null ? "unmeasured" : value ? "in" : "out");

function labelSays(set: RegionSet, label: Region): Said {
  if ("anyOf" in set) return any(set.anyOf.map((part) => labelSays(part, label)));
  if ("allOf" in set) return all(set.allOf.map((part) => labelSays(part, label)));
  if ("not" in set) return not(labelSays(set.not, label));
  const asked = BY_ACRONYM.get(set.region) as Region;
  const shown = set.mapping === undefined || set.mapping === "allen" ? label : (mapRegion(label, set.mapping) ?? label);
  if (ancestry(shown).has(asked.id)) return "in";
  return ancestry(asked).has(label.id) ? "indeterminate" : "out";
}

type PlaceCondition = Extract<
  Condition,
  { inRegion: RegionSet } | { hemisphere: string } | { inBox: object } | { near: object }
>;

function placeSays(condition: PlaceCondition, { region, regionAbsent, hemisphere, ccf }: Channel | Unit): Said {
  if ("inRegion" in condition) {
    if (region === null) return regionAbsent === "outsideBrain" ? "out" : "unregistered";
    return labelSays(condition.inRegion, regionOf(region));
  }
  if ("hemisphere" in condition) {
    return hemisphere === null ? "unregistered" : hemisphere === condition.hemisphere ? "in" : "out";
  }
  if (ccf === null) return "unregistered";
  if ("near" in condition) {
    const { ap, dv, ml, withinUm } = condition.near;
    return (ccf.ap - ap) ** 2 + (ccf.dv - dv) ** 2 + (ccf.ml - ml) ** 2 <= withinUm ** 2 ? "in" : "out";
  }
  const { inBox } = condition;
  const isInside = (["ap", "dv", "ml"] as const).every((axis) => {
    const [low, high] = inBox[axis] ?? [-Infinity, Infinity];
    return low <= ccf[axis] && ccf[axis] <= high;
  });
  return isInside ? "in" : "out";
}

/** One part inside makes the whole in; else one that may be inside makes it so; only what is known to lie elsewhere throughout is out. */
function ofParts(parts: readonly Said[]): Said {
  if (parts.length === 0) return "unregistered";
  return (["in", "indeterminate", "unregistered"] as const).find((said) => parts.includes(said)) ?? "out";
}

function says(condition: Condition, entity: Entity, rules: readonly QualityRule[]): Said {
  const inner = (part: Condition) => says(part, entity, rules);
  if ("allOf" in condition) return all(condition.allOf.map(inner));
  if ("anyOf" in condition) return any(condition.anyOf.map(inner));
  if ("not" in condition) return not(inner(condition.not));
  if ("rule" in condition) return ruleSays(condition.rule, entity, rules);
  if ("has" in condition) return hasSays(condition.has, entity);
  if ("metric" in condition) {
    return boundsSay(entity.unit?.metrics[condition.metric] ?? null, condition.min, condition.max);
  }
  if ("column" in condition) {
    const value = cellOf(condition.column, entity, "allen");
    if (value === null) return "unmeasured";
    if ("oneOf" in condition) return yes(condition.oneOf.includes(String(value)));
    if ("contains" in condition) return yes(String(value).toLowerCase().includes(condition.contains.toLowerCase()));
    return boundsSay(Number(value), condition.min, condition.max);
  }
  if (entity.placed !== null) return placeSays(condition, entity.placed);
  return ofParts(entity.parts.map((rows) => ofParts(rows.map((row) => placeSays(condition, row)))));
}

function ruleSays(id: string, { dataset, unit }: Entity, rules: readonly QualityRule[]): Said {
  const wanted = id === "default" ? dataset.plugin.rules[0]?.id : id;
  const own = rules.find((rule) => rule.id === wanted);
  if (own !== undefined) return yes(evaluateRule(own, unit?.metrics ?? {}));
  return yes(unit?.quality[wanted ?? ""] ?? null);
}

function hasSays(what: "lfp" | "waveforms" | "pupil", { kind, session, probes }: Entity): Said {
  if (what === "pupil") return yes(session.hasPupil);
  const each = probes.map((probe) => yes(what === "lfp" ? probe.hasLfp : probe.hasWaveforms));
  if (kind !== "sessions") return each[0] ?? "unmeasured";
  return each.includes("in") ? "in" : each.includes("unmeasured") ? "unmeasured" : "out";
}

function boundsSay(value: number | null, min = -Infinity, max = Infinity): Said {
  return value === null ? "unmeasured" : yes(value >= min && value <= max);
}

function cellOf(column: string, entity: Entity, mapping: Question["mapping"]): Cell {
  const { dataset, session, probe, placed, unit, channel } = entity;
  const label = placed?.region ? regionOf(placed.region) : null;
  switch (column) {
    case "dataset":
      return dataset.plugin.id;
    case "release":
      return dataset.release;
    case "session":
      return formatRef(session.ref);
    case "probe":
      return probe && formatRef(probe.ref);
    case "channel":
      return channel && formatRef(channel.ref);
    case "unit":
      return unit && formatRef(unit.ref);
    case "peakChannel":
      return unit?.peakChannel ? formatRef(unit.peakChannel) : null;
    case "region":
      return label && (mapRegion(label, mapping)?.acronym ?? null);
    case "labelRegion":
      return label?.acronym ?? null;
    case "granularity":
      return label && granularityOf(label);
    case "ap":
    case "dv":
    case "ml":
      return placed?.ccf?.[column] ?? null;
    case "quality":
      return channel?.quality ?? null;
  }
  if (column.startsWith("quality.")) return unit?.quality[column.slice("quality.".length)] ?? null;
  if (column.includes(".")) return unit?.metrics[column] ?? null;
  for (const owner of [unit, channel, probe, session]) {
    if (owner !== null && column in owner) return (owner as unknown as Record<string, Cell>)[column] ?? null;
  }
  throw new Error(`no row has ${column}`);
}

export interface NaiveRow {
  readonly membership: Said;
  /** A value of the row by the name of its column. */
  readonly cell: (column: string) => Cell;
  readonly regionAbsent: string | null;
  readonly hasLabel: boolean;
}

export interface NaiveCoverage {
  readonly counts: { in: number; out: number; indeterminate: number; unregistered: number };
  excluded: number;
  unmeasured: number;
  rowCount: number;
}

/** Selected rows in the order of the catalogue, and the counts of each dataset. */
export function naiveAnswer(question: Question, datasets: readonly DrawnDataset[], rules: readonly QualityRule[] = []) {
  const { kind, where, policy, mapping } = question;
  const [aboutPlaces, aboutOthers] = [where.filter(asksWhere), where.filter((each) => !asksWhere(each))];
  const rows: NaiveRow[] = [];
  const coverage = new Map<string, NaiveCoverage>();
  for (const dataset of datasets) {
    const counted = {
      ...{ counts: { in: 0, out: 0, indeterminate: 0, unregistered: 0 }, excluded: 0, unmeasured: 0, rowCount: 0 },
    };
    for (const entity of entitiesOf(dataset, kind)) {
      const kept = all(aboutOthers.map((each) => says(each, entity, rules)));
      const membership = all(aboutPlaces.map((each) => says(each, entity, rules)));
      if (kept === "out") counted.excluded++;
      else if (kept !== "in" || membership === "unmeasured") counted.unmeasured++;
      else {
        counted.counts[membership]++;
        if (membership !== "in" && !(policy === "possible" && membership === "indeterminate")) continue;
        counted.rowCount++;
        rows.push({
          ...{ membership, cell: (column) => (column === "membership" ? membership : cellOf(column, entity, mapping)) },
          ...{ regionAbsent: entity.placed?.regionAbsent ?? null, hasLabel: entity.placed?.region != null },
        });
      }
    }
    coverage.set(dataset.plugin.id, counted);
  }
  return { rows, coverage };
}

const asksWhere = (condition: Condition): boolean =>
  ["inRegion", "hemisphere", "inBox", "near"].some((key) => JSON.stringify(condition).includes(`"${key}":`));

export function sorted<Item>(
  items: readonly Item[],
  sort: Question["sort"],
  value: (item: Item, by: string) => Cell,
): Item[] {
  return [...items].sort((a, b) => {
    for (const { by, descending } of sort) {
      const [x, y] = [value(a, by), value(b, by)];
      if (x === y) continue;
      if (x === null) return 1;
      if (y === null) return -1;
      const isLess = x < y;
      return isLess !== descending ? -1 : 1;
    }
    return 0;
  });
}

export interface NaiveGroup {
  readonly key: Readonly<Record<string, Cell>>;
  readonly regionAbsent: string | null;
  readonly count: number;
  readonly summaries: readonly (Summary & { readonly value: number | null; readonly valueCount: number })[];
}

export function naiveGroups({ groupBy, summaries }: Question, rows: readonly NaiveRow[]): readonly NaiveGroup[] {
  const groups = new Map<string, NaiveRow[]>();
  const absent = (row: NaiveRow) =>
    !groupBy.includes("region") || row.cell("region") !== null
      ? null
      : row.hasLabel
        ? "unmapped"
        : (row.regionAbsent ?? "unknown");
  for (const row of rows) {
    const text = JSON.stringify([groupBy.map(row.cell), absent(row)]);
    groups.set(text, [...(groups.get(text) ?? []), row]);
  }
  return [...groups.values()].map((members) => {
    const first = members[0] as NaiveRow;
    return {
      key: Object.fromEntries(groupBy.map((name) => [name, first.cell(name)])),
      regionAbsent: absent(first),
      count: members.length,
      summaries: summaries.map((summary) => {
        const values = members.map((row) => row.cell(summary.of)).filter((value): value is number => value !== null);
        return { ...summary, value: statistic(summary.statistic, values), valueCount: values.length };
      }),
    };
  });
}

/** Source of the quantile: `numpy.quantile`, method `linear`, whose steps in floating point these are; and `numpy.median`. */
function statistic(wanted: Summary["statistic"], values: readonly number[]): number | null {
  if (values.length === 0) return null;
  if (wanted === "min") return Math.min(...values);
  if (wanted === "max") return Math.max(...values);
  if (wanted === "mean") return values.reduce((sum, value) => sum + value, 0) / values.length;
  const ordered = [...values].sort((a, b) => a - b);
  const place = (ordered.length - 1) * (wanted === "median" ? 0.5 : wanted.quantile);
  const [low, high] = [ordered[Math.floor(place)] as number, ordered[Math.ceil(place)] as number];
  if (wanted === "median") return (low + high) / 2;
  const share = place % 1;
  if (share === 0) return low;
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}
