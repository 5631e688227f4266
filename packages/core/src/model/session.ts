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
    /** Kind of session, or names of the tasks, in the source's own words: Allen's `session_type`, the task protocols of IBL. */
    sessionType: z.string().nullable(),
    /**
     * Whether the release has measurements of the pupil; null where the source's tables do not say. The file that holds them may still have to
     * be fetched.
     */
    hasPupil: z.boolean().nullable(),
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
