import type { TableName } from "../tables.js";
import type { Manifest } from "./manifest.js";

/** A file of a project cache, by what it holds. Identifiers are the release's own. */
export type CacheFile =
  | { readonly kind: "table"; readonly name: TableName }
  | { readonly kind: "session-nwb"; readonly session: string | number }
  | { readonly kind: "lfp-nwb"; readonly session: string | number; readonly probe: string | number }
  | { readonly kind: "session-metrics"; readonly session: string | number }
  | { readonly kind: "type-metrics"; readonly sessionType: string }
  | { readonly kind: "natural-movie"; readonly number: number }
  | { readonly kind: "natural-scene"; readonly number: number };

/**
 * Where a file of a project cache goes: its key in the folder of the manifest.
 *
 * Source: AllenSDK formats each path with the identifiers of its folders first, so that session files take the session twice.
 *
 * @throws {@link QueryError} for an identifier that is no number, or would leave the folder
 * @example
 * cacheFileKey(defaultManifest(store.url), { kind: "lfp-nwb", session: 715093703, probe: 810755797 });
 * // session_715093703/probe_810755797_lfp.nwb
 */
export function cacheFileKey(manifest: Pick<Manifest, "keyOf">, file: CacheFile): string {
  switch (file.kind) {
    case "table":
      return manifest.keyOf(file.name);
    case "session-nwb":
      return manifest.keyOf("session_nwb", file.session, file.session);
    case "lfp-nwb":
      return manifest.keyOf("probe_lfp_nwb", file.session, file.probe);
    case "session-metrics":
      return manifest.keyOf("session_analysis_metrics", file.session, file.session);
    case "type-metrics":
      return manifest.keyOf("typewise_analysis_metrics", file.sessionType);
    case "natural-movie":
      return manifest.keyOf("natural_movie", file.number);
    case "natural-scene":
      return manifest.keyOf("natural_scene", file.number);
  }
}
