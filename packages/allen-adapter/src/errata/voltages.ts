import type { Erratum } from "./erratum.js";

/** Mean waveforms as stored, any number of them. */
export interface StoredWaveforms {
  /** As the file labels them. */
  readonly unit: string | undefined;
  readonly values: ArrayLike<number>;
}

/** Volts: no extracellular spike is that large, and no mean waveform in microvolts is that small. */
const LARGEST_SPIKE = 0.01;

export const VOLTS_LABEL: Erratum<StoredWaveforms, { readonly unit: "uV"; readonly values: ArrayLike<number> }> = {
  id: "volts-label",
  title: "Mean waveforms are labelled volts and are microvolts",
  file: "session file",
  generation: "2019, 2020",
  place: "/units/waveform_mean@unit",
  citation: "AllenSDK packaging; NWB fixes the word volts for this column",
  detects: "the unit volts, and a range above 0.01",
  action: "define",
  whenOff: "the label is believed: the values times a million, in microvolts",
  isOnByDefault: true,
  appliedBy: ["hub", "session"],
  detect: ({ unit, values }) => /^volts?$/i.test(unit ?? "") && rangeOf(values) > LARGEST_SPIKE,
  repair: ({ values }) => ({ unit: "uV", values }),
};

function rangeOf(values: ArrayLike<number>): number {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most - least;
}

export const AMPLITUDE_DESCRIPTION: Erratum<string | undefined, { readonly unit: "V" }> = {
  id: "amplitude-description",
  title: "Spike amplitudes are described in seconds and are volts",
  file: "session file",
  generation: "2019, 2020",
  place: "/units/spike_amplitudes@description",
  citation: "AllenSDK packaging: amplitude × template range × 0.195e-6",
  detects: "the description has amplitudes and (s)",
  action: "define",
  whenOff: "no amplitudes",
  isOnByDefault: true,
  appliedBy: ["hub", "session"],
  detect: (description) => /amplitude.*\(s\)/.test(description ?? ""),
  repair: () => ({ unit: "V" }),
};
