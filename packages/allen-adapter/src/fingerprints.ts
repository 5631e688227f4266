import { type CallOptions, fingerprintOf, type ProbeFingerprint } from "@crossprobe/core";
import type { ErrataSettings } from "./errata/errata-choice.js";
import { ERRATUM_IDS } from "./errata/erratum.js";
import type { ProjectCache } from "./project-cache.js";
import { VERSION } from "./version.js";
import { probeRef } from "./vocabulary.js";

/** What the reading of tables depends on beside files. */
export interface ReadingSettings {
  readonly analysisMetrics: boolean;
  readonly errata: ErrataSettings;
}

/**
 * Fingerprints of every probe that the tables list, in their order.
 *
 * The four tables hold all probes, so a new one changes all of them; a session's file and its analysis metrics change those of the session:
 * units whose channel is in no table are placed by the session file.
 *
 * Reads `sessions.csv` and `probes.csv`. Looks at four tables a cache, and at one file (two with analysis metrics) a session and cache.
 */
export async function* readFingerprints(
  caches: readonly ProjectCache[],
  { analysisMetrics, errata }: ReadingSettings,
  options: CallOptions,
): AsyncIterable<ProbeFingerprint> {
  const facts = [VERSION, analysisMetrics, ERRATUM_IDS.filter((id) => errata.isOn(id))];
  const tables = await Promise.all(caches.map((cache) => tableVersions(cache, options)));
  for (const [sessionId, { probeIds, sessionTypes }] of await listProbes(caches, options)) {
    const metrics = analysisMetrics ? [...sessionTypes] : [];
    const own = await Promise.all(
      caches.flatMap((cache) => [
        cache.versionOf(["session_nwb", sessionId, sessionId], options),
        ...metrics.map((type) => cache.versionOf(["typewise_analysis_metrics", type], options)),
      ]),
    );
    for (const id of probeIds) {
      yield { probe: probeRef(id), fingerprint: await fingerprintOf([...facts, id], [...tables.flat(), ...own]) };
    }
  }
}

async function tableVersions(cache: ProjectCache, options: CallOptions): Promise<readonly (string | null)[]> {
  const versions: (string | null)[] = [];
  for (const name of ["sessions", "probes", "channels", "units"] as const)
    versions.push(await cache.versionOf([name], options));
  return versions;
}

interface ListedSession {
  readonly probeIds: Set<string>;
  readonly sessionTypes: Set<string>;
}

/** Probes by session, each once however many caches list it. */
async function listProbes(
  caches: readonly ProjectCache[],
  options: CallOptions,
): Promise<ReadonlyMap<string, ListedSession>> {
  const found = new Map<string, ListedSession>();
  for (const cache of caches) {
    const sessions = await cache.table("sessions", options);
    const probes = await cache.table("probes", options);
    for (const [id, row] of sessions?.rowOf ?? []) {
      const session = found.get(id) ?? { probeIds: new Set(), sessionTypes: new Set() };
      found.set(id, session);
      const type = sessions?.cells.text("session_type", row);
      if (type) session.sessionTypes.add(type);
      for (const probe of probes?.rowsOf.get(id) ?? []) session.probeIds.add(probes?.cells.id("id", probe) ?? "");
    }
  }
  return found;
}
