import { ancestors, findRegion, type Region, regionByAcronym, UnknownRegionError } from "@crossprobe/atlas";
import { QueryError } from "../errors.js";
import type { Unit } from "../model/unit.js";

/** Inclusive bounds; a unit without the value never passes. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export interface UnitConditions {
  readonly firingRate?: Bounds;
  readonly spikeCount?: Bounds;
  readonly distanceFromTipUm?: Bounds;
  /** By the id that {@link Unit.metrics} has it under, `<dataset>.<name>`. */
  readonly metrics?: Readonly<Record<string, Bounds>>;
}

/** What a unit must be; plain data, every given part must hold. */
export interface UnitPredicate {
  /** Acronyms; a unit passes inside any of them, or of a structure below. */
  readonly regions: readonly string[];
  readonly conditions: UnitConditions;
  /** Only units that pass the dataset's published rule. */
  readonly passing: boolean;
}

/** Both conditions; of two bounds on the same thing the later one counts. */
export function bothConditions(earlier: UnitConditions, later: UnitConditions): UnitConditions {
  const metrics = { ...earlier.metrics, ...later.metrics };
  return { ...earlier, ...later, ...(Object.keys(metrics).length > 0 && { metrics }) };
}

/** Looks an acronym up. @throws {@link QueryError} with the nearest spellings for an unknown one */
export function resolveRegion(acronym: string): Region {
  try {
    return regionByAcronym(acronym);
  } catch (error) {
    if (!(error instanceof UnknownRegionError)) throw error;
    const otherCase = error.nearest.find((nearest) => nearest.toLowerCase() === acronym.trim().toLowerCase());
    const meant = otherCase ?? error.nearest.join(", ");
    throw new QueryError(`no region is called ${JSON.stringify(acronym)} in the Allen CCF 2017 structure tree`, {
      cause: error,
      hint: `${meant === "" ? "" : `did you mean ${meant}? `}Acronyms are case-sensitive`,
    });
  }
}

/** Compiles a predicate into a test. `rule` names the published rule of a unit's dataset. */
export function compilePredicate(predicate: UnitPredicate, rule: (dataset: string) => string): (unit: Unit) => boolean {
  const metrics = Object.entries(predicate.conditions.metrics ?? {});
  const wanted = new Set(predicate.regions.map((acronym) => resolveRegion(acronym).id));
  return (unit) =>
    (wanted.size === 0 || isInside(unit, wanted)) &&
    (!predicate.passing || unit.quality[rule(unit.ref.dataset)] === true) &&
    isBetween(unit.firingRate, predicate.conditions.firingRate) &&
    isBetween(unit.spikeCount, predicate.conditions.spikeCount) &&
    isBetween(unit.distanceFromTipUm, predicate.conditions.distanceFromTipUm) &&
    metrics.every(([name, bounds]) => isBetween(unit.metrics[name] ?? null, bounds));
}

function isInside(unit: Unit, wanted: ReadonlySet<number>): boolean {
  const region = unit.region === null ? undefined : findRegion(unit.region.acronym);
  return region !== undefined && [region, ...ancestors(region)].some(({ id }) => wanted.has(id));
}

function isBetween(value: number | null, bounds: Bounds | undefined): boolean {
  if (bounds === undefined) return true;
  return value !== null && value >= (bounds.min ?? -Infinity) && value <= (bounds.max ?? Infinity);
}
