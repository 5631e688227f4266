import { type Column, type NumericArray, QueryError, type Table, table } from "@crossprobe/core";
import { missedSpikes, noiseCutoff } from "./amplitude-metrics.js";
import { labelUnits } from "./good-unit.js";
import { slidingRefractoryPeriod } from "./sliding-rp.js";

/** Seconds. Source: `brainbox.metrics.single_units.METRICS_PARAMS`. */
const [REFRACTORY, MIN_INTERVAL, PRESENCE_WINDOW] = [0.0015, 0.0001, 10];

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

function metricsOf(train: Train): Metrics {
  const { times, first, last } = train;
  const span = last - first;
  const counted = { ...presence(train), spike_count: times.length, firing_rate: times.length / span };
  if (times.length === 0) return { ...UNDEFINED, ...counted };
  const sliding = slidingRefractoryPeriod(times);
  return {
    ...counted,
    ...amplitudes(train.amps),
    contamination: contamination(times, span),
    contamination_alt: contaminationByQuadratic(times),
    drift: (sumOfSteps(train.depths) / span) * 3600,
    slidingRP_viol: sliding.passes ? 1 : 0,
    slidingRP_viol_forced: sliding.passesForced ? 1 : 0,
    max_confidence: sliding.maxConfidence,
    min_contamination: sliding.minContamination,
    n_spikes_below2: sliding.pairsBelow2Ms,
  };
}

const UNDEFINED: Metrics = {
  amp_max: Number.NaN,
  amp_min: Number.NaN,
  amp_median: Number.NaN,
  amp_std_dB: Number.NaN,
  contamination: Number.NaN,
  contamination_alt: Number.NaN,
  drift: Number.NaN,
  missed_spikes_est: Number.NaN,
  noise_cutoff: Number.NaN,
  presence_ratio: Number.NaN,
  presence_ratio_std: Number.NaN,
  slidingRP_viol: Number.NaN,
  spike_count: Number.NaN,
  slidingRP_viol_forced: Number.NaN,
  max_confidence: Number.NaN,
  min_contamination: Number.NaN,
  n_spikes_below2: Number.NaN,
  firing_rate: Number.NaN,
};

/** Share of windows of 10 s with a spike, and standard deviation of their counts. */
function presence({ times, first, last }: Train): Pick<Metrics, "presence_ratio" | "presence_ratio_std"> {
  const counts = new Float64Array(Math.ceil((last + PRESENCE_WINDOW / 2 - first) / PRESENCE_WINDOW));
  for (const time of times) {
    const bin = Math.floor((time - first) / PRESENCE_WINDOW);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const mean = times.length / counts.length;
  const variance = counts.reduce((sum, value) => sum + (value - mean) ** 2, 0) / counts.length;
  return {
    presence_ratio: counts.filter((value) => value > 0).length / counts.length,
    presence_ratio_std: Math.sqrt(variance),
  };
}

type AmplitudeMetrics = "amp_max" | "amp_min" | "amp_median" | "amp_std_dB" | "missed_spikes_est" | "noise_cutoff";

function amplitudes(amps: Float64Array): Pick<Metrics, AmplitudeMetrics> {
  const decibels = amps.map((amp) => 20 * Math.log10(amp)).sort();
  const half = Math.floor(decibels.length / 2);
  const upper = decibels[half] ?? Number.NaN;
  const middle = decibels.length % 2 === 1 ? upper : ((decibels[half - 1] ?? Number.NaN) + upper) / 2;
  const mean = decibels.reduce((sum, value) => sum + value, 0) / decibels.length;
  const squares = decibels.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    amp_max: amps.reduce((max, amp) => Math.max(max, amp), Number.NEGATIVE_INFINITY),
    amp_min: amps.reduce((min, amp) => Math.min(min, amp), Number.POSITIVE_INFINITY),
    amp_median: 10 ** (middle / 20),
    amp_std_dB: decibels.length < 2 ? Number.NaN : Math.sqrt(squares / (decibels.length - 1)),
    missed_spikes_est: missedSpikes(amps),
    noise_cutoff: noiseCutoff(amps),
  };
}

/** Rate of refractory violations over the unit's rate, after spikes that double the one before are taken out. */
function contamination(times: Float64Array, span: number): number {
  const kept = times.filter((time, i) => i === 0 || time - (times[i - 1] ?? 0) > MIN_INTERVAL);
  const violations = intervalsBelow(kept, REFRACTORY);
  return violations / (2 * kept.length * (REFRACTORY - MIN_INTERVAL)) / (kept.length / span);
}

/** Smaller root of `-x^2 + x + c`, without its sign. */
function contaminationByQuadratic(times: Float64Array): number {
  const duration = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const c = (duration * intervalsBelow(times, REFRACTORY)) / (2 * REFRACTORY * times.length ** 2);
  return (2 * c) / (1 + Math.sqrt(1 + 4 * c));
}

function intervalsBelow(times: Float64Array, bound: number): number {
  return times.filter((time, i) => i > 0 && time - (times[i - 1] ?? 0) < bound).length;
}

function sumOfSteps(values: Float64Array): number {
  return values.reduce((sum, value, i) => (i === 0 ? sum : sum + Math.abs(value - (values[i - 1] ?? 0))), 0);
}
