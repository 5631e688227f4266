/** What is computed from the vocabulary, for any dataset: pure functions over tables, signals and a hub. */

export {
  type Caveat,
  type CaveatContext,
  type Concern,
  caveatsOf,
  type DatasetFacts,
  labelList,
} from "./comparability.js";
export type { CompareHub, CompareOptions, CompareProgress, CompareSettings } from "./compare/options.js";
export type {
  Absence,
  BandPowers,
  ChannelCounts,
  CompareResult,
  DatasetProvenance,
  DatasetTotals,
  EventCounts,
  Failure,
  LfpUse,
  RegionComparison,
  RegionFindings,
  RegionPsth,
  RegionRates,
  UnitCounts,
} from "./compare/result.js";
export { compare } from "./compare.js";
export {
  DEFAULT_EVOKED_WINDOW,
  type EvokedOptions,
  type EvokedPotential,
  readEvokedPotential,
} from "./evoked.js";
export {
  countSpikes,
  firingRate,
  RATE_INTERVAL_KINDS,
  type RateIntervalKind,
  type UnitRate,
  unitRate,
} from "./firing-rates.js";
export { concerning, durationOf, isCovered, isInside, touchesAny, unionOf, widened } from "./intervals.js";
export {
  INVALID_MARGIN,
  type LfpDensity,
  type LfpDensityOptions,
  readLfpDensity,
  type SegmentCounts,
} from "./lfp-density.js";
export {
  assertComparable,
  compareMetrics,
  definitionOf,
  type MetricComparison,
} from "./metric-comparability.js";
export {
  binStarts,
  DEFAULT_PSTH_BINS,
  type PopulationPsth,
  type PsthBins,
  populationPsth,
  psthCounts,
  psthRates,
} from "./psth.js";
export { type MeanAndError, meanAndError, type Quartiles, quantileOfSorted, quartiles } from "./quantiles.js";
export { assignRegion, type RegionAssignment } from "./regions.js";
export {
  GRID_RATE,
  type Grid,
  type GridBlock,
  GridResampler,
  gridOf,
  readOnGrid,
  type SampleBlock,
} from "./resample.js";
export { confusionOf, type RuleConfusion } from "./rule-confusion.js";
export {
  type Band,
  bandPower,
  DEFAULT_BANDS,
  DEFAULT_WELCH,
  Welch,
  type WelchSettings,
  welchFrequencies,
} from "./spectrum.js";
export {
  type MetricColumn,
  type MetricsHub,
  metricsOfUnit,
  nativeMetric,
  type RecomputedMetrics,
  type RecomputeOptions,
  recomputable,
  recomputeMetrics,
} from "./unit-metrics.js";
export { FILTER_HALF_LENGTH, interpolateAt, PASSBAND_END, STOPBAND_START, sincWeight } from "./windowed-sinc.js";
