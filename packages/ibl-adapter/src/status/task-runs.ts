import type { EvidenceFile, RunEvidence } from "./session-evidence.js";

/** Runs of a session by what was run; a text in place of runs says why they are not known. */
export interface TaskRuns {
  readonly passiveRuns: readonly RunEvidence[] | string;
  readonly taskRuns: readonly RunEvidence[] | string;
}

const RAW_RUN = /^raw_task_data_(\d+)$/u;
const ALF_RUN = /^alf\/task_(\d+)$/u;
const isPassiveFile = ({ name }: EvidenceFile): boolean => name.startsWith("_ibl_passive");
const isTaskFile = ({ name }: EvidenceFile): boolean => /^_ibl_(trials|wheel)\./u.test(name);

/**
 * Which runs of a session were passive and which were tasks, in their order.
 *
 * A `raw_task_data_NN` folder is a run: passive where its protocol contains `passive`, filler (neither) where it contains
 * `spontaneous` only. Its protocol is the one that its settings state, else the part of the session's protocol at its place,
 * where there are as many parts as folders, else what the extracted files show (`alf/task_NN`). Sessions of one task have
 * `raw_behavior_data` and `raw_passive_data`, extracted into `alf`. Extracted files without their raw folder count as a run too.
 *
 * Source: psyfun, `PYBPOD_PROTOCOL` of `_iblrig_taskSettings.raw.json`; the session's protocol joins those of its runs by `/`.
 *
 * @param protocols of runs whose settings were read, by raw collection
 */
export function findTaskRuns(
  files: readonly EvidenceFile[],
  taskProtocol: string | null,
  protocols: ReadonlyMap<string, string> = new Map(),
): TaskRuns {
  const collections = new Set(files.map(({ collection }) => collection));
  const numbers = numbersOf(collections, RAW_RUN);
  if (numbers.length === 0) return runsOfOneTask(files, collections);
  const parts = taskProtocol?.split("/") ?? [];
  const passiveRuns: RunEvidence[] = [];
  const taskRuns: RunEvidence[] = [];
  for (const [place, number] of numbers.entries()) {
    const run = { raw: `raw_task_data_${number}`, alf: `alf/task_${number}` };
    const stated = protocols.get(run.raw) ?? (parts.length === numbers.length ? parts[place] : undefined);
    const kind = stated === undefined ? shownKind(files, run.alf) : kindOf(stated);
    if (kind === undefined) {
      const why = `no settings of ${run.raw} were read, and the session's protocol does not tell its ${numbers.length} runs apart`;
      return { passiveRuns: why, taskRuns: why };
    }
    if (kind === "passive") passiveRuns.push(run);
    if (kind === "task") taskRuns.push(run);
  }
  return { passiveRuns, taskRuns };
}

/** Numbers of numbered folders as they are written, ascending. */
function numbersOf(collections: ReadonlySet<string>, pattern: RegExp): string[] {
  const found = [...collections].flatMap((name) => pattern.exec(name)?.[1] ?? []);
  return found.sort((a, b) => Number(a) - Number(b));
}

type RunKind = "passive" | "filler" | "task";

function kindOf(protocol: string): RunKind {
  if (protocol.includes("passive")) return "passive";
  return protocol.includes("spontaneous") || protocol.includes("LSD_filler") ? "filler" : "task";
}

function shownKind(files: readonly EvidenceFile[], alf: string): RunKind | undefined {
  const own = files.filter(({ collection }) => collection === alf);
  if (own.some(isPassiveFile)) return "passive";
  return own.some(isTaskFile) ? "task" : undefined;
}

function runsOfOneTask(files: readonly EvidenceFile[], collections: ReadonlySet<string>): TaskRuns {
  const numbered = numbersOf(collections, ALF_RUN).map((number) => `alf/task_${number}`);
  const shown = (test: (file: EvidenceFile) => boolean, raw: string): readonly RunEvidence[] => {
    if (collections.has(raw)) return [{ raw, alf: "alf" }];
    const holding = ["alf", ...numbered].filter((alf) => files.some((file) => file.collection === alf && test(file)));
    return holding.map((alf) => ({ raw: null, alf }));
  };
  return {
    passiveRuns: shown(isPassiveFile, "raw_passive_data"),
    taskRuns: shown(isTaskFile, "raw_behavior_data"),
  };
}
