/** What metrics of one unit are computed from. */
export interface UnitSpikes {
  /** Seconds, ascending. */
  readonly times: Float64Array;
  /** Volts, one a spike; null where the source has none. */
  readonly amplitudes: Float64Array | null;
  /** First and last spike of every unit of the probe, seconds; null where that is not known. */
  readonly span: { readonly first: number; readonly last: number } | null;
}
