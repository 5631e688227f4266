import type { CallOptions } from "../call-options.js";
import { QueryError } from "../errors.js";
import type { Hub } from "../hub.js";
import type { ProbeRef } from "../model/ref.js";
import type { Unit } from "../model/unit.js";
import { executeUnits } from "./execute.js";
import { planUnits, type UnitPlan, type UnitQuestion } from "./plan.js";
import { bothConditions, resolveRegion, type UnitConditions } from "./predicate.js";

/** A question about units. Each call gives a new question; nothing is read before {@link stream}. */
export interface UnitQuery {
  readonly question: UnitQuestion;
  /**
   * Units labelled with this structure or one below it; several calls widen the choice.
   *
   * @throws {@link QueryError} for an unknown acronym, with the nearest spellings
   */
  inRegion(acronym: string): UnitQuery;
  /** @throws {@link QueryError} for a dataset that is not registered */
  ofDataset(id: string): UnitQuery;
  ofProbe(probe: ProbeRef): UnitQuery;
  /** Inclusive bounds; a unit without the value does not pass. */
  where(conditions: UnitConditions): UnitQuery;
  /** Only units that pass their dataset's published rule: each dataset has its own, see `Hub.dataset(id).rules`. */
  passing(): UnitQuery;
  limit(count: number): UnitQuery;
  /** Which tables would be read. Pure. */
  plan(): UnitPlan;
  /** The units, one probe's table after the other. */
  stream(options?: CallOptions): AsyncIterable<Unit>;
  toArray(options?: CallOptions): Promise<Unit[]>;
}

const EVERYTHING: UnitQuestion = {
  datasets: [],
  probes: [],
  predicate: { regions: [], conditions: {}, passing: false },
  limit: Infinity,
};

export function unitQuery(hub: Hub, question: UnitQuestion = EVERYTHING): UnitQuery {
  const next = (change: Partial<UnitQuestion>) => unitQuery(hub, { ...question, ...change });
  const narrowed = (change: Partial<UnitQuestion["predicate"]>) =>
    next({ predicate: { ...question.predicate, ...change } });
  const query: UnitQuery = {
    question,
    inRegion: (acronym) => narrowed({ regions: [...question.predicate.regions, resolveRegion(acronym).acronym] }),
    ofDataset: (id) => next({ datasets: [...question.datasets, hub.dataset(id).id] }),
    ofProbe: (probe) => next({ probes: [...question.probes, probe] }),
    where: (conditions) => narrowed({ conditions: bothConditions(question.predicate.conditions, conditions) }),
    passing: () => narrowed({ passing: true }),
    limit: (count) => next({ limit: checkedLimit(count) }),
    plan: () => planUnits(question, hub.datasets()),
    stream: (options) => executeUnits(hub, question, query.plan(), options),
    toArray: async (options) => {
      const units: Unit[] = [];
      for await (const unit of query.stream(options)) units.push(unit);
      return units;
    },
  };
  return Object.freeze(query);
}

function checkedLimit(count: number): number {
  if (Number.isInteger(count) && count >= 0) return count;
  throw new QueryError(`a limit of ${count} units makes no sense`, { hint: "give a whole number, zero or more" });
}
