import { type CallOptions, describeVersion, fingerprintOf, isDataError, type ProbeFingerprint } from "@crossprobe/core";
import type { AlfFile } from "./alf-file.js";
import { type Archive, type Catalogue, filesOf, type ProbeEntry, probeFiles } from "./catalogue.js";
import { channelFiles } from "./channels.js";
import { hasWaveforms } from "./listed-measurements.js";
import { findRawLfp, hasLfp } from "./raw-lfp.js";
import { toSession } from "./sessions.js";
import { unitFiles } from "./units.js";
import { VERSION } from "./version.js";

/**
 * Fingerprints of every probe of the sources.
 *
 * Of index tables and lists the rows of a probe count, not the tables: a session that is added to `sessions.pqt` changes nothing for the others. An
 * LFPack archive that is written again changes the probes that it has recordings of.
 *
 * Looks at the files of a probe's channels and units (some fifteen), those of one probe at a time, and once at each archive.
 */
export async function* readFingerprints(catalogue: Catalogue, options: CallOptions): AsyncIterable<ProbeFingerprint> {
  const versions = new Map<Archive, Promise<string | null>>();
  const versionOf = (archive: Archive) => {
    const version = versions.get(archive) ?? describeVersion(archive.store, archive.key, options);
    versions.set(archive, version);
    return version;
  };
  for (const session of catalogue.sessions.values()) {
    const facts = [VERSION, toSession(session)];
    for (const probe of session.probes) {
      options.signal?.throwIfAborted();
      const { ref, recording } = probe;
      const named = byNames(probe, catalogue.archives.length > 0);
      const found = await Promise.all([
        ...(named?.files ?? []).map(({ store, key }) => describeVersion(store, key, options)),
        ...(recording === null ? [] : [versionOf(recording.archive)]),
      ]);
      yield { probe: ref, fingerprint: named && (await fingerprintOf([...facts, named.facts], found)) };
    }
  }
}

type FilePlace = Pick<AlfFile, "store" | "key">;

/**
 * What names of files alone say of a probe: the facts of its row, and which files its tables are read from. Null where names contradict each
 * other, which reading reports.
 */
function byNames(
  probe: ProbeEntry,
  hasArchives: boolean,
): { readonly facts: unknown; readonly files: readonly FilePlace[] } | null {
  const { ref, label, model } = probe;
  const source = probeFiles(probe);
  try {
    const facts = [ref, label, model, hasLfp(probe, hasArchives), hasWaveforms(probe)];
    const channels = channelFiles(source);
    const raw = channels.length === 0 ? rawPlaces(probe) : [];
    return { facts, files: [...channels, ...unitFiles(source), ...raw] };
  } catch (error) {
    if (isDataError(error, "schema")) return null;
    throw error;
  }
}

/** Files of a raw recording, which states the places of channels where nothing else does. */
function rawPlaces({ recording, label, session }: ProbeEntry): readonly FilePlace[] {
  const raw = recording === null ? findRawLfp(filesOf(session), label).place : null;
  if (raw === null) return [];
  const { store, data, meta, header, timestamps, sync } = raw;
  return [data, meta, header, timestamps, sync].flatMap((key) => (key === undefined ? [] : [{ store, key }]));
}
