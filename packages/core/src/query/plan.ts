import type { AdapterPlugin } from "../adapter.js";
import { UnsupportedError } from "../errors.js";
import type { ProbeRef } from "../model/ref.js";
import type { UnitPredicate } from "./predicate.js";

/** A question about units, as plain data. */
export interface UnitQuestion {
  /** Only these datasets; all if empty. */
  readonly datasets: readonly string[];
  /** Only these probes; all if empty. */
  readonly probes: readonly ProbeRef[];
  readonly predicate: UnitPredicate;
  readonly limit: number;
}

/** What answering would read: which datasets, and whose unit tables. */
export interface UnitPlan {
  readonly datasets: readonly string[];
  /** Probes named by the question; empty means every probe of the datasets. */
  readonly probes: readonly ProbeRef[];
  /** The published rule of each dataset that has one, by dataset. */
  readonly rules: ReadonlyMap<string, string>;
}

/**
 * Decides what to read: the probes that are both named and of a wanted dataset. Pure.
 *
 * @throws {@link UnsupportedError} when a named dataset has no units, or passing units are wanted of one without a rule
 */
export function planUnits(question: UnitQuestion, plugins: readonly AdapterPlugin[]): UnitPlan {
  const isWanted = (id: string) => question.datasets.length === 0 || question.datasets.includes(id);
  const probes = question.probes.filter(({ dataset }) => isWanted(dataset));
  const named = new Set(question.probes.length === 0 ? question.datasets : probes.map(({ dataset }) => dataset));
  const isEverything = question.probes.length === 0 && question.datasets.length === 0;
  const chosen = plugins.filter(({ id }) => isEverything || named.has(id));
  const answering = chosen.filter((plugin) => isAnswering(plugin, named.has(plugin.id), question.predicate));
  return {
    datasets: answering.map(({ id }) => id),
    probes,
    rules: new Map(answering.flatMap(({ id, rules: [rule] }) => (rule === undefined ? [] : [[id, rule.id]]))),
  };
}

function isAnswering(
  { id, capabilities, rules }: AdapterPlugin,
  isNamed: boolean,
  { passing }: UnitPredicate,
): boolean {
  if (!capabilities.units) {
    if (!isNamed) return false;
    throw new UnsupportedError(`the ${id} dataset has no units`, { hint: "ask another dataset" });
  }
  if (!passing || rules.length > 0) return true;
  throw new UnsupportedError(`the ${id} dataset has no published rule for units`, {
    hint: "ask for all of its units, or for another dataset",
  });
}
