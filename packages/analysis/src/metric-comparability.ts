import { type MetricDefinition, type MetricOrigin, QueryError } from "@crossprobe/core";
import type { MetricColumn } from "./unit-metrics.js";

/** What is known of two columns that may be compared. */
export interface MetricComparison {
  readonly definition: MetricDefinition;
  /** Where the values of each come from. */
  readonly origins: readonly [MetricOrigin, MetricOrigin];
  /** What to say beside the numbers; null where both were computed here. */
  readonly caveat: string | null;
}

/**
 * Looks a metric up by its id.
 *
 * @throws {@link QueryError} for an id that nobody defined: its values can be read and compared with nothing
 */
export function definitionOf(definitions: readonly MetricDefinition[], id: string): MetricDefinition {
  const found = definitions.find((definition) => definition.id === id);
  if (found !== undefined) return found;
  const name = id.slice(id.indexOf(".") + 1).toLowerCase();
  const alike = definitions.filter((definition) => definition.name.toLowerCase() === name).map((known) => known.id);
  throw new QueryError(`no definition of a metric ${id}: its values, where there are any, compare with nothing`, {
    hint: alike.length > 0 ? `did you mean ${alike.join(" or ")}?` : "see the list of definitions",
  });
}

/**
 * Two metrics may be compared if and only if they have one definition.
 *
 * @throws {@link QueryError} for two ids, naming both definitions and what differs
 */
export function assertComparable(first: MetricDefinition, second: MetricDefinition): void {
  if (first.id === second.id) return;
  const told =
    first.cousins.find(({ id }) => id === second.id)?.reason ??
    second.cousins.find(({ id }) => id === first.id)?.reason;
  const formulas = `${first.id}: ${first.formula} ${second.id}: ${second.formula}`;
  const reason = told === undefined ? "they are defined apart" : `they look alike, but ${told}`;
  throw new QueryError(`${first.id} and ${second.id} must not be compared: ${reason}. ${formulas}`, {
    hint:
      second.recipe || first.recipe ? "compute one of them for the units of both" : "compare each within its dataset",
  });
}

/**
 * Checks that two columns are of one metric, and says what to mind where they do not come from one computation.
 *
 * @throws {@link QueryError} for columns of two definitions
 */
export function compareMetrics(first: MetricColumn, second: MetricColumn): MetricComparison {
  assertComparable(first.definition, second.definition);
  const origins = [first.origin, second.origin] as const;
  return { definition: first.definition, origins, caveat: caveatOf(first.definition.id, origins) };
}

function caveatOf(id: string, [first, second]: readonly [MetricOrigin, MetricOrigin]): string | null {
  if (first !== second) {
    return `One side of ${id} is as its source states it, the other was computed from spikes: versions, precision and the spikes that were counted may differ.`;
  }
  return first === "native" ? `Both sides of ${id} are as their sources state them; none was computed here.` : null;
}
