import type { Interval, LfpTraits } from "@crossprobe/core";
import type { RateIntervalKind } from "./firing-rates.js";
import { spanText } from "./intervals.js";
import { DEFAULT_PSTH_BINS } from "./psth.js";

/** Results that a caveat can concern. */
export type Concern = "regions" | "units" | "firingRate" | "psth" | "lfpPower";

/** Why two numbers that look alike are not the same quantity, or only with care. */
export interface Caveat {
  /** Stable kebab-case name. */
  readonly id: string;
  /** What differs and what follows, as sentences for the reader of a report. */
  readonly text: string;
  readonly concerns: readonly Concern[];
  /** The numbers concerned must not be set against each other at all. */
  readonly mustNotCompare: boolean;
  /** Datasets beside whose numbers it stands. */
  readonly datasets: readonly string[];
  /** The rule behind it. */
  readonly source: string;
}

/** What is known of one dataset's part of a comparison: traits of the data, never its name, decide what may be compared. */
export interface DatasetFacts {
  readonly dataset: string;
  /** Rule id of the published unit criterion; null where there is none. */
  readonly rule: string | null;
  /** Of every LFP that was read. */
  readonly lfp: readonly LfpTraits[];
  /** Seconds of each LFP used, where the caller did not ask for the same ones everywhere. */
  readonly lfpSeconds: readonly number[];
  readonly paradigms: readonly string[];
  /** Names of the stimuli whose onsets were used. */
  readonly stimuli: readonly string[];
  /** Median time from one of these onsets to the next, seconds; null without two in a session. */
  readonly medianOnsetInterval: number | null;
  /** Labelled units by how fine their label is. */
  readonly granularity: Readonly<Record<"layer" | "area" | "parent", number>>;
  /** Units that no region of the mapping takes, and units without any label. */
  readonly unmappedUnits: number;
  readonly unregisteredUnits: number;
  /** Labels of the former with the units of each, most frequent first. */
  readonly unmappedLabels: Readonly<Record<string, number>>;
  readonly rateKinds: readonly RateIntervalKind[];
  /** What was recorded of each probe whose rates are divided by more seconds than those. */
  readonly recordedLess: readonly Interval[];
}

export interface CaveatContext {
  readonly units: "passing" | "all";
  readonly mapping: string;
  /** Interval that rates were asked over; null without one. */
  readonly interval: Interval | null;
}

/**
 * What a reader must know before comparing the datasets, from the traits of their data.
 *
 * A difference counts only between datasets that both have the result it concerns; what is true of one dataset alone (a lossy
 * codec, missing labels) is said of that dataset.
 */
export function caveatsOf(facts: readonly DatasetFacts[], context: CaveatContext): Caveat[] {
  const withLfp = facts.filter(({ lfp }) => lfp.length > 0);
  return [
    ...lfpReference(withLfp),
    ...lfpProcessing(withLfp),
    ...lfpPassband(withLfp),
    ...lfpSites(withLfp),
    ...lfpSpan(withLfp),
    ...unitRules(facts, context),
    ...rateDenominators(facts),
    ...unrecordedRates(facts, context),
    ...paradigms(facts),
    ...overlap(facts),
    ...labels(facts, context),
    ...independence(facts),
  ];
}

const REFERENCES: Readonly<Record<LfpTraits["reference"], string>> = {
  airMedian: "the median of channels above the brain, which keeps what all channels of the brain share",
  commonAverage: "the average over its own channels, which removes what they share, volume-conducted signal included",
  external: "an external electrode",
  none: "nothing (no re-referencing after the recording)",
  unknown: "something the source does not state",
};

