import type { Table } from "@crossprobe/core";

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

/**
 * The three bounds as a test of a row. A missing metric fails a bound and passes where there is none.
 *
 * Source: AllenSDK `EcephysSession`, `filter_units_by_metrics`; its default bounds since August 2019.
 */
export function metricTest(units: Table, filters: UnitFilters): (row: number) => boolean {
  const bounds = [
    { column: "amplitude_cutoff", bound: filters.amplitudeCutoffMaximum, standard: 0.1, isMaximum: true },
    { column: "presence_ratio", bound: filters.presenceRatioMinimum, standard: 0.95, isMaximum: false },
    { column: "isi_violations", bound: filters.isiViolationsMaximum, standard: 0.5, isMaximum: true },
  ].flatMap(({ column, bound, standard, isMaximum }) => {
    const limit = bound === undefined ? standard : bound;
    return limit === null ? [] : [{ values: units.columns.get(column), limit, isMaximum }];
  });
  return (row) =>
    bounds.every(({ values, limit, isMaximum }) => {
      const value = Number(values?.[row] ?? Number.NaN);
      return isMaximum ? value <= limit : value >= limit;
    });
}
