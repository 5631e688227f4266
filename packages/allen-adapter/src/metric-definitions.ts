import type { MetricDefinition } from "@crossprobe/core";
import { ANALYSIS_METRIC_DEFINITIONS } from "./analysis-metric-definitions.js";
import { DATASET } from "./vocabulary.js";

const QUALITY = "ecephys_spike_sorting (Allen Institute), modules/quality_metrics/metrics.py";
const WAVEFORM = "ecephys_spike_sorting (Allen Institute), modules/mean_waveforms/waveform_metrics.py";
const RELEASE_SPAN =
  "Times run from the first to the last spike of the probe's sorting, in which spikes of noise units still stood: they are not released.";
const SAMPLED = "It rests on a random sample of spikes: computing it again gives another value.";
const FEATURES = "It needs the principal components of the sorting, which are not released.";

type Told = Pick<MetricDefinition, "title" | "formula" | "unit" | "direction" | "range"> &
  Partial<Pick<MetricDefinition, "pitfalls" | "cousins" | "recipe">>;

function define(name: string, source: string, told: Told): MetricDefinition {
  return { id: `${DATASET}.${name}`, name, source, pitfalls: [], cousins: [], recipe: null, ...told };
}

const SPIKE_METRICS: readonly MetricDefinition[] = [
  define("firing_rate", `${QUALITY}, firing_rate`, {
    title: "Firing rate",
    formula: "Spikes divided by the time from the first to the last spike of the probe.",
    unit: "Hz",
    direction: "none",
    range: [0, null],
    pitfalls: [
      RELEASE_SPAN,
      "Documents disagree: a docstring says first to last spike, a tutorial the whole recording; the code is as above.",
    ],
    cousins: [
      {
        id: "ibl.firing_rate",
        reason:
          "the span is that of another set of spikes: theirs keep the units that a curator calls noise, these do not",
      },
    ],
    recipe: "firing-rate-over-probe-span",
  }),
  define("presence_ratio", `${QUALITY}, presence_ratio`, {
    title: "Presence ratio in 99 bins",
    formula: "Of 99 equal bins from the first to the last spike of the probe, those with a spike, divided by 100.",
    unit: "1",
    direction: "higher-is-better",
    range: [0, 0.99],
    pitfalls: [
      "The number of edges is taken for that of the bins, so that it never exceeds 0.99.",
      "A bin lasts a hundredth of the recording, so that its length differs from session to session.",
      RELEASE_SPAN,
    ],
    cousins: [
      {
        id: "ibl.presence_ratio",
        reason: "that is the share of windows of 10 s: the same train gives another number, and it reaches 1",
      },
    ],
    recipe: "presence-in-99-bins",
  }),
  define("isi_violations", `${QUALITY}, isi_violations (isi_threshold 0.0015, min_isi 0)`, {
    title: "Relative rate of contaminating spikes (Hill)",
    formula:
      "v / (2 n 0.0015 s) / (n / T) with n spikes after those at the very time of another are taken out, v intervals below 1.5 ms, and T from the first to the last spike of the probe.",
    unit: "1",
    direction: "lower-is-better",
    range: [0, null],
    pitfalls: ["It is no share of intervals or of spikes, and exceeds 1 where contamination is strong.", RELEASE_SPAN],
    cousins: [
      {
        id: "ibl.contamination",
        reason: "that takes out spikes within 0.1 ms of another and divides by 2 n (1.5 ms - 0.1 ms)",
      },
      {
        id: "ibl.contamination_alt",
        reason: "that solves the quadratic equation, over first to last spike of the unit, and is a share of spikes",
      },
      { id: "ibl.slidingRP_viol", reason: "that is the verdict of a test of confidence over many refractory periods" },
      { id: "ibl.max_confidence", reason: "that is a confidence in percent, no rate of contamination" },
      { id: "ibl.min_contamination", reason: "that is the least contamination a test excludes, in percent" },
    ],
    recipe: "contamination-hill",
  }),
  define("amplitude_cutoff", `${QUALITY}, amplitude_cutoff (500 bins, smoothing 3)`, {
    title: "Share of spikes below the detection threshold",
    formula:
      "Histogram of amplitudes in 500 bins, smoothed by a Gaussian of 3 bins; the area beyond its peak from the bin whose height is nearest to that of the first bin; at most 0.5.",
    unit: "1",
    direction: "lower-is-better",
    range: [0, 0.5],
    pitfalls: [
      "0.5 says that it could not be estimated, not that half of the spikes are missing.",
      "It supposes a symmetric histogram, which drift and bursts make skewed.",
    ],
    cousins: [
      {
        id: "ibl.missed_spikes_est",
        reason: "that takes a bin for ten spikes, smooths by 4 bins and has no value for 500 spikes or fewer",
      },
      { id: "ibl.noise_cutoff", reason: "that counts standard deviations, no share of spikes" },
    ],
    recipe: "amplitude-cutoff-500-bins",
  }),
  define("max_drift", `${QUALITY}, calculate_drift_metrics`, {
    title: "Range of the unit's depth",
    formula: "Greatest less least median depth of the spikes in intervals of 100 s with at least 10 spikes.",
    unit: "um",
    direction: "lower-is-better",
    range: [0, null],
    pitfalls: [FEATURES],
    cousins: [{ id: "ibl.drift", reason: "that sums the steps from spike to spike over an hour" }],
  }),
  define("cumulative_drift", `${QUALITY}, calculate_drift_metrics`, {
    title: "Sum of the unit's changes of depth",
    formula: "Sum of the absolute changes of the median depth from one interval of 100 s to the next.",
    unit: "um",
    direction: "lower-is-better",
    range: [0, null],
    pitfalls: ["It grows with the length of the recording.", FEATURES],
    cousins: [{ id: "ibl.drift", reason: "that sums the steps from spike to spike over an hour" }],
  }),
  define("isolation_distance", `${QUALITY}, mahalanobis_metrics; Schmitzer-Torbert et al. 2005`, {
    title: "Isolation distance",
    formula:
      "Squared Mahalanobis distance from the unit within which as many spikes of others as of the unit lie, in principal components of nearby channels.",
    unit: null,
    direction: "higher-is-better",
    range: [0, null],
    pitfalls: [SAMPLED, FEATURES],
  }),
  define("l_ratio", `${QUALITY}, mahalanobis_metrics; Schmitzer-Torbert et al. 2005`, {
    title: "L-ratio",
    formula:
      "Sum over the spikes of others of the chi-square probability of their Mahalanobis distance from the unit, divided by the unit's spikes.",
    unit: null,
    direction: "lower-is-better",
    range: [0, null],
    pitfalls: ["AllenSDK shows it as L_ratio.", SAMPLED, FEATURES],
  }),
  define("d_prime", `${QUALITY}, lda_metrics; Hill et al. 2011`, {
    title: "Separability from the neighbours (d')",
    formula:
      "Difference of the means of unit and other spikes on the axis of a linear discriminant, divided by the root mean square of their standard deviations.",
    unit: null,
    direction: "higher-is-better",
    range: [null, null],
    pitfalls: [SAMPLED, FEATURES],
  }),
  define("nn_hit_rate", `${QUALITY}, nearest_neighbors_metrics; Chung et al. 2017`, {
    title: "Nearest-neighbour hit rate",
    formula: "Share of the 4 nearest neighbours of the unit's spikes, in principal components, that are the unit's.",
    unit: "1",
    direction: "higher-is-better",
    range: [0, 1],
    pitfalls: [SAMPLED, FEATURES],
  }),
  define("nn_miss_rate", `${QUALITY}, nearest_neighbors_metrics; Chung et al. 2017`, {
    title: "Nearest-neighbour miss rate",
    formula: "Share of the 4 nearest neighbours of other units' spikes, in principal components, that are the unit's.",
    unit: "1",
    direction: "lower-is-better",
    range: [0, 1],
    pitfalls: [SAMPLED, FEATURES],
  }),
  define("silhouette_score", `${QUALITY}, calculate_silhouette_score`, {
    title: "Silhouette score",
    formula: "Least silhouette score of the unit against any unit near it, in two principal components.",
    unit: null,
    direction: "higher-is-better",
    range: [-1, 1],
    pitfalls: [SAMPLED, FEATURES],
  }),
];

