import type { Column } from "@crossprobe/core";
import { toNumberColumn } from "../table-columns.js";

/** The bounds of IBL's three criteria for a good unit. */
export const GOOD_UNIT_CRITERIA = {
  /** Percent, reached or exceeded: confidence that at most 10 % of spikes are another's (sliding refractory period). */
  minConfidence: 90,
  /** Stayed below: how abruptly small amplitudes end. */
  noiseCutoff: 5,
  /** Volts, exceeded. */
  medianAmplitude: 50e-6,
} as const;

/** Verdict on every unit of a metrics table, in the order of its rows. */
export interface GoodUnitLabels {
  /** Share of the criteria that a unit passes: 0, 1/3, 2/3 or 1, which is a good unit. */
  readonly label: Float64Array;
  /** Which failed: 1 refractory period, 2 noise cut-off, 4 amplitude, added up. */
  readonly bitwiseFail: Uint8Array;
  /** Columns that the table does not have, whose criterion every unit fails. */
  readonly missing: readonly string[];
}

/**
 * The label of every unit from its metrics; a criterion whose metric is NaN or missing fails.
 *
 * A table of an early release, without `max_confidence`, is judged by `slidingRP_viol` (1 passes) instead.
 *
 * Source: `brainbox.metrics.single_units.compute_labels` (ibllib 4.1): `label` and `bitwise_fail` of `clusters.metrics`.
 */
export function labelUnits(metrics: ReadonlyMap<string, Column>): GoodUnitLabels {
  const numbers = (name: string): ArrayLike<number> | undefined => {
    const column = metrics.get(name);
    return column === undefined ? undefined : toNumberColumn(column);
  };
  const confidence = numbers("max_confidence");
  const violation = confidence === undefined ? numbers("slidingRP_viol") : undefined;
  const [cutoff, amplitude] = [numbers("noise_cutoff"), numbers("amp_median")];
  const count = [...metrics.values()][0]?.length ?? 0;
  const label = new Float64Array(count);
  const bitwiseFail = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const isRefractory = confidence
      ? (confidence[row] ?? Number.NaN) >= GOOD_UNIT_CRITERIA.minConfidence
      : violation?.[row] === 1;
    const isWhole = (cutoff?.[row] ?? Number.NaN) < GOOD_UNIT_CRITERIA.noiseCutoff;
    const isLarge = (amplitude?.[row] ?? Number.NaN) > GOOD_UNIT_CRITERIA.medianAmplitude;
    const passed = [isRefractory, isWhole, isLarge];
    label[row] = passed.filter(Boolean).length / passed.length;
    bitwiseFail[row] = passed.reduce((bits, isPassed, bit) => bits + (isPassed ? 0 : 2 ** bit), 0);
  }
  const missing = [
    ...((confidence ?? violation) ? [] : ["max_confidence"]),
    ...(cutoff ? [] : ["noise_cutoff"]),
    ...(amplitude ? [] : ["amp_median"]),
  ];
  return { label, bitwiseFail, missing };
}

/** How a stored label and the one that follows from the metrics differ. */
export interface LabelDifference {
  readonly row: number;
  /** As the table states it; null where it states none. */
  readonly stored: number | null;
  readonly recomputed: number;
}

/** Thirds are not exact, and older tables hold them in single precision. */
const TOLERANCE = 1e-6;

/**
 * Rows whose stored `label` is not what the metrics beside it say: another release's criteria, or metrics of another sort.
 *
 * Absent: `undefined` where the table states no label.
 */
export function compareLabels(metrics: ReadonlyMap<string, Column>): readonly LabelDifference[] | undefined {
  const column = metrics.get("label");
  const stored = column === undefined ? undefined : toNumberColumn(column);
  if (stored === undefined) return undefined;
  return [...labelUnits(metrics).label].flatMap((recomputed, row): LabelDifference[] => {
    const value = stored[row];
    if (value !== undefined && Math.abs(value - recomputed) <= TOLERANCE) return [];
    return [{ row, stored: value === undefined || Number.isNaN(value) ? null : value, recomputed }];
  });
}
