import type { ProbeRef } from "./ref.js";

/** `[start, stop)` in seconds on the session clock. */
export interface Interval {
  readonly start: number;
  readonly stop: number;
}

/** A span in which data must not be trusted. */
export interface InvalidInterval extends Interval {
  /**
   * `saturated`: the amplifier was at its rail; `invalidTag`: the source tags it invalid.
   *
   * Of one signal alone, and therefore given by its source and not for the session: `gap`: no samples; `silent`: zeros before it was
   * compressed; `codec-dropout`: zeros because the codec lost it; `unknown`: zeros that nothing explains, and numbers
   * that did not decode.
   */
  readonly kind: "saturated" | "invalidTag" | "gap" | "silent" | "codec-dropout" | "unknown";
  /** The probe concerned; null for the whole session. */
  readonly probe: ProbeRef | null;
  /** What the source says, verbatim. */
  readonly tags: readonly string[];
}
