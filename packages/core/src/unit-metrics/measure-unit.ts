import { amplitudeCutoff } from "./amplitude-cutoff.js";
import { type AmplitudeSummary, summarizeAmplitudes } from "./amplitudes.js";
import { DUPLICATES_TO_100_US, EXACT_DUPLICATES, hillContamination, quadraticContamination } from "./contamination.js";
import { spikesPerSecond } from "./firing-rate.js";
import { missedSpikes } from "./missed-spikes.js";
import { noiseCutoff } from "./noise-cutoff.js";
import { presenceInBins, presenceInWindows, type WindowPresence } from "./presence.js";
import type { UnitRecipe } from "./recipe-names.js";
import { type SlidingRefractoryPeriod, slidingRefractoryPeriod } from "./sliding-refractory-period.js";
import type { UnitSpikes } from "./unit-spikes.js";

/**
 * Why a metric has no value: the unit has no spikes; the source has no amplitudes, or not for each of its spikes; nothing says how
 * long the probe recorded; the formula is not defined for these spikes.
 */
export type MetricAbsence = "no-spikes" | "no-amplitudes" | "amplitudes-incomplete" | "no-span" | "not-defined";

/** A metric of one unit: a finite number, or the reason why there is none. */
export type Measurement =
  | { readonly value: number; readonly absent: null }
  | { readonly value: null; readonly absent: MetricAbsence };

/**
 * Measures one unit by any recipe. What several recipes share is computed once, and only when asked for.
 *
 * @example
 * const measure = measureUnit({ times, amplitudes, span });
 * measure("presence-in-99-bins").value;
 */
export function measureUnit(spikes: UnitSpikes): (recipe: UnitRecipe) => Measurement {
  const measures = new Measures(spikes);
  return (recipe) => {
    const { needs, of } = RECIPES[recipe];
    const absent = needs.map((need) => measures.lacks(need)).find((reason) => reason !== null);
    if (absent !== undefined) return { value: null, absent };
    const value = of(measures);
    return Number.isFinite(value) ? { value, absent: null } : { value: null, absent: "not-defined" };
  };
}

type Need = "spikes" | "span" | "amplitudes";

/** One formula: what it cannot do without, and its value; NaN where it is not defined. */
interface Recipe {
  readonly needs: readonly Need[];
  readonly of: (measures: Measures) => number;
}

const over = (of: Recipe["of"]): Recipe => ({ needs: ["span"], of });
const fired = (of: Recipe["of"]): Recipe => ({ needs: ["spikes"], of });
const both = (of: Recipe["of"]): Recipe => ({ needs: ["spikes", "span"], of });
const sized = (of: Recipe["of"]): Recipe => ({ needs: ["spikes", "amplitudes"], of });

const RECIPES: Readonly<Record<UnitRecipe, Recipe>> = {
  "spike-count": { needs: [], of: ({ times }) => times.length },
  "firing-rate-over-probe-span": over(({ times, first, last }) => spikesPerSecond(times.length, first, last)),
  "presence-in-10s-windows": over(({ windows }) => windows.ratio),
  "presence-in-10s-windows-deviation": over(({ windows }) => windows.deviation),
  "presence-in-99-bins": over(({ times, first, last }) => presenceInBins(times, first, last)),
  "contamination-hill": both(({ times, first, last }) => hillContamination(times, last - first, EXACT_DUPLICATES)),
  "contamination-hill-without-duplicates": both(({ times, first, last }) =>
    hillContamination(times, last - first, DUPLICATES_TO_100_US),
  ),
  "contamination-quadratic": fired(({ times }) => quadraticContamination(times, DUPLICATES_TO_100_US.refractoryPeriod)),
  "sliding-refractory-passes": fired(({ sliding }) => Number(sliding.passes)),
  "sliding-refractory-passes-forced": fired(({ sliding }) => Number(sliding.passesForced)),
  "sliding-refractory-confidence": fired(({ sliding }) => sliding.maxConfidence),
  "sliding-refractory-contamination": fired(({ sliding }) => sliding.minContamination),
  "sliding-refractory-pairs": fired(({ sliding }) => sliding.pairsBelow2Ms),
  "amplitude-maximum": sized(({ summary }) => summary.largest),
  "amplitude-minimum": sized(({ summary }) => summary.smallest),
  "amplitude-geometric-median": sized(({ summary }) => summary.geometricMedian),
  "amplitude-deviation-decibels": sized(({ summary }) => summary.deviationDb),
  "amplitude-cutoff-500-bins": sized(({ amplitudes }) => amplitudeCutoff(amplitudes)),
  "missed-spikes-estimate": sized(({ amplitudes }) => missedSpikes(amplitudes)),
  "noise-cutoff-99-bins": sized(({ amplitudes }) => noiseCutoff(amplitudes)),
};

const NONE = new Float64Array();

/** The spikes of a unit, and what several formulas take from them. */
class Measures {
  readonly times: Float64Array;
  /** Empty where {@link lacks} says so. */
  readonly amplitudes: Float64Array;
  readonly first: number;
  readonly last: number;
  readonly #lacking: Readonly<Record<Need, MetricAbsence | null>>;
  #sliding: SlidingRefractoryPeriod | undefined;
  #windows: WindowPresence | undefined;
  #summary: AmplitudeSummary | undefined;

  constructor({ times, amplitudes, span }: UnitSpikes) {
    this.times = times;
    this.amplitudes = amplitudes ?? NONE;
    this.first = span?.first ?? Number.NaN;
    this.last = span?.last ?? Number.NaN;
    const isComplete = this.amplitudes.length === times.length && this.amplitudes.every(Number.isFinite);
    const withoutAmplitudes = amplitudes === null ? "no-amplitudes" : isComplete ? null : "amplitudes-incomplete";
    this.#lacking = {
      spikes: times.length === 0 ? "no-spikes" : null,
      span: this.last > this.first ? null : "no-span",
      amplitudes: withoutAmplitudes,
    };
  }

  lacks(need: Need): MetricAbsence | null {
    return this.#lacking[need];
  }

  get sliding(): SlidingRefractoryPeriod {
    this.#sliding ??= slidingRefractoryPeriod(this.times);
    return this.#sliding;
  }

  get windows(): WindowPresence {
    this.#windows ??= presenceInWindows(this.times, this.first, this.last);
    return this.#windows;
  }

  get summary(): AmplitudeSummary {
    this.#summary ??= summarizeAmplitudes(this.amplitudes);
    return this.#summary;
  }
}
