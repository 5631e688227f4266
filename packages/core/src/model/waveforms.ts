import type { NdArray } from "../nd-array.js";
import type { Notice, Provenance } from "./provenance.js";
import type { ChannelRef, ProbeRef, UnitRef } from "./ref.js";

/** Mean spike shape of one unit. */
export interface MeanWaveform {
  readonly unit: UnitRef;
  /** `[samples, channels]`, microvolts; NaN where the source has no value. */
  readonly data: NdArray<Float32Array | Float64Array>;
  /** Site number on the probe (tip first) of each channel axis entry. */
  readonly siteIndices: readonly number[];
  /** Channel of each entry; null for a site that has no row in the channel table (a reference site). */
  readonly channels: readonly (ChannelRef | null)[];
}

export interface WaveformTable {
  readonly probe: ProbeRef;
  readonly rows: readonly MeanWaveform[];
  /** Samples per second on the probe's own clock; null where the source does not say. */
  readonly samplingRate: number | null;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}
