import { QueryError, type Unit } from "@crossprobe/core";
import { InvalidArgumentError } from "commander";

/** A bound on a number of a unit: a unit without the number never meets it. */
export interface UnitCondition {
  readonly field: string;
  readonly isMet: (unit: Unit) => boolean;
  /** Whether the unit's table has the field at all, be its value absent. */
  readonly isKnown: (unit: Unit) => boolean;
}

const TESTS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  "<=": (value, bound) => value <= bound,
  ">=": (value, bound) => value >= bound,
  "<": (value, bound) => value < bound,
  ">": (value, bound) => value > bound,
  "=": (value, bound) => value === bound,
};
const FIELDS = ["firingRate", "spikeCount", "distanceFromTipUm"] as const;

/** `firingRate>=4`: a metric by its id, or one of the numbers that units of every dataset have, and a bound. */
export function parseUnitCondition(text: string): UnitCondition {
  const [, field, sign, value] = /^\s*([\w.-]+)\s*(<=|>=|<|>|=)\s*(\S+)\s*$/.exec(text) ?? [];
  const [bound, test] = [Number(value), TESTS[sign ?? ""]];
  if (field === undefined || value === undefined || test === undefined || Number.isNaN(bound)) {
    throw new InvalidArgumentError("Write <metric><sign><number> with <=, >=, <, > or =, such as 'firingRate>=4'.");
  }
  const own = FIELDS.find((name) => name === field);
  const numberOf = (unit: Unit) => (own === undefined ? unit.metrics[field] : unit[own]) ?? null;
  return {
    field,
    isMet: (unit) => {
      const found = numberOf(unit);
      return found !== null && test(found, bound);
    },
    isKnown: (unit) => own !== undefined || field in unit.metrics,
  };
}

/**
 * Refuses a condition on something that no unit has, which else would only give an empty list.
 *
 * @param known fields that a unit had
 * @param metrics every metric that a unit had
 */
export function checkConditions(
  conditions: readonly UnitCondition[],
  known: ReadonlySet<string>,
  metrics: ReadonlySet<string>,
): void {
  const unknown = conditions.find(({ field }) => !known.has(field));
  if (unknown === undefined) return;
  throw new QueryError(`no unit here has ${unknown.field}`, {
    hint: `there are: ${[...FIELDS, ...metrics].join(", ")}`,
  });
}
