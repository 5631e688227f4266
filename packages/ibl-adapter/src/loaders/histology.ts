import { z } from "zod";

/**
 * How the place of a probe in the brain is known, from least to best: a track traced in the histology, aligned to the recording by
 * one person, or resolved (alignments agree, and the release states the channels' places).
 */
export type HistologyProvenance = "traced" | "aligned" | "resolved";

/** Where channel places come from: the release's own files, or the tracing and alignment that Alyx keeps. */
export interface HistologySource {
  readonly provenance: HistologyProvenance;
  /** `alf`: `brainLocationIds_ccf_2017` lies beside the channels; `alyx`: only the insertion's record says so. */
  readonly source: "alf" | "alyx";
}

const insertionSchema = z.object({
  json: z
    .object({
      xyz_picks: z.array(z.array(z.number())).nullish(),
      extended_qc: z
        .object({
          tracing_exists: z.boolean().nullish(),
          alignment_count: z.number().nullish(),
          alignment_resolved: z.boolean().nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

/**
 * What an Alyx insertion record says of its histology; null where the probe was not traced, or the record does not say.
 *
 * Source: `brainbox.io.one._load_channel_locations_traj` (ibllib 4.1), fields `json.extended_qc.tracing_exists`,
 * `alignment_resolved`, `alignment_count`; a track with `xyz_picks` counts as traced.
 */
export function histologyOfInsertion(insertion: unknown): HistologyProvenance | null {
  const parsed = insertionSchema.safeParse(insertion);
  const json = parsed.success ? parsed.data.json : undefined;
  const quality = json?.extended_qc;
  const isTraced = quality?.tracing_exists ?? (json?.xyz_picks?.length ?? 0) > 0;
  if (!isTraced) return null;
  if (quality?.alignment_resolved === true) return "resolved";
  return (quality?.alignment_count ?? 0) > 0 ? "aligned" : "traced";
}

/** Channel places in the release are resolved ones: alignments that are not resolved are kept in Alyx only. */
export function histologySource(hasPlaces: boolean, insertion?: unknown): HistologySource | null {
  if (hasPlaces) return { provenance: "resolved", source: "alf" };
  const provenance = insertion === undefined ? null : histologyOfInsertion(insertion);
  return provenance === null ? null : { provenance, source: "alyx" };
}
