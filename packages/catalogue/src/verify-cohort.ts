import { type CallOptions, formatRef, type Question, ref, TRUTH } from "@crossprobe/core";
import type { Catalogue } from "./catalogue.js";
import { type Cohort, type CohortOptions, createCohort } from "./cohort.js";
import { type CohortDifference, diffCohorts } from "./cohort-difference.js";
import { conditionText } from "./cohort-reasons.js";
import { REF_KINDS } from "./cohort-rows.js";
import { toQualityRule } from "./cohort-rules.js";
import type { DatasetTables } from "./dataset-tables.js";
import { wholeOf } from "./partition.js";
import { resolveColumn } from "./resolved-column.js";
import { truthOf } from "./truth.js";

/** What a catalogue says today of a cohort that was saved before. */
export interface CohortVerification extends CohortDifference {
  /** Why rows of the cohort are no longer among the answers; a row that fails several conditions counts in each. */
  readonly left: readonly LeftRows[];
  /** The question asked again: what would be saved now. */
  readonly now: Cohort;
}

/** Rows that left a cohort for one reason. */
export interface LeftRows {
  readonly dataset: string;
  /** `gone` from the catalogue, else what the condition says of them today. */
  readonly because: "gone" | "out" | "indeterminate" | "unregistered" | "unmeasured";
  /** The condition in words; null for rows that are gone. */
  readonly condition: string | null;
  readonly refs: readonly string[];
}

/**
 * Asks the question of a cohort again: are its rows the same, and what became of those that are not?
 *
 * Rules are those that the datasets publish now, and those given; what nobody has any more is taken from the cohort.
 *
 * @throws {@link QueryError} where the catalogue cannot be asked the question, such as for a metric that its units have not
 */
export async function verifyCohort(
  cohort: Cohort,
  catalogue: Catalogue,
  options: CohortOptions = {},
): Promise<CohortVerification> {
  const call = { ...options, rules: rulesFor(cohort, catalogue, options) };
  const now = await createCohort(catalogue, cohort.question, call);
  const difference = diffCohorts(cohort, now);
  const left: LeftRows[] = [];
  for (const { id, changes } of difference.datasets) {
    const refs = changes.flatMap(({ removed }) => removed);
    const tables = catalogue.tables().find(({ entry }) => entry.id === id);
    if (refs.length > 0) left.push(...(await whyLeft(refs, id, tables, cohort.question, call)));
  }
  return { ...difference, left, now };
}

function rulesFor(cohort: Cohort, catalogue: Catalogue, { rules = [] }: CohortOptions) {
  const known = new Set([...rules, ...catalogue.datasets().flatMap((entry) => entry.rules)].map(({ id }) => id));
  const kept = cohort.datasets.flatMap((dataset) => dataset.rules).filter(({ id }) => !known.has(id));
  return [...rules, ...new Map(kept.map((rule) => [rule.id, toQualityRule(rule)])).values()];
}

async function whyLeft(
  refs: readonly string[],
  dataset: string,
  tables: DatasetTables | undefined,
  question: Question,
  options: CohortOptions,
): Promise<readonly LeftRows[]> {
  const rows = tables === undefined ? new Map<string, number>() : await findRows(refs, tables, question, options);
  const gone = refs.filter((text) => !rows.has(text));
  const left: LeftRows[] = gone.length > 0 ? [{ dataset, because: "gone", condition: null, refs: gone }] : [];
  if (tables === undefined || rows.size === 0) return left;
  for (const condition of question.where) {
    const truths = await truthOf(condition, tables, question.kind, options);
    for (const because of ["out", "indeterminate", "unregistered", "unmeasured"] as const) {
      if (because === "indeterminate" && question.policy === "possible") continue;
      const those = [...rows].filter(([, row]) => truths[row] === TRUTH[because]).map(([text]) => text);
      if (those.length > 0) left.push({ dataset, because, condition: conditionText(condition, question), refs: those });
    }
  }
  return left;
}

/** The rows of references in their table; none for those that are not there any more. */
async function findRows(
  refs: readonly string[],
  tables: DatasetTables,
  { kind }: Question,
  options: CallOptions,
): Promise<ReadonlyMap<string, number>> {
  const table = tables.table(kind);
  const counts = { in: 0, out: 0, indeterminate: 0, unregistered: 0 };
  const selection = {
    ...{ ranges: wholeOf(table), rowCount: table.rowCount, places: undefined },
    ...{ counts, excluded: 0, unmeasured: 0 },
  };
  const refKind = REF_KINDS[kind];
  const ids = await resolveColumn(refKind, { tables, kind, mapping: "allen", selection }, options);
  const wanted = new Set(refs);
  const found = new Map<string, number>();
  if (ids?.kind !== "texts") return found;
  for (let row = 0; row < table.rowCount && found.size < wanted.size; row++) {
    const text = ids.at(row) ?? formatRef(ref(tables.entry.id, refKind, ""));
    if (wanted.has(text)) found.set(text, row);
  }
  return found;
}
