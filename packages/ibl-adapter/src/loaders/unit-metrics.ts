import { type Column, type NumericArray, QueryError, type Table, table } from "@crossprobe/core";
import { measureUnit } from "@crossprobe/core/unit-metrics";
import { METRIC_DEFINITIONS } from "../metric-definitions.js";
import { labelUnits } from "./good-unit.js";

const NAMES = [
  "amp_max",
  "amp_min",
  "amp_median",
  "amp_std_dB",
  "contamination",
  "contamination_alt",
  "drift",
  "missed_spikes_est",
  "noise_cutoff",
  "presence_ratio",
  "presence_ratio_std",
  "slidingRP_viol",
  "spike_count",
  "slidingRP_viol_forced",
  "max_confidence",
  "min_contamination",
  "n_spikes_below2",
  "firing_rate",
] as const;
type Metrics = Record<(typeof NAMES)[number], number>;

/** Spikes of one unit, and the span of the whole recording's spikes. */
interface Train {
  readonly times: Float64Array;
  readonly amps: Float64Array;
  readonly depths: Float64Array;
  readonly first: number;
  readonly last: number;
}

/**
 * Metrics and label of every unit from its spikes: the columns of `clusters.metrics`, one row for each of `count` clusters.
 *
 * NaN where a metric is not defined, as for a unit without spikes.
 *
 * Source: `brainbox.metrics.single_units.quick_unit_metrics` (ibllib 4.1).
 *
 * @param spikes columns `times` (s, ascending), `clusters`, `amps` (V), `depths` (um), of the whole recording: rates and presence are over
 *   the span of all of them
 * @throws {@link QueryError} where a column is missing or times are out of order
 */
export function computeUnitMetrics(spikes: Table, count: number): Table {
  const column = (name: string): NumericArray => {
    const values = spikes.columns.get(name);
    if (ArrayBuffer.isView(values) && !(values instanceof BigInt64Array)) return values;
    throw new QueryError(`spikes have no column ${name} of numbers`, { hint: "load times, clusters, amps and depths" });
  };
  const [times, clusters, amps, depths] = [column("times"), column("clusters"), column("amps"), column("depths")];
  const rows: number[][] = Array.from({ length: count }, () => []);
  for (let i = 0; i < times.length; i++) {
    if (i > 0 && (times[i] ?? 0) < (times[i - 1] ?? 0)) {
      throw new QueryError(`spike ${i} is earlier than the one before`, { hint: "sort the spikes by time" });
    }
    rows[clusters[i] ?? -1]?.push(i);
  }
  const [first, last] = [times[0] ?? Number.NaN, times.at(-1) ?? Number.NaN];
  const metrics = rows.map((own) => {
    const of = (values: NumericArray): Float64Array => Float64Array.from(own, (i) => values[i] ?? Number.NaN);
    return metricsOf({ times: of(times), amps: of(amps), depths: of(depths), first, last });
  });
  const columns = new Map<string, Column>([["cluster_id", Float64Array.from({ length: count }, (_, i) => i)]]);
  for (const name of NAMES)
    columns.set(
      name,
      Float64Array.from(metrics, (row) => row[name]),
    );
  const { label, bitwiseFail } = labelUnits(columns);
  return table(columns.set("label", label).set("bitwise_fail", bitwiseFail), count);
}

function metricsOf({ times, amps, depths, first, last }: Train): Metrics {
  const measure = measureUnit({ times, amplitudes: amps, span: { first, last } });
  const found = Object.fromEntries(NAMES.map((name) => [name, Number.NaN])) as Metrics;
  for (const [name, recipe] of MEASURED) found[name] = measure(recipe).value ?? Number.NaN;
  if (times.length > 0) found.drift = (sumOfSteps(depths) / (last - first)) * 3600;
  return found;
}

/** The columns that core has a formula for. */
const MEASURED = NAMES.flatMap((name) => {
  const recipe = METRIC_DEFINITIONS.find((definition) => definition.name === name)?.recipe;
  return recipe ? [[name, recipe] as const] : [];
});

function sumOfSteps(values: Float64Array): number {
  return values.reduce((sum, value, i) => (i === 0 ? sum : sum + Math.abs(value - (values[i - 1] ?? 0))), 0);
}
