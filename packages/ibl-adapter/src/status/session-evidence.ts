import type { Notice } from "@crossprobe/core";

/** A file that a source registers for a session. */
export interface EvidenceFile {
  /** ALF folder of the file, without its revision: `alf/probe00/pykilosort`. */
  readonly collection: string;
  /** File name, without a data server's UUID. */
  readonly name: string;
  /** `""` for the file outside of any revision. */
  readonly revision: string;
  /** Null where the source does not say. */
  readonly isDefault: boolean | null;
  /** Version of the program that wrote it; null where the source does not say. */
  readonly version: string | null;
}

/** How far the histology of a probe went. */
export interface TrackEvidence {
  readonly traced: boolean;
  readonly alignmentUploaded: boolean;
  readonly alignmentResolved: boolean;
  /** What it was read from, for messages. */
  readonly from: string;
}

export interface ProbeEvidence {
  /** Such as `probe00`. */
  readonly label: string;
  /** Null where the source keeps no record of the insertion. */
  readonly track: TrackEvidence | null;
}

/** A run of a task: what it was recorded into, and what is extracted from it. */
export interface RunEvidence {
  /** Collection of what was recorded: `raw_task_data_00`; null where it is not registered and the extracted files alone show the run. */
  readonly raw: string | null;
  /** `alf/task_00`, or `alf` in sessions of one task. */
  readonly alf: string;
}

/** What a source says of one session: all that the state of extraction is judged by. Plain data, whatever it came from. */
export interface SessionEvidence {
  /** Experiment id; null where the source has none. */
  readonly eid: string | null;
  readonly lab: string | null;
  readonly subject: string | null;
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly number: number | null;
  readonly taskProtocol: string | null;
  /** Files that are registered as being there. */
  readonly files: readonly EvidenceFile[];
  readonly probes: readonly ProbeEvidence[];
  /** Passive runs in the order in which they were run; a text says why they are not known. */
  readonly passiveRuns: readonly RunEvidence[] | string;
  /** Runs of a task with choices, in order. */
  readonly taskRuns: readonly RunEvidence[] | string;
  /** Verdicts of the pipeline by key; null where the source keeps none. */
  readonly extendedQc: Readonly<Record<string, unknown>> | null;
  /** Whether image stacks of the brain are published; null where nobody looked. */
  readonly hasImageStacks: boolean | null;
  /** Whether local results (bombcell) can be seen from here. */
  readonly seesLocalFiles: boolean;
  readonly notices: readonly Notice[];
}
