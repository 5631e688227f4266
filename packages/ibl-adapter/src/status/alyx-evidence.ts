import type { AlyxSessionDetails } from "../alyx/records.js";
import type { EvidenceFile, ProbeEvidence, SessionEvidence, TrackEvidence } from "./session-evidence.js";
import { findTaskRuns } from "./task-runs.js";

/** What Alyx does not say, and a caller may know. */
export interface AlyxEvidenceOptions {
  /** Protocols of the runs whose `_iblrig_taskSettings.raw.json` was read (`PYBPOD_PROTOCOL`), by raw collection. */
  readonly protocols?: ReadonlyMap<string, string> | undefined;
  /** Whether the data server has image stacks of the subject's brain. */
  readonly hasImageStacks?: boolean | undefined;
}

/**
 * What a session's record in Alyx says of its extraction. A file counts as registered where its record has an address.
 *
 * Source: `sessions/<eid>`: `data_dataset_session_related` (`data_url`), `extended_qc`, `probe_insertion` with `json.xyz_picks` and
 * `json.extended_qc`, as psyfun reads them.
 */
export function alyxEvidence(session: AlyxSessionDetails, options: AlyxEvidenceOptions = {}): SessionEvidence {
  const files = session.datasets
    .filter(({ dataUrl }) => dataUrl !== null)
    .map(({ collection, name, revision, isDefaultRevision, version }): EvidenceFile => {
      return { collection, name, revision: revision ?? "", isDefault: isDefaultRevision, version };
    });
  const lost = session.datasets.length - files.length;
  const message = "files are registered without an address and count as not there";
  return {
    ...{ eid: session.id, lab: session.lab, subject: session.subject, date: session.startTime.slice(0, 10) },
    ...{ number: session.number, taskProtocol: session.taskProtocol, files },
    probes: session.probes.map((probe): ProbeEvidence => ({ label: probe.name, track: trackOf(probe) })),
    ...findTaskRuns(files, session.taskProtocol, options.protocols),
    extendedQc: session.extendedQc,
    hasImageStacks: options.hasImageStacks ?? null,
    seesLocalFiles: false,
    notices: lost === 0 ? [] : [{ code: "files-without-address", message, count: lost, where: session.id }],
  };
}

/** Source: psyfun `histology.py`: picks, `alignment_count` above 0, `alignment_resolved` true. */
function trackOf(probe: AlyxSessionDetails["probes"][number]): TrackEvidence {
  return {
    traced: (probe.trackUm?.length ?? 0) > 0,
    alignmentUploaded: (probe.alignmentCount ?? 0) > 0,
    alignmentResolved: probe.isAlignmentResolved === true,
    from: `record of the insertion ${probe.id}`,
  };
}
