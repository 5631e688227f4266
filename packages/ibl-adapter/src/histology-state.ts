/** How far the track of a probe was found in the brain, best first. Source: brainbox `SpikeSortingLoader`. */
export const HISTOLOGY_STATES = ["resolved", "aligned", "traced"] as const;
export type HistologyState = (typeof HISTOLOGY_STATES)[number];

/** What Alyx keeps of the histology of an insertion, in its own spelling. */
export interface HistologyFields {
  readonly xyz_picks?: readonly unknown[] | null | undefined;
  readonly extended_qc?:
    | {
        readonly tracing_exists?: boolean | null | undefined;
        readonly alignment_count?: number | null | undefined;
        readonly alignment_resolved?: boolean | null | undefined;
      }
    | null
    | undefined;
}

/**
 * The state that the fields say; null where the probe was not traced, or they do not say.
 *
 * Source: `brainbox.io.one._load_channel_locations_traj` (ibllib 4.1), fields `tracing_exists`, `alignment_resolved`, `alignment_count`; where the
 * first is not stated, a track with `xyz_picks` counts as traced.
 */
export function histologyStateOf({ xyz_picks: picks, extended_qc: quality }: HistologyFields): HistologyState | null {
  const isTraced = quality?.tracing_exists ?? (picks?.length ?? 0) > 0;
  if (!isTraced) return null;
  if (quality?.alignment_resolved === true) return "resolved";
  return (quality?.alignment_count ?? 0) > 0 ? "aligned" : "traced";
}
