import { z } from "zod";
import { sessionRefSchema } from "./ref.js";

/** One subject, one visit, one clock. */
export const sessionSchema = z
  .strictObject({
    ref: sessionRefSchema,
    dataset: z.string(),
    /** Nickname or number of the animal, as the source writes it. */
    subject: z.string().nullable(),
    lab: z.string().nullable(),
    /** ISO 8601 date or date-time, as precise as the source states. */
    startTime: z.string().nullable(),
    /** `task.decision`, `passive.visual`: what the animal did. */
    paradigm: z.string().nullable(),
    /** Probes that the source lists; null where it does not say. */
    probeCount: z.int().nullable(),
    sex: z.enum(["M", "F"]).nullable(),
    ageDays: z.number().nullable(),
    genotype: z.string().nullable(),
  })
  .readonly();
export type Session = z.infer<typeof sessionSchema>;

/** Which sessions; every given condition must hold. */
export interface SessionFilter {
  readonly refs?: readonly z.infer<typeof sessionRefSchema>[];
  /** Exact, case-sensitive. */
  readonly subject?: string;
}
