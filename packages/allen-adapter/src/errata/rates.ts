import type { Erratum } from "./erratum.js";

/** Rates of a row of `probes.csv`. */
export interface LfpRate {
  /** `lfp_sampling_rate`, hertz. */
  readonly rate: number | null;
  /** `lfp_temporal_subsampling_factor`; `undefined` where the table has no such column. */
  readonly factor: number | null | undefined;
}

export const RAW_LFP_RATE: Erratum<LfpRate, number | null> = {
  id: "raw-lfp-rate",
  title: "probes.csv holds the raw LFP rate and a subsampling factor, not the rate of the LFP file",
  file: "probes.csv",
  generation: "tables",
  place: "lfp_sampling_rate",
  citation: "AllenSDK EcephysProjectCache._get_probes",
  detects: "there is a column lfp_temporal_subsampling_factor",
  action: "repair",
  whenOff: "the raw rate",
  isOnByDefault: true,
  appliedBy: ["cache"],
  detect: ({ factor }) => factor !== undefined,
  repair: ({ rate, factor }) => (rate === null || !factor ? null : rate / factor),
};

export const NO_EFFECTIVE_RATE: Erratum<LfpRate, null> = {
  ...RAW_LFP_RATE,
  id: "no-effective-rate",
  title: "An empty subsampling factor gives no rate of the LFP file",
  place: "lfp_temporal_subsampling_factor",
  detects: "an empty cell",
  action: "quarantine",
  detect: ({ factor }) => factor === null,
  repair: () => null,
};

/** Hertz: the rate at which Neuropixels probes sample, for time axes where the release states 0. */
export const NOMINAL_SAMPLING_RATE = 30_000;

export const ZERO_RATE: Erratum<number | null, null> = {
  id: "zero-rate-probe",
  title: "A probe (846401834) states the sampling rate 0",
  file: "probes.csv",
  generation: "tables",
  place: "sampling_rate, lfp_sampling_rate",
  citation: "the release's own probe table",
  detects: "a rate of 0",
  action: "quarantine",
  whenOff: "the rate 0",
  isOnByDefault: true,
  appliedBy: ["hub", "cache", "session"],
  detect: (rate) => rate === 0,
  repair: () => null,
};
