import { z } from "zod";

/** The version of project-cache manifests whose layout is known here. Source: AllenSDK `EcephysProjectCache.MANIFEST_VERSION`. */
export const MANIFEST_VERSION = "0.3.0";

/** File name that every tutorial of the release recommends. */
export const MANIFEST_KEY = "manifest.json";

/** One entry, checked. */
export const entrySchema = z.looseObject({
  key: z.string(),
  type: z.enum(["dir", "file"]),
  /** Path below the parent, with `/` and placeholders `%d` and `%s`. */
  spec: z.string(),
  /** Format of a file, such as `csv`; AllenSDK allows it and does not write it. */
  format: z.string().optional(),
  /** An entry that stands earlier. */
  parent_key: z.string().optional(),
});

/** An entry of a manifest, as it stands in the file. */
export type ManifestEntry = z.infer<typeof entrySchema>;

/** The part of a manifest that must be there before its entries are looked at. */
export const manifestSchema = z.looseObject({ manifest: z.array(z.looseObject({ type: z.string() })) });
export type ManifestDocument = z.infer<typeof manifestSchema>;

const below = (parent_key: string, key: string, type: "dir" | "file", spec: string): ManifestEntry => ({
  ...{ key, type, spec, parent_key },
});

/**
 * The entries of a new project cache, in the order of the file.
 *
 * Source: AllenSDK `EcephysProjectCache.add_manifest_paths`; a manifest of the release has them byte for byte.
 */
export const DEFAULT_ENTRIES = [
  { key: "BASEDIR", type: "dir", spec: "." },
  below("BASEDIR", "sessions", "file", "sessions.csv"),
  below("BASEDIR", "probes", "file", "probes.csv"),
  below("BASEDIR", "channels", "file", "channels.csv"),
  below("BASEDIR", "units", "file", "units.csv"),
  below("BASEDIR", "session_data", "dir", "session_%d"),
  below("session_data", "session_nwb", "file", "session_%d.nwb"),
  below("session_data", "session_analysis_metrics", "file", "session_%d_analysis_metrics.csv"),
  below("session_data", "probe_lfp_nwb", "file", "probe_%d_lfp.nwb"),
  below("BASEDIR", "movie_dir", "dir", "natural_movie_templates"),
  below("BASEDIR", "typewise_analysis_metrics", "file", "%s_analysis_metrics.csv"),
  below("movie_dir", "natural_movie", "file", "natural_movie_%d.h5"),
  below("BASEDIR", "natural_scene_dir", "dir", "natural_scene_templates"),
  below("natural_scene_dir", "natural_scene", "file", "natural_scene_%d.tiff"),
] as const satisfies readonly ManifestEntry[];

/** Files of a project cache, by the manifest's own names. */
export type ManifestKey =
  | "sessions"
  | "probes"
  | "channels"
  | "units"
  | "session_nwb"
  | "session_analysis_metrics"
  | "probe_lfp_nwb"
  | "typewise_analysis_metrics"
  | "natural_movie"
  | "natural_scene";

/**
 * The text of a manifest as AllenSDK writes it: two spaces, no line end behind the last brace, fields in the order key, type, spec, format,
 * parent. Without arguments, that of a new cache, which AllenSDK opens.
 */
export function encodeManifest(
  entries: readonly ManifestEntry[] = DEFAULT_ENTRIES,
  version = MANIFEST_VERSION,
): string {
  const ordered = entries.map(({ key, type, spec, format, parent_key, ...rest }) => ({
    ...{ key, type, spec },
    ...(format !== undefined && { format }),
    ...(parent_key !== undefined && { parent_key }),
    ...rest,
  }));
  return JSON.stringify({ manifest: [{ type: "manifest_version", value: version }, ...ordered] }, null, 2);
}
