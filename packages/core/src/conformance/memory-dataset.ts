import { ref } from "../model/ref.js";

/**
 * A small dataset whose numbers follow from formulas on this page: the reference implementation of the adapter contract, for
 * the suite's own test and for trying things out. Its table is one JSON file; the LFP is raw float32 in another.
 */
export const MEMORY_DATASET = "memory";
export const SITES = 12;
export const SAMPLES = 2000;
/** Effective LFP rate on the session clock: not the nominal 250 Hz, so that a clock made from the nominal rate is found out. */
export const LFP_RATE = 250.3;
export const LFP_START = 1.5;
export const ACRONYMS = [
  "VISp5",
  "VISp5",
  "VISp5",
  "VISp5",
  "CA1",
  "CA1",
  "CA1",
  "CA1",
  "cm",
  "TH",
  null,
  "fi",
] as const;
export const UNIT_SITES = [1, 5, 6, 9, 10];

export const SESSION = ref(MEMORY_DATASET, "session", "s1");
export const PROBE = ref(MEMORY_DATASET, "probe", "s1/p1");
export const OTHER_PROBE = ref(MEMORY_DATASET, "probe", "s1/p2");

export const lfpValue = (sample: number, channel: number) =>
  Math.fround(1e-4 * Math.sin(0.01 * sample * (channel + 1)) + 1e-6 * channel);
export const spikeTimesOf = (unit: number) =>
  Array.from({ length: 10 + 7 * unit }, (_, k) => 2 + 0.123 * (k + 1) + 0.01 * unit);
export const amplitudeOf = (unit: number, spike: number) => Math.fround(1e-4 * (1 + unit) + 1e-6 * spike);
export const eventTime = (index: number) => 2 + 0.75 * index;
export const waveformUv = (site: number, peak: number, sample: number) =>
  (80 - 10 * Math.min(6, Math.abs(site - peak))) * Math.sin((Math.PI * sample) / 20);
