import type { Mapping } from "@crossprobe/atlas";
import type { Availability, Condition } from "./condition.js";
import type { MembershipPolicy } from "./membership.js";
import { parseQuestion, type Question, type RowKind, type Summary } from "./question.js";
import { inStructure, type RegionSet } from "./region-set.js";

/** A question in the making. Each call gives a new one; `question` is the plain data. */
export interface Asking {
  readonly question: Question;
  /**
   * Rows in a structure and all below it, by acronym, id or name, or in a set of such. Several calls narrow the choice.
   *
   * @throws {@link QueryError} for what no structure is called, and what the mapping cannot tell apart
   */
  inRegion(region: string | number | RegionSet, mapping?: Mapping): Asking;
  inHemisphere(side: "left" | "right"): Asking;
  /** Inclusive bounds in micrometres of the CCF. */
  inBox(box: Extract<Condition, { inBox: object }>["inBox"]): Asking;
  near(point: { readonly ap: number; readonly dv: number; readonly ml: number }, withinUm: number): Asking;
  /** Units that pass a rule: by its id, or the first of their dataset unless one is named. */
  passing(rule?: string): Asking;
  /** A metric by the id of its definition. */
  withMetric(id: string, bounds: Bounds): Asking;
  /** A column: inclusive bounds of numbers, or texts of which it must be one. */
  with(column: string, value: Bounds | string | readonly string[]): Asking;
  having(...available: readonly Availability[]): Asking;
  /** Any condition, as data. */
  where(...conditions: readonly Condition[]): Asking;
  /** The mapping that regions are grouped and shown by. */
  mappedTo(mapping: Mapping): Asking;
  policy(policy: MembershipPolicy): Asking;
  groupBy(...columns: readonly string[]): Asking;
  summarise(...summaries: readonly Summary[]): Asking;
  sortBy(by: string, direction?: "ascending" | "descending"): Asking;
  limit(count: number): Asking;
  select(...columns: readonly string[]): Asking;
}

interface Bounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/**
 * Begins a question about rows of a kind.
 *
 * @example
 * const { question } = ask("units").inRegion("CA1").passing().groupBy("dataset", "region");
 */
export function ask(kind: RowKind): Asking {
  return asking({
    kind,
    where: [],
    policy: "strict",
    mapping: "allen",
    groupBy: [],
    summaries: [],
    sort: [],
    limit: null,
    columns: null,
  });
}

/**
 * Goes on from a question, such as one out of a file.
 *
 * @throws {@link QueryError} as {@link parseQuestion}, here and at every step
 */
export function asking(from: Question): Asking {
  const question = parseQuestion(from);
  const next = (change: Partial<Question>) => asking({ ...question, ...change });
  const and = (...conditions: readonly Condition[]) => next({ where: [...question.where, ...conditions] });
  return Object.freeze<Asking>({
    question,
    inRegion: (region, mapping) =>
      and({ inRegion: typeof region === "object" ? region : inStructure(region, mapping) }),
    inHemisphere: (side) => and({ hemisphere: side }),
    inBox: (box) => and({ inBox: box }),
    near: ({ ap, dv, ml }, withinUm) => and({ near: { ap, dv, ml, withinUm } }),
    passing: (rule = "default") => and({ rule }),
    withMetric: (metric, bounds) => and({ metric, ...finiteBounds(bounds) }),
    with: (column, value) => and(columnCondition(column, value)),
    having: (...available) => and(...available.map((has) => ({ has }))),
    where: and,
    mappedTo: (mapping) => next({ mapping }),
    policy: (policy) => next({ policy }),
    groupBy: (...columns) => next({ groupBy: [...question.groupBy, ...columns] }),
    summarise: (...summaries) => next({ summaries: [...question.summaries, ...summaries] }),
    sortBy: (by, direction = "ascending") =>
      next({ sort: [...question.sort, { by, descending: direction === "descending" }] }),
    limit: (count) => next({ limit: count }),
    select: (...columns) => next({ columns: [...(question.columns ?? []), ...columns] }),
  });
}

function columnCondition(column: string, value: Bounds | string | readonly string[]): Condition {
  if (typeof value === "string") return { column, oneOf: [value] };
  if (isTexts(value)) return { column, oneOf: value };
  return { column, ...finiteBounds(value) };
}

function isTexts(value: Bounds | readonly string[]): value is readonly string[] {
  return Array.isArray(value);
}

/** Without bounds that say nothing: JSON has no infinity. */
function finiteBounds({ min = -Infinity, max = Infinity }: Bounds): Bounds {
  return { ...(min !== -Infinity && { min }), ...(max !== Infinity && { max }) };
}
