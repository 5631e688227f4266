import { QueryError, type Table } from "@crossprobe/core";

/** Which units of a session file count. Bounds are inclusive; null is no bound, and 0 is a bound like any other. */
export interface UnitFilters {
  /** Units of quality `good` on channels that the file calls usable; `true` if not given. */
  readonly byValidity?: boolean | undefined;
  /** Units whose peak channel has a label; `true` if not given. */
  readonly inBrain?: boolean | undefined;
  /** 0.1 if not given. */
  readonly amplitudeCutoffMaximum?: number | null | undefined;
  /** 0.95 if not given. */
  readonly presenceRatioMinimum?: number | null | undefined;
  /** 0.5 if not given. */
  readonly isiViolationsMaximum?: number | null | undefined;
}

/** Every unit that the file holds: no filter at all. */
export const EVERY_UNIT: UnitFilters = {
  byValidity: false,
  inBrain: false,
  amplitudeCutoffMaximum: null,
  presenceRatioMinimum: null,
  isiViolationsMaximum: null,
};

/** One test of a unit; those that fail it are counted under its name. */
export interface SessionUnitRule {
  /** The notice about those that failed is `units-dropped-<name>`. */
  readonly name: string;
  /** The test, in words with its bound. */
  readonly definition: string;
  readonly passes: (row: number) => boolean;
}

const BOUNDS = [
  { filter: "amplitudeCutoffMaximum", column: "amplitude_cutoff", standard: 0.1, isMaximum: true },
  { filter: "presenceRatioMinimum", column: "presence_ratio", standard: 0.95, isMaximum: false },
  { filter: "isiViolationsMaximum", column: "isi_violations", standard: 0.5, isMaximum: true },
] as const;

/**
 * The three bounds as tests of a row. A unit without the metric fails a bound and passes where there is none.
 *
 * Source: AllenSDK `EcephysSession`, `filter_units_by_metrics`; its default bounds since August 2019.
 */
export function metricRules(
  units: Table,
  filters: UnitFilters,
): readonly (SessionUnitRule & { readonly column: string })[] {
  return BOUNDS.flatMap(({ filter, column, standard, isMaximum }) => {
    const limit = filters[filter] === undefined ? standard : filters[filter];
    if (limit === null) return [];
    const values = units.columns.get(column);
    const valueAt = (row: number) => Number(values?.[row] ?? Number.NaN);
    return {
      column,
      name: filter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      definition: `${column} ${isMaximum ? "<=" : ">="} ${limit}`,
      passes: (row: number) => (isMaximum ? valueAt(row) <= limit : valueAt(row) >= limit),
    };
  });
}

/** @throws {@link QueryError} for a filter that there is not, or a bound that is no number */
export function checkUnitFilters(filters: UnitFilters): void {
  const known = Object.keys(EVERY_UNIT);
  const unknown = Object.keys(filters).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new QueryError(`There is no unit filter ${JSON.stringify(unknown)}.`, {
      hint: `There are: ${known.join(", ")}.`,
    });
  }
  for (const { filter } of BOUNDS) {
    const bound: unknown = filters[filter];
    if (bound === undefined || bound === null || (typeof bound === "number" && !Number.isNaN(bound))) continue;
    throw new QueryError(`${filter} is ${String(bound)}, which is no bound.`, {
      hint: "Give a number, or null for no bound.",
    });
  }
}
