import { z } from "zod";
import { HISTOLOGY_STATES, type HistologyState, histologyStateOf } from "../histology-state.js";

/**
 * How the place of a probe in the brain is known, from least to best: a track traced in the histology, aligned to the recording by
 * one person, or resolved (alignments agree, and the release states the channels' places).
 */
export type HistologyProvenance = HistologyState;

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

const clientSchema = z.object({ histology: z.enum(HISTOLOGY_STATES).nullable() });

/**
 * What an Alyx insertion record, as the service answers or as `AlyxClient` gives it, says of its histology; null where the probe was not
 * traced, or the record does not say.
 *
 * Source: `brainbox.io.one._load_channel_locations_traj` (ibllib 4.1).
 */
export function histologyOfInsertion(insertion: unknown): HistologyProvenance | null {
  const read = clientSchema.safeParse(insertion);
  if (read.success) return read.data.histology;
  const parsed = insertionSchema.safeParse(insertion);
  return histologyStateOf((parsed.success ? parsed.data.json : undefined) ?? {});
}

/** Channel places in the release are resolved ones: alignments that are not resolved are kept in Alyx only. */
export function histologySource(hasPlaces: boolean, insertion?: unknown): HistologySource | null {
  if (hasPlaces) return { provenance: "resolved", source: "alf" };
  const provenance = insertion === undefined ? null : histologyOfInsertion(insertion);
  return provenance === null ? null : { provenance, source: "alyx" };
}
