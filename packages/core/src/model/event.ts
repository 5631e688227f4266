import { z } from "zod";
import type { Interval } from "./interval.js";
import type { Notice, Provenance } from "./provenance.js";
import type { SessionRef } from "./ref.js";

/** Small shared vocabulary of what happened; an analysis asks for these, never for a dataset's tables. */
export const EVENT_TYPES = [
  "stimulus.visual.onset",
  "cue.auditory.onset",
  "movement.onset",
  "choice",
  "outcome",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** One thing that happened at a moment on the session clock. An attribute that does not apply, or is absent, is null. */
export const eventSchema = z
  .strictObject({
    type: z.enum(EVENT_TYPES),
    /** Seconds on the session clock. */
    time: z.number(),
    /** End (stimulus offset), seconds on the session clock; null where there is none or it is not recorded. */
    stopTime: z.number().nullable(),
    /** The source's name of the stimulus or task element, such as `gabors`, `task`. */
    stimulus: z.string().nullable(),
    /** Contrast as a fraction, 0 to 1. */
    contrast: z.number().nullable(),
    /** Side of the screen as seen by the animal. */
    side: z.enum(["left", "right"]).nullable(),
    /** +1 for a light-increment, −1 for a light-decrement full-field stimulus. */
    polarity: z.union([z.literal(1), z.literal(-1)]).nullable(),
    azimuthDeg: z.number().nullable(),
    elevationDeg: z.number().nullable(),
    orientationDeg: z.number().nullable(),
    temporalFrequency: z.number().nullable(),
    /** Cycles per degree. */
    spatialFrequencyCpd: z.number().nullable(),
    /** Natural image or movie frame number. */
    frame: z.number().nullable(),
    /** Side chosen by the animal, for `choice`; null for no response. */
    choice: z.enum(["left", "right"]).nullable(),
    isCorrect: z.boolean().nullable(),
    /** Row of the source's table (trial number, presentation number in start order), 0-based. */
    nativeRow: z.int().min(0),
  })
  .readonly();
export type SessionEvent = z.infer<typeof eventSchema>;

export interface EventFilter {
  /** All types if not given. */
  readonly types?: readonly EventType[];
  /** Events with `start <= time < stop`. */
  readonly interval?: Interval;
}

/** Events of one session in time order, with what the source has beside them and why it is no event, counted. */
export interface EventTable {
  readonly session: SessionRef;
  readonly rows: readonly SessionEvent[];
  /**
   * Rows of the source that are no event of an asked type, by reason: `zeroContrast`, `blankSweep`, `spontaneous`,
   * `noOnsetTime`, `movieFrame` (a frame after the first).
   */
  readonly excluded: readonly { readonly reason: string; readonly count: number }[];
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}
