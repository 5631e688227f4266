import type { MetricDefinition } from "@crossprobe/core";
import { DATASET } from "./vocabulary.js";

const SINGLE_UNITS = "ibllib 4.1, brainbox.metrics.single_units";
const SLIDING = "slidingRP 1.1.1, metrics.slidingRP, as called by brainbox.metrics.single_units";
const SORTING = "ALF object clusters of the spike sorting (pykilosort, iblsorter)";
const PROBE_SPAN = "Times run from the first to the last spike of the probe, of any unit.";
const SCALED = "Amplitudes are the sorter's: the template's peak to peak, scaled spike by spike.";
const DECIBELS = "Amplitudes in single precision make it differ by 1e-6 from what brainbox computes in that precision.";

type Told = Pick<MetricDefinition, "title" | "formula" | "unit" | "direction" | "range"> &
  Partial<Pick<MetricDefinition, "pitfalls" | "cousins" | "recipe">>;

function define(name: string, source: string, told: Told): MetricDefinition {
  return { id: `${DATASET}.${name}`, name, source, pitfalls: [], cousins: [], recipe: null, ...told };
}

const ALLEN_HILL = {
  id: "allen.isi_violations",
  reason: "that is the Hill form over 2 n 1.5 ms without a minimal interval: a relative rate of another scale",
};

