import { byCodeUnits } from "./canonical-json.js";
import { type Cohort, type CohortDataset, cohortRows } from "./cohort.js";
import { type CohortReason, reasonsBetween } from "./cohort-reasons.js";
import type { CohortRow } from "./cohort-rows.js";

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
  const [earlier, later] = [rowsByDataset(before), rowsByDataset(after)];
  const none: ReadonlyMap<string, CohortRow> = new Map();
  const datasets = [...ids]
    .sort(byCodeUnits)
    .map((id) => datasetDifference(id, earlier.get(id) ?? none, later.get(id) ?? none));
  const isSame = datasets.every(({ changes }) => changes.length === 0);
  return { isSame, reasons: reasonsBetween(before, after, isSame), datasets };
}

type RowsByRef = ReadonlyMap<string, CohortRow>;

function rowsByDataset(cohort: Cohort): ReadonlyMap<CohortDataset["id"], RowsByRef> {
  const found = new Map<string, Map<string, CohortRow>>();
  for (const row of cohortRows(cohort)) {
    const own = found.get(row.dataset);
    if (own === undefined) found.set(row.dataset, new Map([[row.ref, row]]));
    else own.set(row.ref, row);
  }
  return found;
}

function datasetDifference(id: string, before: RowsByRef, after: RowsByRef): DatasetDifference {
  const probesOf = (rows: RowsByRef) => new Set([...rows.values()].flatMap(({ probe }) => probe ?? []));
  const sessionsOf = (rows: RowsByRef) => new Set([...rows.values()].map(({ session }) => session));
  const changes = changesBetween(before, after);
  const probes = turnover(probesOf(before), probesOf(after));
  return {
    id,
    rows: turnover(before, after),
    sessions: turnover(sessionsOf(before), sessionsOf(after)),
    probes: probes.before + probes.after === 0 ? null : probes,
    moved: changes.reduce((sum, { moved }) => sum + moved.length, 0),
    changes,
  };
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
