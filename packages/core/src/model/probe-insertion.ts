import { z } from "zod";
import { probeRefSchema, sessionRefSchema } from "./ref.js";

/** One probe in one brain during one session. */
export const probeInsertionSchema = z
  .strictObject({
    ref: probeRefSchema,
    session: sessionRefSchema,
    /** The source's name of the probe, such as `probe00` or `probeA`. */
    label: z.string(),
    /** Rows of the channel table; null where the source does not say. */
    channelCount: z.int().nullable(),
    /** Rows of the unit table; null where the source does not say. */
    unitCount: z.int().nullable(),
    /** Whether there is an LFP to read; null where the source does not say. */
    hasLfp: z.boolean().nullable(),
    /**
     * Whether the release has mean waveforms of the probe's units; null where the source's tables do not say. The file that holds them may
     * still have to be fetched.
     */
    hasWaveforms: z.boolean().nullable(),
    /** Hardware, as the source names it (`3B2`, `3a`). */
    model: z.string().nullable(),
  })
  .readonly();
export type ProbeInsertion = z.infer<typeof probeInsertionSchema>;
