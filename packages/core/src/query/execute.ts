import type { CallOptions } from "../call-options.js";
import type { Hub } from "../hub.js";
import type { ProbeRef } from "../model/ref.js";
import type { Unit } from "../model/unit.js";
import type { UnitPlan, UnitQuestion } from "./plan.js";
import { compilePredicate } from "./predicate.js";

/** Carries a plan out: one unit table at a time, in the order of the sources. Reads no spikes. */
export async function* executeUnits(
  hub: Hub,
  question: UnitQuestion,
  plan: UnitPlan,
  options?: CallOptions,
): AsyncIterable<Unit> {
  const passes = compilePredicate(question.predicate, (dataset) => plan.rules.get(dataset) ?? "");
  let left = question.limit;
  for await (const probe of plannedProbes(hub, plan, options)) {
    if (left <= 0) return;
    const { rows } = await hub.unitTable(probe, options);
    for (const unit of rows) {
      if (!passes(unit)) continue;
      if (left-- <= 0) return;
      yield unit;
    }
  }
}

async function* plannedProbes(hub: Hub, plan: UnitPlan, options?: CallOptions): AsyncIterable<ProbeRef> {
  if (plan.probes.length > 0) {
    yield* plan.probes;
    return;
  }
  for (const dataset of plan.datasets) {
    for await (const session of hub.sessions({ dataset }, options)) {
      for (const probe of await hub.probes(session.ref, options)) yield probe.ref;
    }
  }
}
