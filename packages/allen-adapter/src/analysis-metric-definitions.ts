import type { MetricDefinition } from "@crossprobe/core";
import { DATASET } from "./vocabulary.js";

const SOURCE = "AllenSDK allensdk/brain_observatory/ecephys/stimulus_analysis";
const PREFERRED = "the preferred condition (that of the largest mean count, blanks left out)";

/** Stimuli by the suffix of their metrics: what they are, and the seconds of a trial. */
const STIMULI = {
  dg: { stimulus: "drifting gratings", seconds: 2 },
  sg: { stimulus: "static gratings", seconds: 0.25 },
  ns: { stimulus: "natural scenes", seconds: 0.25 },
  fl: { stimulus: "flashes", seconds: 0.25 },
  rf: { stimulus: "gabors of the receptive-field mapping", seconds: 0.25 },
  dm: { stimulus: "dot motion", seconds: 1 },
} as const;
type Suffix = keyof typeof STIMULI;
const SUFFIXES = Object.keys(STIMULI) as Suffix[];

/** What a metric is for any stimulus that it is made of. */
interface Family extends Pick<MetricDefinition, "title" | "formula" | "unit" | "range"> {
  readonly pitfalls?: readonly string[];
}

const FLAG = { unit: null, range: [0, 1] } as const;
const DEGREES = { unit: "deg", range: [0, 360] } as const;
const POSITIVE = [0, null] as const;
const OPEN = [null, null] as const;

const tie = (what: string): Family => ({
  ...FLAG,
  title: `Whether ${what} is a tie`,
  formula: `1 where several values of ${what} have the largest mean count, else 0.`,
});
const preferred = (what: string, unit: string | null, range: Family["range"] = POSITIVE): Family => ({
  ...{ unit, range, title: `Preferred ${what}` },
  formula: `The ${what} with the largest mean count, averaged over the other parameters.`,
});

/** Metrics of every stimulus. */
const COMMON: Readonly<Record<string, Family>> = {
  firing_rate: {
    ...{ title: "Firing rate", unit: "Hz", range: POSITIVE },
    formula: "Spikes over the seconds of the blocks of the stimulus.",
    pitfalls: ["It holds the time between presentations, and is not the rate over the session."],
  },
  fano: {
    ...{ title: "Fano factor", unit: "1", range: POSITIVE },
    formula: `Population variance over mean of the counts of the trials of ${PREFERRED}.`,
  },
  lifetime_sparseness: {
    ...{ title: "Lifetime sparseness", unit: "1", range: [0, 1] },
    formula: "(1 - (sum r)^2 / (n sum r^2)) / (1 - 1/n) over the mean responses r of the n conditions.",
  },
  run_mod: {
    ...{ title: "Modulation by running", unit: "1", range: [-1, 1] },
    formula: `Mean count of running (1 cm/s or more) less that of resting trials of ${PREFERRED}, over the larger of the two.`,
    pitfalls: ["Null with fewer than two trials of either."],
  },
  run_pval: {
    ...{ title: "Probability that running does not matter", unit: "1", range: [0, 1] },
    formula: `Welch's t test between counts of running and resting trials of ${PREFERRED}.`,
  },
  time_to_peak: {
    ...{ title: "Time of the largest response", unit: "s", range: POSITIVE },
    formula: `Time after onset of the largest bin (1 ms) of the PSTH of ${PREFERRED}.`,
  },
};

const orientation = (formula: string): Family => ({
  ...{ title: "Global orientation selectivity", unit: "1", range: [0, 1], formula },
});

