import type { RowKind } from "@crossprobe/core";
import { byCodeUnits, canonicalJson } from "./canonical-json.js";
import type { Cohort } from "./cohort.js";
import { type CohortReason, reasonsBetween } from "./cohort-reasons.js";
import { type CohortRow, rowsOfTree, type SessionRows } from "./cohort-rows.js";

/** What a later cohort has that an earlier one has not, and the other way round. Plain data, references as text. */
export interface CohortDifference {
  /** Whether both have the same rows with the same memberships, whatever they come from. */
  readonly isSame: boolean;
  /** What else differs, of which the rows may be a consequence: question, ontology, releases, adapters, rules, counts. */
  readonly reasons: readonly CohortReason[];
  /** Every dataset of either. */
  readonly datasets: readonly DatasetDifference[];
}

export interface DatasetDifference {
  readonly id: string;
  readonly rows: Turnover;
  readonly sessions: Turnover;
  /** Absent: for cohorts of sessions. */
  readonly probes: Turnover | null;
  /** Rows that are in both, and changed between `in` and `indeterminate`. */
  readonly moved: number;
  /** What changed where: no entry for probes, and sessions of a cohort of sessions, whose rows are the same. */
  readonly changes: readonly PlaceChange[];
}

/** How many there were, are, came and went. */
export interface Turnover {
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
}

/** Rows of one probe, or the row of one session, that came, went, or changed their membership. */
export interface PlaceChange {
  readonly session: string;
  readonly probe: string | null;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly moved: readonly string[];
}

/**
 * What changed from one cohort to another, and as far as they can say, why.
 *
 * @example
 * const { datasets, reasons } = diffCohorts(await parseCohort(before), await parseCohort(after));
 */
export function diffCohorts(before: Cohort, after: Cohort): CohortDifference {
  const ids = new Set([...before.datasets, ...after.datasets].map(({ id }) => id));
  const datasets = [...ids].sort(byCodeUnits).map((id) => datasetDifference(id, sideOf(before, id), sideOf(after, id)));
  const isSame = datasets.every(({ changes }) => changes.length === 0);
  return { isSame, reasons: reasonsBetween(before, after, isSame), datasets };
}

/** What one cohort has of a dataset. */
interface Side {
  readonly kind: RowKind;
  readonly dataset: string;
  readonly rowCount: number;
  /** Rows that are in, and that may be, by session. */
  readonly sessions: ReadonlyMap<string, SessionSide>;
}

interface SessionSide {
  readonly in?: SessionRows;
  readonly indeterminate?: SessionRows;
}

function sideOf({ datasets, question: { kind } }: Cohort, id: string): Side {
  const { rows = [], possible = [], rowCount = 0 } = datasets.find((dataset) => dataset.id === id) ?? {};
  const sessions = new Map<string, SessionSide>(rows.map((own) => [own.session, { in: own }]));
  for (const own of possible) sessions.set(own.session, { ...sessions.get(own.session), indeterminate: own });
  return { kind, dataset: id, rowCount, sessions };
}

type RowsByRef = ReadonlyMap<string, CohortRow>;

function datasetDifference(id: string, before: Side, after: Side): DatasetDifference {
  const isSameIn = sameSessions(before, after);
  const [earlier, later] = [rowsBeside(isSameIn, before), rowsBeside(isSameIn, after)];
  const changes = changesBetween(earlier, later);
  const sum = (count: (change: PlaceChange) => number) => changes.reduce((total, change) => total + count(change), 0);
  const probes = turnover(probesOf(before), probesOf(after));
  return {
    id,
    rows: {
      ...{ before: before.rowCount, after: after.rowCount },
      ...{ added: sum(({ added }) => added.length), removed: sum(({ removed }) => removed.length) },
    },
    sessions: turnover(before.sessions, after.sessions),
    probes: probes.before + probes.after === 0 ? null : probes,
    moved: sum(({ moved }) => moved.length),
    changes,
  };
}

/** Sessions that have the same rows on both sides: mostly all of them, and most of what there is to compare. */
function sameSessions(before: Side, after: Side): ReadonlySet<string> {
  if (before.kind !== after.kind) return new Set();
  const isSame = (session: string, own: SessionSide) =>
    canonicalJson(own) === canonicalJson(after.sessions.get(session) ?? null);
  return new Set([...before.sessions].flatMap(([session, own]) => (isSame(session, own) ? [session] : [])));
}

function rowsBeside(left: ReadonlySet<string>, { kind, dataset, sessions }: Side): RowsByRef {
  const rows = new Map<string, CohortRow>();
  for (const [session, own] of sessions) {
    if (left.has(session)) continue;
    for (const membership of ["in", "indeterminate"] as const) {
      const tree = own[membership];
      if (tree === undefined) continue;
      for (const row of rowsOfTree([tree], { dataset, kind, membership })) rows.set(row.ref, row);
    }
  }
  return rows;
}

function probesOf({ sessions }: Side): ReadonlySet<string> {
  const trees = [...sessions.values()].flatMap((own) => [own.in?.probes ?? [], own.indeterminate?.probes ?? []].flat());
  return new Set(trees.map(({ probe }) => probe));
}

interface Keys extends Iterable<unknown> {
  readonly size: number;
  keys(): Iterable<string>;
  has(key: string): boolean;
}

function turnover(before: Keys, after: Keys): Turnover {
  const missingFrom = (others: Keys, keys: Iterable<string>) => [...keys].filter((key) => !others.has(key)).length;
  return {
    ...{ before: before.size, after: after.size },
    ...{ added: missingFrom(before, after.keys()), removed: missingFrom(after, before.keys()) },
  };
}

interface OpenChange {
  readonly session: string;
  readonly probe: string | null;
  readonly added: string[];
  readonly removed: string[];
  readonly moved: string[];
}

function changesBetween(before: RowsByRef, after: RowsByRef): readonly PlaceChange[] {
  const places = new Map<string, OpenChange>();
  const placeOf = ({ session, probe }: CohortRow): OpenChange => {
    const key = JSON.stringify([session, probe]);
    const place = places.get(key) ?? { session, probe, added: [], removed: [], moved: [] };
    places.set(key, place);
    return place;
  };
  for (const row of before.values()) {
    const now = after.get(row.ref);
    if (now === undefined) placeOf(row).removed.push(row.ref);
    else if (now.membership !== row.membership) placeOf(row).moved.push(row.ref);
  }
  for (const row of after.values()) if (!before.has(row.ref)) placeOf(row).added.push(row.ref);
  return [...places.entries()].sort(([a], [b]) => byCodeUnits(a, b)).map(([, place]) => place);
}
