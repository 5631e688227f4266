import type { DataErrorCode, Interval, Notice, Provenance } from "@crossprobe/core";
import type { Caveat } from "../comparability.js";
import type { RateIntervalKind } from "../firing-rates.js";
import type { SegmentCounts } from "../lfp-density.js";
import type { PopulationPsth, PsthBins } from "../psth.js";
import type { CompareSettings } from "./options.js";

/** Units, and those of them that pass the dataset's published rule. */
export interface UnitCounts {
  /** Null where the source cannot answer for units: zero means that it was asked and has none. */
  readonly total: number | null;
  /** Null also where the dataset has no rule. */
  readonly passing: number | null;
}

/** Rates of the chosen units of a region, spikes per second. */
export interface RegionRates {
  /** Units with a rate; null where the source cannot answer for units. */
  readonly count: number | null;
  readonly median: number | null;
  readonly q1: number | null;
  readonly q3: number | null;
  readonly mean: number | null;
  /** One a unit, in the order of `unitRefs`. */
  readonly values: readonly number[];
  readonly unitRefs: readonly string[];
}

/** Mean over the chosen units of a region around the onset of visual stimuli. */
export interface RegionPsth extends PopulationPsth {
  /** Onsets that entered the rate of at least one of the units. */
  readonly events: number;
  readonly units: number;
}

/** By band name, µV²; null for a band above what the source supports. */
export type BandPowers = Readonly<Record<string, number | null>>;

/** What one dataset shows of one region. */
export interface RegionFindings {
  readonly sessions: number;
  readonly probes: number;
  /** Rows of the channel tables; null where no channel table of these probes could be read. */
  readonly channels: number | null;
  /** Channels of the LFP; null where no LFP of these probes could be read. */
  readonly lfpChannels: number | null;
  readonly units: UnitCounts;
  readonly firingRate: RegionRates;
  /** Null without a chosen unit, spikes or onsets. */
  readonly psth: RegionPsth | null;
  /** By probe reference; null without LFP. */
  readonly lfpPowerUv2: Readonly<Record<string, BandPowers>> | null;
  /** By probe reference, µV²/Hz at {@link CompareResult.lfpFrequencies}; null without LFP. */
  readonly lfpPsdUv2PerHz: Readonly<Record<string, readonly number[]>> | null;
  /** Those that concern what is here. */
  readonly caveats: readonly Caveat[];
}

export interface RegionComparison {
  /** Acronym. */
  readonly region: string;
  readonly id: number;
  readonly name: string;
  /** RRGGBB. */
  readonly color: string;
  /** By dataset; a dataset without channel or unit here has no entry. */
  readonly datasets: Readonly<Record<string, RegionFindings>>;
}

/** Where the channels of a dataset were counted. */
export interface ChannelCounts {
  readonly total: number;
  readonly unmapped: number;
  readonly unregistered: number;
}

/** Onsets of visual stimuli, and what is beside them in the source. */
export interface EventCounts {
  readonly onsets: number;
  /** By the source's name of the stimulus. */
  readonly stimuli: Readonly<Record<string, number>>;
  /** Median time from one onset to the next, seconds; null without two onsets in a session. */
  readonly medianIntervalS: number | null;
  /** Onsets of stimuli that were not asked for, by name: they enter nothing. */
  readonly notAsked: Readonly<Record<string, number>>;
  /** Onsets inside an invalid interval, for the probes that it concerns. */
  readonly leftOut: readonly { readonly probe: string; readonly onsets: number }[];
  /** Rows of the source that are no such onset, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
}

/** One dataset's part of a comparison, over all regions. */
export interface DatasetTotals {
  readonly sessions: number;
  readonly probes: number;
  /** Id of the published rule that `passing` counts by; null where the dataset has none. */
  readonly rule: string | null;
  readonly units: UnitCounts;
  /** Units whose verdict cannot be evaluated; they do not pass. Null where the source cannot answer for units. */
  readonly undecided: number | null;
  readonly unmapped: UnitCounts;
  /** The labels of the unmapped units, most frequent first, with the units of each. */
  readonly unmappedLabels: Readonly<Record<string, number>>;
  readonly unregistered: UnitCounts;
  readonly channels: ChannelCounts | null;
  readonly lfpChannels: ChannelCounts | null;
  /** What rates were taken over, and for how many units; `mixed` where units differ, null without rates. */
  readonly rateInterval: {
    readonly kind: RateIntervalKind | "mixed" | null;
    readonly units: Readonly<Record<RateIntervalKind, number>>;
    /** Fewest and most seconds that a unit's spikes were divided by; null without rates. */
    readonly seconds: { readonly least: number; readonly most: number } | null;
  };
  /** Null where no session has events. */
  readonly events: EventCounts | null;
}

/** The LFP of one probe as far as it entered. */
export interface LfpUse {
  readonly dataset: string;
  readonly probe: string;
  /** Channels with a region, and those of them with at least one whole segment. */
  readonly channels: number;
  readonly usedChannels: number;
  /** Seconds on the session clock. */
  readonly interval: Interval;
  readonly segments: SegmentCounts;
}

/** A session, or a whole dataset, that could not be read and is left out entirely. */
export interface Failure {
  readonly dataset: string;
  /** Null when the dataset's sessions could not even be listed. */
  readonly session: string | null;
  readonly code: DataErrorCode;
  readonly message: string;
  readonly hint: string | null;
}

/** Something a source cannot answer, which is no failure. */
export interface Absence {
  readonly dataset: string;
  readonly what: string;
  readonly reason: string;
  /** Sessions or probes concerned, as references. */
  readonly where: readonly string[];
}

export interface DatasetProvenance {
  readonly title: string;
  readonly release: string | null;
  readonly licence: string;
  readonly citations: readonly string[];
  readonly rules: readonly { readonly id: string; readonly definition: string; readonly source: string }[];
  readonly sources: readonly { readonly url: string; readonly kind: string }[];
  /** Files that values came from. */
  readonly files: readonly Provenance[];
}

/** One analysis over several datasets, by brain region. Plain data: it is its own JSON. */
export interface CompareResult {
  readonly mapping: CompareSettings["mapping"];
  readonly units: CompareSettings["units"];
  /** In the atlas's depth-first order. */
  readonly regions: readonly RegionComparison[];
  readonly totals: Readonly<Record<string, DatasetTotals>>;
  readonly caveats: readonly Caveat[];
  readonly failures: readonly Failure[];
  readonly absent: readonly Absence[];
  readonly notices: readonly (Notice & { readonly dataset: string })[];
  /** Hertz, of every spectrum in the result. */
  readonly lfpFrequencies: readonly number[];
  readonly lfp: readonly LfpUse[];
  readonly provenance: {
    readonly settings: CompareSettings & {
      readonly psth: PsthBins & { readonly event: string };
      readonly lfp: {
        readonly gridRate: number;
        readonly segmentSamples: number;
        readonly stepSamples: number;
        readonly flatTo: number;
        readonly goneFrom: number;
        readonly filterHalfLength: number;
        readonly invalidMargin: number;
      };
    };
    readonly datasets: Readonly<Record<string, DatasetProvenance>>;
  };
}
