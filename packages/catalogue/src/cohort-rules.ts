import { type Condition, type QualityCriterion, type QualityRule, qualityRuleSchema } from "@crossprobe/core";
import { z } from "zod";
import { byCodeUnits, canonicalJson, sha256Of } from "./canonical-json.js";
import type { DatasetEntry } from "./dataset-entry.js";

/** A rule as a cohort keeps it: all that its verdicts follow from. */
export const cohortRuleSchema = qualityRuleSchema
  .unwrap()
  .pick({ id: true, criteria: true, missing: true })
  .extend({
    /** Of the criteria and of `missing`, in canonical JSON. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "should be 64 hexadecimal digits"),
  })
  .readonly();
export type CohortRule = z.infer<typeof cohortRuleSchema>;

/** The rules that conditions name, as they are for the units of one dataset: `default` is the first that it publishes. */
export async function rulesUsed(
  conditions: readonly Condition[],
  entry: DatasetEntry,
  own: readonly QualityRule[],
): Promise<readonly CohortRule[]> {
  const ids = new Set(conditions.flatMap(rulesNamed).map((id) => (id === "default" ? entry.rules[0]?.id : id)));
  const used = [...ids].flatMap((id) => [own, entry.rules].flat().find((rule) => rule.id === id) ?? []);
  return Promise.all(used.sort((a, b) => byCodeUnits(a.id, b.id)).map(toCohortRule));
}

function rulesNamed(condition: Condition): readonly string[] {
  if ("allOf" in condition) return condition.allOf.flatMap(rulesNamed);
  if ("anyOf" in condition) return condition.anyOf.flatMap(rulesNamed);
  if ("not" in condition) return rulesNamed(condition.not);
  return "rule" in condition ? [condition.rule] : [];
}

/** All criteria must hold: their order says nothing, and is not kept. */
async function toCohortRule({ id, criteria, missing }: QualityRule): Promise<CohortRule> {
  const keyOf = ({ metric, op, bound }: QualityCriterion) => `${metric} ${op} ${bound}`;
  const sorted = [...criteria].sort((a, b) => byCodeUnits(keyOf(a), keyOf(b)));
  return { id, criteria: sorted, missing, sha256: await sha256Of(canonicalJson({ criteria: sorted, missing })) };
}

/** A rule of a cohort as one that units can be asked by: for those that no dataset publishes. */
export function toQualityRule({ id, criteria, missing }: CohortRule): QualityRule {
  return { id, title: id, definition: criteriaText({ criteria, missing }), source: "a cohort", criteria, missing };
}

/** The criteria as one line. */
export function criteriaText({ criteria, missing }: Pick<CohortRule, "criteria" | "missing">): string {
  const bounds = criteria.map(({ metric, op, bound }) => `${metric} ${op} ${bound}`).join(" and ");
  return missing === "fails" ? bounds : `${bounds}, unknown where a value is missing`;
}
