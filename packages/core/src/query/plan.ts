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
  /** The published rule of each dataset, by dataset. */
  readonly rules: ReadonlyMap<string, string>;
}

/** Decides what to read. Pure. @throws {@link UnsupportedError} when a named dataset has no units */
export function planUnits(question: UnitQuestion, plugins: readonly AdapterPlugin[]): UnitPlan {
  const named = new Set([...question.datasets, ...question.probes.map(({ dataset }) => dataset)]);
  const chosen = plugins.filter(({ id }) => named.size === 0 || named.has(id));
  for (const plugin of chosen) {
    if (!plugin.capabilities.units && named.has(plugin.id)) {
      throw new UnsupportedError(`the ${plugin.id} dataset has no units`, { hint: "ask another dataset" });
    }
  }
  const answering = chosen.filter(({ capabilities }) => capabilities.units);
  return {
    datasets: answering.map(({ id }) => id),
    probes: question.probes,
    rules: new Map(answering.map(({ id, rules }) => [id, rules[0]?.id ?? ""])),
  };
}