function lfpReference(facts: readonly DatasetFacts[]): Caveat[] {
  const references = facts.map((fact) => unique(fact.lfp.map(({ reference }) => reference)));
  const kinds = unique(references.flat());
  if (kinds.length < 2 && !(facts.length > 1 && kinds[0] === "unknown")) return [];
  const said = facts.map(
    (fact, i) =>
      `${fact.dataset} is referenced to ${(references[i] ?? []).map((kind) => REFERENCES[kind]).join(" or ")}`,
  );
  return [
    {
      id: "lfp-reference",
      text:
        `Absolute LFP power must not be compared between these datasets: ${said.join("; ")}. ` +
        "Second differences along the probe cancel a uniform reference, amplitudes and power do not. " +
        "Compare where a band peaks and how regions of one dataset rank.",
      concerns: ["lfpPower"],
      mustNotCompare: true,
      datasets: names(facts),
      source: "harmonisation rule 11: common-average and air-referenced LFP",
    },
  ];
}

function lfpProcessing(facts: readonly DatasetFacts[]): Caveat[] {
  return facts.flatMap((fact) => {
    const steps = unique(fact.lfp.flatMap(({ denoising }) => denoising));
    const codecs = unique(fact.lfp.flatMap(({ lossyCodec }) => lossyCodec ?? []));
    const caveats: Caveat[] = [];
    const common = { concerns: ["lfpPower"], mustNotCompare: false, datasets: [fact.dataset] } as const;
    if (codecs.length > 0) {
      caveats.push({
        ...common,
        id: "lfp-lossy-codec",
        text: `The LFP of ${fact.dataset} went through a lossy codec (${codecs.join("; ")}): a band with little of a region's power can lose half of it, and nothing in the file says where.`,
        source: "harmonisation rule 11: amplitude after denoising and codec loss",
      });
    }
    if (steps.length > 0) {
      caveats.push({
        ...common,
        id: "lfp-denoising",
        text: `The LFP of ${fact.dataset} was processed before release (${steps.join(", ")}), which changes amplitudes.`,
        source: "harmonisation rule 11: amplitude after denoising and codec loss",
      });
    }
    return caveats;
  });
}

function lfpPassband(facts: readonly DatasetFacts[]): Caveat[] {
  const passbands = facts.map((fact) =>
    unique(
      fact.lfp.map(({ passband, usableUpTo }) =>
        passband === null
          ? `an unknown passband, usable to ${usableUpTo} Hz`
          : `${passband[0]} to ${passband[1]} Hz, usable to ${usableUpTo} Hz`,
      ),
    ).join(" or "),
  );
  if (unique(passbands).length < 2) return [];
  return [
    {
      id: "lfp-passband",
      text: `The released LFP passes different bands: ${facts.map((fact, i) => `${fact.dataset} ${passbands[i]}`).join("; ")}. All were brought to one 250 Hz grid that is flat to 100 Hz; a band near an edge still differs.`,
      concerns: ["lfpPower"],
      mustNotCompare: false,
      datasets: names(facts),
      source: "harmonisation table: LFP filters",
    },
  ];
}

const SITES: Readonly<Record<LfpTraits["spatial"], string>> = {
  all: "every site",
  subsample: "a subset of the sites",
  sum: "sums of neighbouring sites (divided by their number here)",
  mean: "means of neighbouring sites",
  unknown: "sites that its source does not state",
};

function lfpSites(facts: readonly DatasetFacts[]): Caveat[] {
  const sites = facts.map((fact) => unique(fact.lfp.map(({ spatial }) => SITES[spatial])).join(" or "));
  if (unique(sites).length < 2) return [];
  return [
    {
      id: "lfp-sites",
      text: `The channels stand for different sites: ${facts.map((fact, i) => `${fact.dataset} has ${sites[i]}`).join("; ")}. A region's mean is over the channels that there are.`,
      concerns: ["lfpPower"],
      mustNotCompare: false,
      datasets: names(facts),
      source: "harmonisation rule 10: summed, averaged and subsampled channels",
    },
  ];
}