const SPIKE_METRICS: readonly MetricDefinition[] = [
  define("spike_count", `${SINGLE_UNITS}.quick_unit_metrics`, {
    title: "Spikes",
    formula: "Spikes of the unit in the recording.",
    unit: "{spikes}",
    direction: "none",
    range: [0, null],
    recipe: "spike-count",
  }),
  define("firing_rate", `${SINGLE_UNITS}.quick_unit_metrics`, {
    title: "Firing rate",
    formula: "Spikes divided by the time from the first to the last spike of the probe.",
    unit: "Hz",
    direction: "none",
    range: [0, null],
    pitfalls: [PROBE_SPAN],
    cousins: [
      {
        id: "allen.firing_rate",
        reason:
          "the span is that of another set of spikes: these keep the units that a curator calls noise, theirs do not",
      },
    ],
    recipe: "firing-rate-over-probe-span",
  }),
  define("presence_ratio", `${SINGLE_UNITS}.quick_unit_metrics (presence_window 10)`, {
    title: "Presence ratio in windows of 10 s",
    formula:
      "Share of windows of 10 s with a spike, from the first spike of the probe to half a window beyond its last one.",
    unit: "1",
    direction: "higher-is-better",
    range: [0, 1],
    pitfalls: ["The last window may reach beyond the recording, and count as empty.", PROBE_SPAN],
    cousins: [
      {
        id: "allen.presence_ratio",
        reason: "that takes 99 bins for the whole recording and divides by 100, so that it never exceeds 0.99",
      },
    ],
    recipe: "presence-in-10s-windows",
  }),
  define("presence_ratio_std", `${SINGLE_UNITS}.quick_unit_metrics (presence_window 10)`, {
    title: "Deviation of the counts in windows of 10 s",
    formula: "Population standard deviation of the spike counts in the windows of presence_ratio.",
    unit: "{spikes}",
    direction: "none",
    range: [0, null],
    pitfalls: ["It grows with the firing rate, and is no deviation of the ratio."],
    recipe: "presence-in-10s-windows-deviation",
  }),
  define("contamination", `${SINGLE_UNITS}.contamination (refractory_period 0.0015, min_isi 0.0001)`, {
    title: "Relative rate of contaminating spikes (Hill)",
    formula:
      "v / (2 n (1.5 ms - 0.1 ms)) / (n / T) with n spikes after those within 0.1 ms of the one before are taken out, v intervals below 1.5 ms, and T from the first to the last spike of the probe.",
    unit: "1",
    direction: "lower-is-better",
    range: [0, null],
    pitfalls: [
      "The default of the function is 2 ms; the pipeline passes 1.5 ms.",
      "It is no share of spikes, and exceeds 1 where contamination is strong.",
      PROBE_SPAN,
    ],
    cousins: [
      ALLEN_HILL,
      { id: "ibl.contamination_alt", reason: "that solves the quadratic equation and is a share of spikes" },
      { id: "ibl.min_contamination", reason: "that is the least contamination a test excludes, in percent" },
    ],
    recipe: "contamination-hill-without-duplicates",
  }),
  define("contamination_alt", `${SINGLE_UNITS}.contamination_alt (refractory_period 0.0015)`, {
    title: "Share of contaminating spikes (quadratic)",
    formula:
      "The root of least absolute value of -x^2 + x + c, without its sign, with c = T v / (2 (1.5 ms) n^2), n spikes, v intervals below 1.5 ms, and T from the first to the last spike of the unit.",
    unit: "1",
    direction: "lower-is-better",
    range: [0, null],
    pitfalls: ["The sign of c is as in the code: the value is no probability, and exceeds 1 for large c."],
    cousins: [
      ALLEN_HILL,
      { id: "ibl.contamination", reason: "that is the linear form over the span of the probe, duplicates taken out" },
      { id: "ibl.min_contamination", reason: "that is the least contamination a test excludes, in percent" },
    ],
    recipe: "contamination-quadratic",
  }),
  define("slidingRP_viol", SLIDING, {
    title: "Passes the sliding refractory period",
    formula:
      "1 where some refractory period between 0.5 and 10 ms excludes a contamination above 10 % with 90 % confidence, else 0.",
    unit: null,
    direction: "higher-is-better",
    range: [0, 1],
    pitfalls: [
      "1 is a pass, although the name speaks of violations.",
      "The newer criterion max_confidence >= 90 is the same test.",
      "Units of low rate fail for want of evidence, not of cleanness.",
    ],
    cousins: [
      { id: "ibl.slidingRP_viol_forced", reason: "that only marks units without pairs below 2 ms that fail the test" },
      { id: "allen.isi_violations", reason: "that is a rate, no verdict" },
    ],
    recipe: "sliding-refractory-passes",
  }),
  define("slidingRP_viol_forced", SLIDING, {
    title: "Without pairs below 2 ms although the test excludes nothing",
    formula:
      "1 where the unit has no pair of spikes below 2 ms, more than 0.5 spikes/s, and no contamination that the sliding refractory period excludes, else 0.",
    unit: null,
    direction: "none",
    range: [0, 1],
    cousins: [{ id: "ibl.slidingRP_viol", reason: "that is the verdict of the test itself" }],
    recipe: "sliding-refractory-passes-forced",
  }),
  define("max_confidence", SLIDING, {
    title: "Confidence that contamination is at most 10 %",
    formula:
      "Greatest confidence, over refractory periods between 0.5 and 10 ms, that at most 10 % of the spikes are another's, from a Poisson count of pairs.",
    unit: "%",
    direction: "higher-is-better",
    range: [0, 100],
    pitfalls: ["It grows with rate and length of the recording: it says how sure one is, not how clean the unit is."],
    cousins: [{ id: "allen.isi_violations", reason: "that is a rate of contamination, no confidence" }],
    recipe: "sliding-refractory-confidence",
  }),
  define("min_contamination", SLIDING, {
    title: "Least contamination that the test excludes",
    formula:
      "Least of 0.5, 1, ... 34.5 % that some refractory period between 0.5 and 10 ms excludes with 90 % confidence.",
    unit: "%",
    direction: "lower-is-better",
    range: [0.5, 34.5],
    pitfalls: ["Null where no contamination is excluded, which is the worst outcome, not a missing one."],
    cousins: [
      { id: "allen.isi_violations", reason: "that estimates the contamination, this bounds it" },
      { id: "ibl.contamination", reason: "that estimates the contamination, this bounds it" },
      { id: "ibl.contamination_alt", reason: "that estimates the contamination, this bounds it" },
    ],
    recipe: "sliding-refractory-contamination",
  }),
  define("n_spikes_below2", SLIDING, {
    title: "Pairs of spikes below 2 ms",
    formula: "Pairs of spikes of the unit, neighbours or not, less than 2 ms apart (whole samples of 30 kHz).",
    unit: "{pairs}",
    direction: "lower-is-better",
    range: [0, null],
    pitfalls: ["It counts pairs, not spikes."],
    recipe: "sliding-refractory-pairs",
  }),
  define("drift", `${SINGLE_UNITS}.quick_unit_metrics`, {
    title: "Path of the spikes' depth an hour",
    formula: "Sum of the absolute changes of depth from spike to spike, divided by the span of the probe in hours.",
    unit: "um/h",
    direction: "lower-is-better",
    range: [0, null],
    pitfalls: ["It grows with the firing rate: mostly noise of single depths, no movement of the tissue.", PROBE_SPAN],
    cousins: [
      { id: "allen.max_drift", reason: "that is a range of medians over intervals of 100 s" },
      { id: "allen.cumulative_drift", reason: "that sums changes of medians over intervals of 100 s" },
    ],
  }),
];

