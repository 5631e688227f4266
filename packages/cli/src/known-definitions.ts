import { ALLEN_DEFAULT, ALLEN_METRICS } from "@crossprobe/allen-adapter";
import type { MetricDefinition, QualityRule } from "@crossprobe/core";
import { IBL_GOOD, IBL_METRICS } from "@crossprobe/ibl-adapter";

/** Every metric that a dataset of the program defines, whichever sources there are: spikes of one can be measured by another's. */
export const KNOWN_METRICS: readonly MetricDefinition[] = [...ALLEN_METRICS, ...IBL_METRICS];

/** Every published rule. */
export const PUBLISHED_RULES: readonly QualityRule[] = [ALLEN_DEFAULT, IBL_GOOD];
