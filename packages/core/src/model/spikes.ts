import type { Interval } from "./interval.js";
import type { Notice, Provenance } from "./provenance.js";
import type { ProbeRef, UnitRef } from "./ref.js";

/**
 * Spike times of the units of one probe, grouped by unit; `n` units and `k` spikes in all.
 *
 * Shapes and units:
 * - `times`: `[k]`, seconds on the session clock, ascending within a unit
 * - `offsets`: `[n + 1]`; unit `i` owns `times[offsets[i] … offsets[i + 1])`
 * - `amplitudesV`: `[k]`, volts, aligned with `times`
 *
 * Absent: a unit without spikes has an empty span. `amplitudesV` is null where the source has none; NaN marks a single missing one.
 */
export interface SpikeTable {
  readonly probe: ProbeRef;
  /** In the order asked for; without a choice all units of the probe, in the order of its unit table. */
  readonly units: readonly UnitRef[];
  readonly times: Float64Array;
  readonly offsets: Uint32Array;
  readonly amplitudesV: Float32Array | Float64Array | null;
  /** Per unit, when it was observed as the source states it; null where it does not say. */
  readonly observed: readonly (readonly Interval[] | null)[];
  /** First and last spike of every unit of the probe (also those not asked for), closed; null without any spike. */
  readonly coverage: { readonly first: number; readonly last: number } | null;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}

/** Times of unit `i` of a table: a view, not a copy. */
export function spikeTrain(spikes: SpikeTable, index: number): Float64Array {
  const start = spikes.offsets[index];
  const stop = spikes.offsets[index + 1];
  if (start === undefined || stop === undefined) throw new RangeError(`no unit ${index} among ${spikes.units.length}`);
  return spikes.times.subarray(start, stop);
}
