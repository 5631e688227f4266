import type { MetricDefinition } from "../model/metric.js";
import type { QualityRule } from "../model/quality-rule.js";
import { MEMORY_DATASET } from "./memory-dataset.js";

const COMMON = {
  ...{ unit: null, range: [0, null], source: "this page", pitfalls: [], cousins: [], recipe: null },
} as const satisfies Partial<MetricDefinition>;

/** What the metrics of the dataset's units mean. */
export const MEMORY_METRICS: readonly MetricDefinition[] = [
  {
    ...COMMON,
    ...{ id: `${MEMORY_DATASET}.snr`, name: "snr", title: "Signal-to-noise ratio", direction: "higher-is-better" },
    formula: "The number of the unit and a half.",
  },
  {
    ...COMMON,
    ...{ id: `${MEMORY_DATASET}.evenness`, name: "evenness", title: "Whether the number is even", direction: "none" },
    formula: "1 for an even number of the unit, 0 for an odd one.",
  },
];

/** Its rule: units of even number pass. */
export const MEMORY_RULE: QualityRule = {
  ...{ id: "memory-good@2026", title: "good", definition: "even unit number", source: "this page" },
  criteria: [{ metric: `${MEMORY_DATASET}.evenness`, op: ">=", bound: 1 }],
  missing: "unknown",
};
