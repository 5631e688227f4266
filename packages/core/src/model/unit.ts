import { z } from "zod";
import type { Notice, Provenance } from "./provenance.js";
import { channelRefSchema, type ProbeRef, probeRefSchema, sessionRefSchema, unitRefSchema } from "./ref.js";
import { locationShape } from "./region-label.js";

/** Spikes attributed to one source by spike sorting. */
export const unitSchema = z
  .strictObject({
    ref: unitRefSchema,
    probe: probeRefSchema,
    session: sessionRefSchema,
    /** Identity that survives another sorting revision, where the source has one. */
    uuid: z.string().nullable(),
    /** Channel with the largest waveform. */
    peakChannel: channelRefSchema.nullable(),
    ...locationShape,
    /** As the source states it; null where it does not. */
    spikeCount: z.int().min(0).nullable(),
    /** Spikes per second as the source states it; the denominator is the source's. */
    firingRate: z.number().min(0).nullable(),
    /** Column that the rate was read from, with the source's definition; null with a null rate. */
    firingRateSource: z.string().nullable(),
    /** The source's verdict by rule id, also where its metrics say otherwise; null where the rule cannot be evaluated. */
    quality: z.record(z.string(), z.boolean().nullable()).readonly(),
    /**
     * The source's own metrics by the id of their {@link MetricDefinition}, `<dataset>.<name>`; null where absent. Equal names of two
     * datasets are not equal definitions; a key that no definition has can be read and compared with nothing.
     */
    metrics: z.record(z.string(), z.number().nullable()).readonly(),
  })
  .readonly();
export type Unit = z.infer<typeof unitSchema>;

/** Every unit of one probe, in the order of the source's table; never filtered. */
export interface UnitTable {
  readonly probe: ProbeRef;
  readonly rows: readonly Unit[];
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}
