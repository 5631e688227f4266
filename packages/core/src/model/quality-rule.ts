import { z } from "zod";

export const COMPARISONS = [">=", ">", "<=", "<"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** A published criterion that a unit passes or fails: bounds on metrics, all of which must hold. */
export const qualityRuleSchema = z
  .strictObject({
    /** `<name>@<year>`, such as `some-lab-good@2023`; a user's own may have another version. */
    id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*@[a-z0-9][a-z0-9.-]*$/, "expected <name>@<version> in lower case"),
    title: z.string().min(1),
    /** The test, in one sentence with its bounds. */
    definition: z.string().min(1),
    /** Where it is published. */
    source: z.string().min(1),
    /** Bounds on metrics by the id of their definition. */
    criteria: z
      .array(
        z
          .strictObject({
            metric: z.string().regex(/^[a-z][a-z0-9-]*\.\w+(@[\w.-]+)?$/, "expected the id of a metric"),
            op: z.enum(COMPARISONS),
            bound: z.number(),
          })
          .readonly(),
      )
      .min(1)
      .readonly(),
    /** What follows where a metric has no value for a unit: it `fails`, or nothing is known of it. */
    missing: z.enum(["fails", "unknown"]),
  })
  .readonly();
export type QualityRule = z.infer<typeof qualityRuleSchema>;
export type QualityCriterion = QualityRule["criteria"][number];

const TESTS: Readonly<Record<Comparison, (value: number, bound: number) => boolean>> = {
  ">=": (value, bound) => value >= bound,
  ">": (value, bound) => value > bound,
  "<=": (value, bound) => value <= bound,
  "<": (value, bound) => value < bound,
};

/** Whether a value meets a bound. */
export function meetsCriterion({ op, bound }: QualityCriterion, value: number): boolean {
  return TESTS[op](value, bound);
}

/**
 * Whether a unit passes a rule; null where that cannot be said.
 *
 * One criterion that fails decides, whatever is unknown of the others. A metric that the unit does not have at all (its table lacks the
 * column) is unknown under every rule; one that is there without a value (null or NaN) is what `missing` says.
 *
 * @param metrics values by id of their definition, as {@link Unit.metrics} has them
 * @example
 * evaluateRule(rule, unit.metrics) === true; // passes
 */
export function evaluateRule(
  rule: QualityRule,
  metrics: Readonly<Record<string, number | null | undefined>>,
): boolean | null {
  let verdict: boolean | null = true;
  for (const criterion of rule.criteria) {
    const value = metrics[criterion.metric];
    const isAbsent = value === null || Number.isNaN(value);
    if (value === undefined || (isAbsent && rule.missing === "unknown")) verdict = null;
    else if (value === null || !meetsCriterion(criterion, value)) return false;
  }
  return verdict;
}