/** Metrics of one stimulus. */
const OWN: Readonly<Record<Suffix, Readonly<Record<string, Family>>>> = {
  dg: {
    pref_ori: { ...preferred("direction", "deg"), ...DEGREES },
    pref_ori_multi: tie("the preferred direction"),
    pref_tf: preferred("temporal frequency", "Hz"),
    pref_tf_multi: tie("the preferred temporal frequency"),
    g_osi: orientation("|sum r e^(2i a)| / sum r over directions a, at the preferred temporal frequency."),
    g_dsi: {
      ...{ title: "Global direction selectivity", unit: "1", range: [0, 1] },
      formula: "|sum r e^(i a)| / sum r over directions a, at the preferred temporal frequency.",
    },
    c50: {
      ...{ title: "Contrast of the half response", unit: "1", range: POSITIVE },
      formula: "Contrast at half of the largest response of a fit to the responses by contrast.",
      pitfalls: ["Null where no stimulus of several contrasts was shown."],
    },
    f1_f0: {
      ...{ title: "First harmonic over mean", unit: "1", range: POSITIVE },
      formula: `Amplitude of the PSTH of ${PREFERRED} at the stimulus frequency over its mean.`,
    },
    mod_idx: {
      ...{ title: "Modulation at the stimulus frequency", unit: null, range: OPEN },
      formula: `Power of the PSTH of ${PREFERRED} at the stimulus frequency less its mean, in standard deviations of the spectrum.`,
    },
  },
  sg: {
    pref_sf: preferred("spatial frequency", "/deg"),
    pref_sf_multi: tie("the preferred spatial frequency"),
    pref_ori: { ...preferred("orientation", "deg"), ...DEGREES },
    pref_ori_multi: tie("the preferred orientation"),
    pref_phase: preferred("phase", "1"),
    pref_phase_multi: tie("the preferred phase"),
    g_osi: orientation("|sum r e^(2i a)| / sum r over orientations a, at the preferred spatial frequency and phase."),
  },
  ns: {
    pref_image: {
      ...{ title: "Condition of the preferred image", unit: null, range: POSITIVE },
      formula: "Identifier of the stimulus condition of the image with the largest mean count.",
      pitfalls: ["A stimulus_condition_id such as 4929, not the number of an image."],
    },
    pref_images_multi: tie("the preferred image"),
    image_selectivity: {
      ...{ title: "Image selectivity", unit: "1", range: [null, 1] },
      formula: "1 less twice the area under the share of images above each of 1000 thresholds.",
    },
  },
  fl: {
    on_off_ratio: {
      ...{ title: "White over black", unit: "1", range: POSITIVE },
      formula: "Mean count of white over mean count of black flashes.",
      pitfalls: ["Null where the count of black flashes is 0; null in every row of the release that was looked at."],
    },
    sustained_idx: {
      ...{ title: "Sustained index", unit: "1", range: [0, 1] },
      formula: `Mean over maximum of the PSTH of ${PREFERRED}.`,
    },
  },
  rf: {
    azimuth: centre("azimuth"),
    elevation: centre("elevation"),
    width: size("width"),
    height: size("height"),
    area: {
      ...{ title: "Area of the receptive field", unit: "deg2", range: [0, 8100] },
      formula: "100 square degrees for each pixel of the 9 x 9 map above its threshold.",
    },
    p_value: {
      ...{ title: "Probability of no receptive field", unit: "1", range: [0, 1] },
      formula: "Chi-square test of the map of counts against one without structure.",
      pitfalls: ["Exchanged with on_screen_rf in files of the release: the erratum swapped-rf."],
    },
    on_screen: {
      ...{ ...FLAG, title: "Whether the receptive field lies on the screen" },
      formula: "1 where the centre of the fitted Gaussian lies inside the map, else 0.",
      pitfalls: ["Exchanged with p_value_rf in files of the release: the erratum swapped-rf."],
    },
  },
  dm: {
    pref_speed: preferred("speed of the dots", null),
    pref_speed_multi: tie("the preferred speed"),
    pref_dir: { ...preferred("direction of the dots", "deg"), ...DEGREES },
    pref_dir_multi: tie("the preferred direction"),
  },
};

function centre(axis: string): Family {
  return {
    ...{ title: `Centre of the receptive field, ${axis}`, unit: "deg", range: OPEN },
    formula: `Centre of the receptive field along the ${axis}, from the map of 9 x 9 positions that are 10 deg apart.`,
    pitfalls: ["Null for units with fewer than 10 spikes in the mapping."],
  };
}

function size(side: string): Family {
  return {
    ...{ title: `Receptive field, ${side}`, unit: "deg", range: OPEN },
    formula: `The ${side} of a Gaussian fitted to the map of counts.`,
    pitfalls: ["The fit can run away: some values are larger than the screen."],
  };
}

const familiesOf = (suffix: Suffix) => ({ ...OWN[suffix], ...COMMON });

/** What the columns of the files of analysis metrics mean, in the order of the stimuli. */
export const ANALYSIS_METRIC_DEFINITIONS: readonly MetricDefinition[] = SUFFIXES.flatMap((suffix) =>
  Object.entries(familiesOf(suffix)).map(([family, told]): MetricDefinition => {
    const { stimulus, seconds } = STIMULI[suffix];
    const others = SUFFIXES.filter((other) => other !== suffix && family in familiesOf(other));
    return {
      ...{ pitfalls: [], direction: "none", recipe: null, source: SOURCE },
      ...told,
      id: `${DATASET}.${family}_${suffix}`,
      name: `${family}_${suffix}`,
      title: `${told.title}, ${stimulus}`,
      formula: `${told.formula} Trials: ${stimulus}, ${seconds} s from onset.`,
      cousins: others.map((other) => ({
        id: `${DATASET}.${family}_${other}`,
        reason: `that is of another stimulus, ${STIMULI[other].stimulus}`,
      })),
    };
  }),
);
