/**
 * Names of the formulas that recompute a metric from the spikes of a unit, each with its parameters: two datasets that name the same
 * recipe mean the same computation.
 */
export const UNIT_RECIPES = [
  "spike-count",
  "firing-rate-over-probe-span",
  "presence-in-10s-windows",
  "presence-in-10s-windows-deviation",
  "presence-in-99-bins",
  "contamination-hill",
  "contamination-hill-without-duplicates",
  "contamination-quadratic",
  "sliding-refractory-passes",
  "sliding-refractory-passes-forced",
  "sliding-refractory-confidence",
  "sliding-refractory-contamination",
  "sliding-refractory-pairs",
  "amplitude-maximum",
  "amplitude-minimum",
  "amplitude-geometric-median",
  "amplitude-deviation-decibels",
  "amplitude-cutoff-500-bins",
  "missed-spikes-estimate",
  "noise-cutoff-99-bins",
] as const;
export type UnitRecipe = (typeof UNIT_RECIPES)[number];