function lfpSpan(facts: readonly DatasetFacts[]): Caveat[] {
  const spans = facts.flatMap(({ lfpSeconds }) => lfpSeconds);
  if (facts.length < 2 || Math.max(...spans) - Math.min(...spans) < 1) return [];
  return [
    {
      id: "lfp-span",
      text: `Spectra come from what each file covers, ${Math.round(Math.min(...spans))} to ${Math.round(Math.max(...spans))} s, and so from different moments. Give one LFP interval to compare the same seconds.`,
      concerns: ["lfpPower"],
      mustNotCompare: false,
      datasets: names(facts),
      source: "harmonisation rule 15: time that a number was taken over",
    },
  ];
}

function unitRules(facts: readonly DatasetFacts[], { units }: CaveatContext): Caveat[] {
  const rules = unique(facts.map(({ rule }) => rule ?? "no published rule"));
  if (rules.length < 2) return [];
  const said = facts.map(({ dataset, rule }) => `${dataset}: ${rule ?? "no published rule"}`).join("; ");
  const common = { datasets: names(facts), source: "harmonisation rule 4: each dataset's own good units" };
  const yields: Caveat = {
    ...common,
    id: "unit-rules",
    text: `"Passing" is each dataset's own published rule (${said}). The rules test different things, so the share that passes must not be compared.`,
    concerns: ["units"],
    mustNotCompare: true,
  };
  const selection: Caveat = {
    ...common,
    id: "unit-selection",
    text: `Rates and PSTHs are those of units that pass each dataset's own rule (${said}): part of a difference may be the selection. Take all units to see how much.`,
    concerns: ["firingRate", "psth"],
    mustNotCompare: false,
  };
  return units === "passing" ? [yields, selection] : [yields];
}

const DENOMINATORS: Readonly<Record<RateIntervalKind, string>> = {
  given: "the interval asked for",
  observed: "the time the source says it observed the unit",
  spikeCoverage: "first to last spike of the probe",
};

function rateDenominators(facts: readonly DatasetFacts[]): Caveat[] {
  const withRates = facts.filter(({ rateKinds }) => rateKinds.length > 0);
  const kinds = unique(withRates.flatMap(({ rateKinds }) => rateKinds));
  if (kinds.length === 0 || (kinds.length === 1 && kinds[0] === "given")) return [];
  const said = withRates.map(
    ({ dataset, rateKinds }) => `${dataset}: ${rateKinds.map((kind) => DENOMINATORS[kind]).join(" or ")}`,
  );
  return [
    {
      id: "rate-denominator",
      text: `${kinds.length > 1 ? `Rates are divided by different kinds of time (${said.join("; ")})` : `All rates are divided by the same kind of time (${kinds.map((kind) => DENOMINATORS[kind]).join()}), which differs in length`}. Give an interval to divide all by the same.`,
      concerns: ["firingRate"],
      mustNotCompare: false,
      datasets: names(withRates),
      source: "harmonisation rule 15: firing rate denominators",
    },
  ];
}

/** A caveat names so many spans; the notices name each. */
const MOST_SPANS = 4;

function unrecordedRates(facts: readonly DatasetFacts[], { interval }: CaveatContext): Caveat[] {
  return facts.flatMap(({ dataset, recordedLess }) => {
    if (recordedLess.length === 0 || interval === null) return [];
    const spans = unique(recordedLess.map(spanText));
    const more = spans.length > MOST_SPANS ? `; and ${spans.length - MOST_SPANS} other spans` : "";
    const covered = spans.slice(0, MOST_SPANS).join("; ") + more;
    return {
      id: "rate-interval-beyond-recording",
      text: `The interval asked for, ${spanText(interval)}, reaches beyond the recordings of ${dataset}: the spikes of its probes cover ${covered}. Rates are divided by the whole interval, as if the rest had been without spikes, and are too low.`,
      concerns: ["firingRate"],
      mustNotCompare: false,
      datasets: [dataset],
      source: "harmonisation rule 15: firing rate denominators",
    };
  });
}

