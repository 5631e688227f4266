/** States of an extracted file, in psyfun's words. */
export const EXTRACTION_STATES = ["extraction complete", "extraction error", "raw data missing"] as const;
export type ExtractionState = (typeof EXTRACTION_STATES)[number];

/** Which part of the pipeline an aspect belongs to. */
export const ASPECT_GROUPS = ["task", "ephys", "video", "histology"] as const;
export type AspectGroup = (typeof ASPECT_GROUPS)[number];

/**
 * What a rule is asked of, once each: a passive run, the task itself, a probe, a camera, the session. Names in braces stand for
 * the slot's own: `{raw}` and `{alf}` collections of a run, `{probe}` label, `{sorting}` collection of the chosen sorting,
 * `{camera}` and `{Camera}`.
 */
export type SlotKind = "run" | "task" | "probe" | "camera" | "session";

interface AnyRule {
  /** Slot kind and aspect: `probe.spikes`. */
  readonly id: string;
  readonly group: AspectGroup;
  readonly slot: SlotKind;
  /** Column of the table, with the slot in braces: `{probe}_spikes`. */
  readonly column: string;
  /** Where the rule is stated; `crossprobe` for those that the reference table does not have. */
  readonly source: string;
}

/** Whether files are there. Its value is an {@link ExtractionState}. */
export interface FileRule extends AnyRule {
  readonly kind: "files";
  readonly collection: string;
  /** Patterns of whole file names; each must be met by a file. */
  readonly files: readonly string[];
  /**
   * What the files are made from: the id of another rule of the slot; `"collection"` for the slot's raw collection; null for raw
   * files themselves, which cannot be in error.
   */
  readonly raw: string | null;
}

/** A verdict that the pipeline wrote down. Its value is a word of quality control. */
export interface OutcomeRule extends AnyRule {
  readonly kind: "outcome";
  /** Key of `extended_qc`; a list has the verdict as its first item. */
  readonly key: string;
}

/** Whether a step of the histology was done. Its value is true or false. */
export interface StepRule extends AnyRule {
  readonly kind: "step";
  readonly step: "imageStacks" | "traced" | "alignmentUploaded" | "alignmentResolved";
}

/** Which sorting was chosen. Its value is a text. */
export interface SorterRule extends AnyRule {
  readonly kind: "sorter";
}

export type ExtractionRule = FileRule | OutcomeRule | StepRule | SorterRule;

const README = "psyfun README, specs/check_dataset_extraction.md (2026-05-14)";
const OURS = "crossprobe";

/** Sorters whose output counts, best first; `""` is a sorting that lies in the probe's own folder. Source: psyfun, but for `""`. */
export const STATUS_SORTERS = ["iblsorter", "pykilosort", "ks2", ""] as const;

const passive = (aspect: string, file: string): FileRule => ({
  ...{ id: `run.${aspect}`, group: "task", slot: "run", column: `task_{run}_${aspect}`, source: README },
  ...{ kind: "files", collection: "{alf}", files: [file], raw: "collection" },
});
const verdict = (aspect: string): OutcomeRule => ({
  ...{ id: `camera.${aspect}`, group: "video", slot: "camera", column: `{camera}_camera_${aspect}`, source: README },
  ...{ kind: "outcome", key: `_video{Camera}_${aspect}` },
});
const step = (aspect: string, name: StepRule["step"]): StepRule => ({
  ...{ id: `probe.${aspect}`, group: "histology", slot: "probe", column: `{probe}_${aspect}`, source: README },
  ...{ kind: "step", step: name },
});
const ofTask = (aspect: string, file: string): FileRule => ({
  ...{ id: `task.${aspect}`, group: "task", slot: "task", column: aspect, source: OURS },
  ...{ kind: "files", collection: "{alf}", files: [file], raw: "collection" },
});
type ProbeFiles = Pick<FileRule, "collection" | "files" | "raw">;
const ofProbe = (aspect: string, what: ProbeFiles): FileRule => ({
  ...{ id: `probe.${aspect}`, group: "ephys", slot: "probe", column: `{probe}_${aspect}`, source: README },
  ...{ kind: "files", ...what },
});
const ofCamera = (aspect: string, what: ProbeFiles): FileRule => ({
  ...{ id: `camera.${aspect}`, group: "video", slot: "camera", column: `{camera}_camera_${aspect}`, source: README },
  ...{ kind: "files", ...what },
});

/** A name of SpikeGLX as IBL registers it: `imec0` and `imec00` are the same probe, `imec` a phase 3A one. */
const SPIKEGLX = "_spikeglx_ephysData_g\\d+_t\\d+\\.imec\\d*";
const RAW_EPHYS = "raw_ephys_data/{probe}";

/**
 * The rules of the state of extraction, in the order of their columns.
 *
 * A file rule is `extraction complete` where all its files are registered, else `extraction error` where what they are made from
 * is, else `raw data missing`.
 *
 * Source: psyfun (README, "State of extraction"; its specification `check_dataset_extraction`). `task.trials` and `task.wheel` are
 * ours. Where a rule differs on purpose, the package's README says so.
 */
export const EXTRACTION_RULES: readonly ExtractionRule[] = [
  // Sessions of before the table have a file a column.
  ofTask("trials", "_ibl_trials\\.(?:table\\.pqt|intervals\\.npy)"),
  ofTask("wheel", "_ibl_wheel\\.position\\.npy"),
  passive("intervalsTable", "_ibl_passivePeriods\\.intervalsTable\\.csv"),
  passive("passiveStims", "_ibl_passiveStims\\.table\\.csv"),
  passive("passiveGabor", "_ibl_passiveGabor\\.table\\.csv"),
  ofProbe("raw_ap", { collection: RAW_EPHYS, files: [`${SPIKEGLX}\\.ap\\.c?bin`], raw: null }),
  ofProbe("sync", { collection: RAW_EPHYS, files: [`${SPIKEGLX}\\.sync\\.npy`], raw: "probe.raw_ap" }),
  {
    ...{ id: "probe.sorter", group: "ephys", slot: "probe", column: "{probe}_sorter", source: README },
    kind: "sorter",
  },
  ofProbe("spikes", {
    collection: "{sorting}",
    files: ["spikes\\.times\\.npy", "spikes\\.clusters\\.npy", "clusters\\.uuids\\.csv"],
    raw: "probe.raw_ap",
  }),
  ofProbe("bombcell", {
    collection: "spike_sorters/{sorter}/{probe}/bombcell",
    files: ["templates\\._bc_qMetrics\\.parquet"],
    raw: "probe.raw_ap",
  }),
  ofCamera("raw_video", { collection: "raw_video_data", files: ["_iblrig_{camera}Camera\\.raw\\.mp4"], raw: null }),
  ofCamera("pose", {
    collection: "alf",
    files: ["_ibl_{camera}Camera\\.lightningPose\\.pqt"],
    raw: "camera.raw_video",
  }),
  verdict("dropped_frames"),
  verdict("timestamps"),
  verdict("pin_state"),
  {
    ...{ id: "session.image_stacks", group: "histology", slot: "session", column: "image_stacks", source: README },
    ...{ kind: "step", step: "imageStacks" },
  },
  step("traced", "traced"),
  step("alignment_uploaded", "alignmentUploaded"),
  step("alignment_resolved", "alignmentResolved"),
];

/** Slots that every session has a column for, whether it has them or not. Source: psyfun, two probes and two passive runs. */
export const STANDARD_RUNS = ["pre", "post"] as const;
export const STANDARD_PROBES = ["probe00", "probe01"] as const;
export const CAMERAS = ["left", "right", "body"] as const;
