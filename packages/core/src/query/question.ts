import { MAPPINGS, type Mapping } from "@crossprobe/atlas";
import { z } from "zod";
import { checkedData } from "./checked-data.js";
import { type Condition, conditionSchema } from "./condition.js";
import { type MembershipPolicy, POLICIES } from "./membership.js";
import { checkRegionSet } from "./region-set.js";

/** What a question can be about: rows of one of the four tables. */
export const ROW_KINDS = ["sessions", "probes", "channels", "units"] as const;
export type RowKind = (typeof ROW_KINDS)[number];

/** One number of a group: of a column of numbers or a metric by its definition id. Rows without the value are left out and counted. */
export interface Summary {
  readonly of: string;
  readonly statistic: "median" | "mean" | "min" | "max" | { readonly quantile: number };
}

/** A question about everything that a catalogue holds, as plain data: it goes to JSON and back unchanged. */
export interface Question {
  readonly kind: RowKind;
  /** Every one must hold. */
  readonly where: readonly Condition[];
  readonly policy: MembershipPolicy;
  /** The mapping that regions are grouped and shown by. */
  readonly mapping: Mapping;
  /** Columns (`dataset`, `region`, `lab` …) whose values make the groups; no groups if empty. */
  readonly groupBy: readonly string[];
  /** Numbers of each group beside the count of its rows. */
  readonly summaries: readonly Summary[];
  /** Columns, metrics or summaries to sort by, the first one first; else the order of the catalogue. */
  readonly sort: readonly { readonly by: string; readonly descending: boolean }[];
  /** Rows, or groups, at most; null for all. Counts are of everything. */
  readonly limit: number | null;
  /** Columns wanted; null for all. */
  readonly columns: readonly string[] | null;
}

const summarySchema = z
  .strictObject({
    of: z.string().min(1),
    statistic: z.union([
      z.enum(["median", "mean", "min", "max"]),
      z.strictObject({ quantile: z.number().min(0).max(1) }).readonly(),
    ]),
  })
  .readonly();

/** Everything but the kind may be left out of the JSON. */
export const questionSchema: z.ZodType<Question> = z
  .strictObject({
    kind: z.enum(ROW_KINDS),
    where: z.array(conditionSchema).readonly().default([]),
    policy: z.enum(POLICIES).default("strict"),
    mapping: z.enum(MAPPINGS).default("allen"),
    groupBy: z.array(z.string().min(1)).readonly().default([]),
    summaries: z.array(summarySchema).readonly().default([]),
    sort: z
      .array(z.strictObject({ by: z.string().min(1), descending: z.boolean().default(false) }).readonly())
      .readonly()
      .default([]),
    limit: z.int().min(0).nullable().default(null),
    columns: z.array(z.string().min(1)).readonly().nullable().default(null),
  })
  .readonly();

/**
 * A question from JSON, frozen; what the JSON leaves out is filled in.
 *
 * @throws {@link QueryError} naming what is wrong and where, such as `where[0].near.dv`; also for structures that there are not
 * @example
 * parseQuestion(JSON.parse('{"kind":"units","where":[{"inRegion":{"region":"CA1"}}]}'));
 */
export function parseQuestion(json: unknown): Question {
  const question = checkedData(questionSchema, json, "question");
  for (const [i, condition] of question.where.entries()) checkRegions(condition, `where[${i}]`);
  return deepFreeze(question);
}

function checkRegions(condition: Condition, place: string): void {
  if ("inRegion" in condition) checkRegionSet(condition.inRegion, `${place}.inRegion`);
  if ("not" in condition) checkRegions(condition.not, `${place}.not`);
  for (const key of ["anyOf", "allOf"] as const) {
    const parts = key in condition ? (condition as { readonly [key]?: readonly Condition[] })[key] : undefined;
    for (const [i, part] of (parts ?? []).entries()) checkRegions(part, `${place}.${key}[${i}]`);
  }
}

/** Frozen all the way down; for plain data, which has no circles. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
