import type { ProbeRef } from "./ref.js";

/** `[start, stop)` in seconds on the session clock. */
export interface Interval {
  readonly start: number;
  readonly stop: number;
}

/** A span in which data must not be trusted. */
export interface InvalidInterval extends Interval {
  /** `saturated`: the amplifier was at its rail; `invalidTag`: the source tags it invalid; `gap`: no samples. */
  readonly kind: "saturated" | "invalidTag" | "gap";
  /** The probe concerned; null for the whole session. */
  readonly probe: ProbeRef | null;
  /** What the source says, verbatim. */
  readonly tags: readonly string[];
}