const AMPLITUDE_METRICS: readonly MetricDefinition[] = [
  define("amp_max", `${SINGLE_UNITS}.quick_unit_metrics`, {
    title: "Largest amplitude",
    formula: "Largest amplitude of the unit's spikes.",
    unit: "V",
    direction: "none",
    range: [0, null],
    pitfalls: [SCALED],
    recipe: "amplitude-maximum",
  }),
  define("amp_min", `${SINGLE_UNITS}.quick_unit_metrics`, {
    title: "Smallest amplitude",
    formula: "Smallest amplitude of the unit's spikes.",
    unit: "V",
    direction: "none",
    range: [0, null],
    pitfalls: [SCALED],
    recipe: "amplitude-minimum",
  }),
  define("amp_median", `${SINGLE_UNITS}.quick_unit_metrics`, {
    title: "Median amplitude",
    formula: "10^(m / 20) with m the median of 20 log10 of the amplitudes of the unit's spikes.",
    unit: "V",
    direction: "higher-is-better",
    range: [0, null],
    pitfalls: ["Volts, where rules are quoted in microvolts.", SCALED, DECIBELS],
    cousins: [
      { id: "allen.amplitude", reason: "that is the amplitude of the mean waveform, in microvolts" },
      { id: "ibl.amps", reason: "that is the sorting's own value for the cluster" },
    ],
    recipe: "amplitude-geometric-median",
  }),
  define("amp_std_dB", `${SINGLE_UNITS}.quick_unit_metrics`, {
    title: "Deviation of the amplitudes",
    formula: "Sample standard deviation of 20 log10 of the amplitudes of the unit's spikes.",
    unit: "dB",
    direction: "none",
    range: [0, null],
    pitfalls: [SCALED, DECIBELS],
    recipe: "amplitude-deviation-decibels",
  }),
  define("missed_spikes_est", `${SINGLE_UNITS}.missed_spikes_est (spks_per_bin 10, sigma 4, min_num_bins 50)`, {
    title: "Share of spikes below the detection threshold",
    formula:
      "Histogram of amplitudes with a bin for ten spikes, smoothed by a Gaussian of 4 bins; the share beyond its peak from the bin whose height is nearest to that of the first bin; at most 0.5.",
    unit: "1",
    direction: "lower-is-better",
    range: [0, 0.5],
    pitfalls: ["Null for 500 spikes or fewer.", "0.5 says that it could not be estimated.", DECIBELS],
    cousins: [
      { id: "allen.amplitude_cutoff", reason: "that takes 500 bins whatever the count, and smooths by 3 bins" },
      { id: "ibl.noise_cutoff", reason: "that counts standard deviations, no share of spikes" },
    ],
    recipe: "missed-spikes-estimate",
  }),
  define("noise_cutoff", `${SINGLE_UNITS}.noise_cutoff (quantile_length 0.25, n_bins 100)`, {
    title: "How abruptly small amplitudes end",
    formula:
      "Of a histogram of amplitudes with 100 edges from 0: the second occupied bin less the mean of the bins in the upper half beyond the peak, in standard deviations of those.",
    unit: "1",
    direction: "lower-is-better",
    range: [null, null],
    pitfalls: [
      "The bound is 5 in the code; slides say 20, another framework uses 25.",
      "Null where the upper half does not vary, as for units with few spikes; the rule then fails.",
    ],
    cousins: [
      { id: "allen.amplitude_cutoff", reason: "that is a share of spikes, this counts standard deviations" },
      { id: "ibl.missed_spikes_est", reason: "that is a share of spikes, this counts standard deviations" },
    ],
    recipe: "noise-cutoff-99-bins",
  }),
];

const VERDICTS: readonly MetricDefinition[] = [
  define("label", `${SINGLE_UNITS}.compute_labels`, {
    title: "Share of the criteria of a good unit that pass",
    formula: "Mean of three verdicts: refractory period, noise cut-off below 5, median amplitude above 50 uV.",
    unit: "1",
    direction: "higher-is-better",
    range: [0, 1],
    pitfalls: [
      "A good unit has 1; a filter above 0.5 lets 2/3 pass as well.",
      "Early releases judged by another noise cut-off: the label may not follow from the metrics beside it.",
    ],
  }),
  define("bitwise_fail", `${SINGLE_UNITS}.compute_labels`, {
    title: "Criteria of a good unit that fail",
    formula: "Sum of 1 (refractory period), 2 (noise cut-off) and 4 (median amplitude) for the criteria that fail.",
    unit: null,
    direction: "lower-is-better",
    range: [0, 7],
    pitfalls: ["Bits, no number to average or to order by."],
  }),
];

const SORTING_METRICS: readonly MetricDefinition[] = [
  define("amps", `${SORTING}, clusters.amps`, {
    title: "Amplitude of the cluster",
    formula: "Mean amplitude of the unit's spikes as the sorting states it.",
    unit: "V",
    direction: "none",
    range: [0, null],
    pitfalls: [SCALED],
    cousins: [
      { id: "allen.amplitude", reason: "that is the amplitude of the mean waveform, in microvolts" },
      { id: "ibl.amp_median", reason: "that is a median over spikes" },
    ],
  }),
  define("depths", `${SORTING}, clusters.depths`, {
    title: "Depth of the cluster",
    formula: "Distance of the unit from the tip along the probe, from the template of the sorting.",
    unit: "um",
    direction: "none",
    range: [null, null],
    pitfalls: ["It lies between sites: the peak channel's own place is distanceFromTipUm."],
  }),
  define("peakToTrough", `${SORTING}, clusters.peakToTrough`, {
    title: "Peak-to-trough time of the template",
    formula: "Time between the peak and the trough of the sorter's template on its largest channel.",
    unit: "ms",
    direction: "none",
    range: [null, null],
    pitfalls: ["The sign says which of the two comes first."],
    cousins: [{ id: "allen.duration", reason: "that is measured on the upsampled mean waveform, and has no sign" }],
  }),
];

/** What the columns of `clusters.metrics` mean, and the numbers of clusters that lie in arrays of their own. */
export const METRIC_DEFINITIONS: readonly MetricDefinition[] = [
  ...SPIKE_METRICS,
  ...AMPLITUDE_METRICS,
  ...VERDICTS,
  ...SORTING_METRICS,
];
