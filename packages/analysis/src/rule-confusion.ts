/** How two rules judge the same units. */
export interface RuleConfusion {
  readonly units: number;
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
  /** Units of which one rule or both say nothing. */
  readonly unknown: number;
}

/**
 * Counts how two rules agree.
 *
 * @param first verdicts of the first rule, one a unit; null where it cannot be evaluated
 * @param second verdicts of the second on the same units
 */
export function confusionOf(first: readonly (boolean | null)[], second: readonly (boolean | null)[]): RuleConfusion {
  const count = (isWanted: (a: boolean | null, b: boolean | null) => boolean): number =>
    first.filter((verdict, i) => isWanted(verdict, second[i] ?? null)).length;
  return {
    units: first.length,
    both: count((a, b) => a === true && b === true),
    onlyFirst: count((a, b) => a === true && b === false),
    onlySecond: count((a, b) => a === false && b === true),
    neither: count((a, b) => a === false && b === false),
    unknown: count((a, b) => a === null || b === null),
  };
}
