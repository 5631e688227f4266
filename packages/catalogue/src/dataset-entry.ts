import { metricDefinitionSchema, noticeSchema, qualityRuleSchema } from "@crossprobe/core";
import { z } from "zod";

const sourceSchema = z.strictObject({ url: z.string(), kind: z.string() }).readonly();

/** What a catalogue keeps of a dataset beside its rows: enough to say where they came from and whether they are still true. */
export const datasetEntrySchema = z
  .strictObject({
    id: z.string().min(1),
    title: z.string(),
    /** Version of the adapter that read the rows. */
    adapterVersion: z.string(),
    release: z.string().nullable(),
    sources: z.array(sourceSchema).readonly(),
    citations: z.array(z.string()).readonly(),
    licence: z.string(),
    /** Rules whose verdicts the units have, the default one first. */
    rules: z.array(qualityRuleSchema).readonly(),
    /** What the metrics of its units are. */
    metrics: z.array(metricDefinitionSchema).readonly(),
    /** By the id of a probe, the text that changes with its tables; no entry where nobody could say. */
    fingerprints: z.record(z.string(), z.string()).readonly(),
    /** What was left out, repaired or doubted on the way: equal ones of several probes added up. */
    notices: z.array(noticeSchema).readonly(),
    /** By the id of a probe, which of the notices came with its tables (by place in the list), and how many of each. */
    noticeShares: z
      .record(z.string(), z.array(z.tuple([z.int().min(0), z.int().min(0)]).readonly()).readonly())
      .readonly(),
  })
  .readonly();
export type DatasetEntry = z.infer<typeof datasetEntrySchema>;