const WAVEFORM_METRICS: readonly MetricDefinition[] = [
  define("snr", `${WAVEFORM}, calculate_snr; Nordhausen et al. 1996`, {
    title: "Signal-to-noise ratio of the waveform",
    formula:
      "Peak-to-peak amplitude of the mean waveform on the peak channel over twice the standard deviation of the single waveforms around it.",
    unit: "1",
    direction: "higher-is-better",
    range: [0, null],
    pitfalls: ["The noise is what the unit's own waveforms differ by, not the noise of the channel."],
  }),
  define("amplitude", `${WAVEFORM}, calculate_2D_features`, {
    title: "Peak-to-peak amplitude of the mean waveform",
    formula: "Greatest peak-to-peak amplitude of the mean waveform over the sites around the peak channel.",
    unit: "uV",
    direction: "none",
    range: [0, null],
    pitfalls: ["AllenSDK shows it as waveform_amplitude."],
    cousins: [
      {
        id: "ibl.amp_median",
        reason: "that is a median over single spikes, in volts, scaled by the sorter's template",
      },
      { id: "ibl.amps", reason: "that is a mean over single spikes, in volts, scaled by the sorter's template" },
    ],
  }),
  define("duration", `${WAVEFORM}, calculate_waveform_duration`, {
    title: "Trough-to-peak duration",
    formula:
      "Time from the trough of the mean waveform to the highest point after it; where the waveform is mostly positive, from the peak to the lowest point after it.",
    unit: "ms",
    direction: "none",
    range: [0, null],
    pitfalls: ["AllenSDK shows it as waveform_duration."],
    cousins: [{ id: "ibl.peakToTrough", reason: "that is measured on the sorter's template and carries a sign" }],
  }),
  define("halfwidth", `${WAVEFORM}, calculate_waveform_halfwidth`, {
    title: "Width at half amplitude",
    formula: "Time that the mean waveform stays beyond half of its trough, or of its peak where that is larger.",
    unit: "ms",
    direction: "none",
    range: [0, null],
    pitfalls: ["AllenSDK shows it as waveform_halfwidth."],
  }),
  define("PT_ratio", `${WAVEFORM}, calculate_waveform_PT_ratio`, {
    title: "Peak-to-trough ratio",
    formula: "Absolute value of the mean waveform's maximum over its minimum.",
    unit: "1",
    direction: "none",
    range: [0, null],
    pitfalls: ["AllenSDK shows it as waveform_PT_ratio."],
  }),
  define("repolarization_slope", `${WAVEFORM}, calculate_waveform_repolarization_slope`, {
    title: "Slope after the trough",
    formula: "Slope of a line through 20 upsampled points from the largest deflection on.",
    unit: "V/s",
    direction: "none",
    range: [null, null],
  }),
  define("recovery_slope", `${WAVEFORM}, calculate_waveform_recovery_slope`, {
    title: "Slope after the peak",
    formula: "Slope of a line through 20 upsampled points from the peak that follows the largest deflection.",
    unit: "V/s",
    direction: "none",
    range: [null, null],
  }),
  define("spread", `${WAVEFORM}, calculate_2D_features`, {
    title: "Extent along the probe",
    formula: "Sites near the peak channel whose amplitude exceeds 12 % of the greatest, times 10 um.",
    unit: "um",
    direction: "none",
    range: [0, null],
  }),
  define("velocity_above", `${WAVEFORM}, get_velocity`, {
    title: "Inverse velocity above the soma",
    formula: "Slope of the trough times of the sites at and above the peak channel over their distance from it.",
    unit: "s/m",
    direction: "none",
    range: [null, null],
    pitfalls: ["It is the inverse of a velocity, whatever its name says; null where one site alone is large enough."],
  }),
  define("velocity_below", `${WAVEFORM}, get_velocity`, {
    title: "Inverse velocity below the soma",
    formula: "Slope of the trough times of the sites at and below the peak channel over their distance from it.",
    unit: "s/m",
    direction: "none",
    range: [null, null],
    pitfalls: ["It is the inverse of a velocity, whatever its name says; null where one site alone is large enough."],
  }),
];

/** What the columns of `units.csv` mean, and those of the files of analysis metrics. */
export const METRIC_DEFINITIONS: readonly MetricDefinition[] = [
  ...SPIKE_METRICS,
  ...WAVEFORM_METRICS,
  ...ANALYSIS_METRIC_DEFINITIONS,
];