function paradigms(all: readonly DatasetFacts[]): Caveat[] {
  const facts = all.filter((fact) => fact.paradigms.length + fact.stimuli.length > 0);
  const said = facts.map(
    ({ paradigms, stimuli }) =>
      `${paradigms.join(" and ") || "an unstated paradigm"} with ${stimuli.join(", ") || "no stimulus"}`,
  );
  if (unique(said).length < 2) return [];
  return [
    {
      id: "paradigm",
      text: `The animals did different things: ${facts.map((fact, i) => `${fact.dataset}: ${said[i]}`).join("; ")}. A response to a stimulus in a task carries movement and reward with it; passive viewing does not.`,
      concerns: ["psth", "firingRate"],
      mustNotCompare: false,
      datasets: names(facts),
      source: "harmonisation rule 17: passive viewing and task engagement",
    },
  ];
}

function overlap(facts: readonly DatasetFacts[]): Caveat[] {
  const { start, width, count } = DEFAULT_PSTH_BINS;
  const end = start + width * count;
  return facts.flatMap(({ dataset, medianOnsetInterval: interval }) => {
    if (interval === null || !(interval < end)) return [];
    return {
      id: "onsets-overlap",
      text: `Visual onsets of ${dataset} follow each other after ${Number(interval.toPrecision(3))} s (median), within the PSTH's ${end} s: what comes before and after an onset holds responses to its neighbours. Take stimuli that lie further apart, by name.`,
      concerns: ["psth"],
      mustNotCompare: false,
      datasets: [dataset],
      source: "harmonisation rule 17: passive viewing and task engagement",
    };
  });
}

function labels(facts: readonly DatasetFacts[], { mapping }: CaveatContext): Caveat[] {
  const labelled = facts.filter(({ granularity: { layer, area, parent } }) => layer + area + parent > 0);
  const finest = labelled.map(({ granularity }) =>
    granularity.layer > 0 ? "down to the layer" : granularity.area > 0 ? "down to the area" : "no finer than a parent",
  );
  const caveats: Caveat[] = [];
  if (unique(finest).length > 1) {
    caveats.push({
      id: "label-granularity",
      text: `Regions are labelled as finely as each source does (${labelled.map((fact, i) => `${fact.dataset} ${finest[i]}`).join("; ")}). A coarse label is missing information, not another place.`,
      concerns: ["regions"],
      mustNotCompare: false,
      datasets: names(labelled),
      source: "harmonisation rule 5: region label and region truth",
    });
  }
  for (const { dataset, unmappedUnits, unmappedLabels, unregisteredUnits } of facts) {
    if (unmappedUnits + unregisteredUnits === 0) continue;
    caveats.push({
      id: "units-without-region",
      text: `Units of ${dataset} that count in the totals and in no region: ${unmappedUnits} with a label that ${mapping} has no region for${unmappedUnits > 0 ? ` (${labelList(unmappedLabels)})` : ""}, ${unregisteredUnits} without any label. Its regions may hold fewer units than were recorded there.`,
      concerns: ["regions", "units"],
      mustNotCompare: false,
      datasets: [dataset],
      source: "harmonisation rule 5: region label and region truth",
    });
  }
  return caveats;
}

/** A list names so many labels; the totals name each. */
const MOST_LABELS = 5;

/** The most frequent labels with their units: `grey 6, TH 5`. */
export function labelList(labels: Readonly<Record<string, number>>): string {
  const entries = Object.entries(labels);
  const others = entries.length - MOST_LABELS;
  const named = entries.slice(0, MOST_LABELS).map(([label, units]) => `${label} ${units}`);
  return named.join(", ") + (others > 0 ? ` and ${others} more ${others === 1 ? "label" : "labels"}` : "");
}

function independence(facts: readonly DatasetFacts[]): Caveat[] {
  if (facts.length === 0) return [];
  return [
    {
      id: "units-not-animals",
      text: "Bands and quartiles are over units. Units of one animal are not independent: these are no confidence limits for animals.",
      concerns: ["firingRate", "psth"],
      mustNotCompare: false,
      datasets: names(facts),
      source: "harmonisation rule 16: units as independent samples",
    },
  ];
}

const names = (facts: readonly DatasetFacts[]) => facts.map(({ dataset }) => dataset);

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
