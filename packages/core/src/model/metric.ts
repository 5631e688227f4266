import { z } from "zod";
import { UNIT_RECIPES } from "../unit-metrics/recipe-names.js";
import type { Notice } from "./provenance.js";

/** Which end of a metric is the better one; `none` where it says nothing of quality, as for a shape. */
export const METRIC_DIRECTIONS = ["higher-is-better", "lower-is-better", "none"] as const;

/** What a metric of units is, exactly enough to compute it again. Two metrics are one quantity if and only if their ids are equal. */
export const metricDefinitionSchema = z
  .strictObject({
    /**
     * `<origin>.<name>`, the key of {@link Unit.metrics}; with `@<version>` only where one name stands for two definitions. The origin
     * says who defined it, not whose units have it: spikes of any dataset can be measured by it.
     */
    id: z.string().regex(/^[a-z][a-z0-9-]*\.\w+(@[\w.-]+)?$/, "expected <origin>.<name>"),
    /** As the source calls it. */
    name: z.string().min(1),
    title: z.string().min(1),
    /** One sentence: the computation with its parameters and its time base. */
    formula: z.string().min(1),
    /** In the style of UCUM (`uV`, `Hz`, `%`; `1` for a ratio, `{spikes}` for a count); null for a flag or a score. */
    unit: z.string().min(1).nullable(),
    direction: z.enum(METRIC_DIRECTIONS),
    /** Least and greatest value, both included; null where there is no bound. */
    range: z.tuple([z.number().nullable(), z.number().nullable()]).readonly(),
    /** Document or function, with its version, that defines it. */
    source: z.string().min(1),
    /** What a reader of the numbers gets wrong, a sentence each. */
    pitfalls: z.array(z.string().min(1)).readonly(),
    /** Metrics that look like it and must not be compared with it, and why. */
    cousins: z.array(z.strictObject({ id: z.string(), reason: z.string().min(1) }).readonly()).readonly(),
    /** Formula of `@crossprobe/core/unit-metrics` that computes it from spikes; null where spikes and their amplitudes do not suffice. */
    recipe: z.enum(UNIT_RECIPES).nullable(),
  })
  .readonly();
export type MetricDefinition = z.infer<typeof metricDefinitionSchema>;

/** Where the values of a metric come from: `native` as the source states them, `recomputed` from spikes. */
export type MetricOrigin = "native" | "recomputed";

/**
 * Metrics that no definition covers, by id in order of their name: what they mean is unknown, so that they can be read and compared with
 * nothing.
 *
 * @param metrics ids, such as the keys of {@link Unit.metrics}
 */
export function undefinedMetrics(metrics: Iterable<string>, definitions: readonly MetricDefinition[]): string[] {
  const defined = new Set(definitions.map(({ id }) => id));
  return [...new Set(metrics)].filter((id) => !defined.has(id)).sort();
}

/** The notice `metrics-undefined` of a unit table, which names its {@link undefinedMetrics}; none where there are none. */
export function metricsUndefined(
  metrics: Iterable<string>,
  definitions: readonly MetricDefinition[],
  where: string,
): Notice[] {
  const unknown = undefinedMetrics(metrics, definitions);
  if (unknown.length === 0) return [];
  const message = `Metrics without a definition can be read and compared with nothing: ${unknown.join(", ")}`;
  return [{ code: "metrics-undefined", message, count: unknown.length, where }];
}
