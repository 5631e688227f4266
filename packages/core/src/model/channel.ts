import { z } from "zod";
import type { Notice, Provenance } from "./provenance.js";
import { channelRefSchema, type ProbeRef, probeRefSchema } from "./ref.js";
import { locationShape } from "./region-label.js";

/** One recorded signal of a probe. */
export const channelSchema = z
  .strictObject({
    ref: channelRefSchema,
    probe: probeRefSchema,
    ...locationShape,
    /** 0-based site number on the probe, tip first: neither a row number nor a column of a file. */
    siteIndex: z.int().min(0).nullable(),
    /** Across the probe, as the source gives it. */
    lateralUm: z.number().nullable(),
    /** The source's verdict on the signal; null where it has none. */
    quality: z.enum(["good", "dead", "noisy", "outside"]).nullable(),
  })
  .readonly();
export type Channel = z.infer<typeof channelSchema>;

/** Every channel of one probe, in the order of the source's table. */
export interface ChannelTable {
  readonly probe: ProbeRef;
  readonly rows: readonly Channel[];
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}
