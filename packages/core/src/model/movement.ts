import type { Notice, Provenance } from "./provenance.js";
import type { SessionRef } from "./ref.js";

/**
 * Movement of the wheel surface under the animal; `n` spans that ascend and do not overlap.
 *
 * Shapes and units:
 * - `startTimes`, `stopTimes`: `[n]`, seconds on the session clock
 * - `displacementCm`: `[n]`, centimetres of wheel surface during the span; the sign is the source's (see `positive`)
 *
 * A steering wheel turned by the paws and a running wheel are different behaviour: compare times, not distances.
 */
export interface MovementSignal {
  readonly session: SessionRef;
  readonly kind: "steeringWheel" | "runningWheel";
  /** What a positive displacement means. */
  readonly positive: string;
  readonly startTimes: Float64Array;
  readonly stopTimes: Float64Array;
  readonly displacementCm: Float64Array;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}
