import type { ByteStore, CallOptions } from "@crossprobe/core";
import { readReleaseTable } from "../release-table.js";
import { BWM_FREEZES, type BwmFreeze, type BwmFreezeName } from "./bwm-freezes.js";

/** One insertion of a cohort. */
export interface BwmInsertion {
  readonly pid: string;
  readonly eid: string;
  /** Such as `probe00`; the freeze of 2023 has `probe00a` and `probe00b` too. */
  readonly name: string;
  readonly subject: string;
  readonly lab: string;
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly number: number;
}

/** A list of insertions, and what it amounts to. */
export interface BwmCohort extends BwmFreeze {
  /** Name of the freeze whose name and counts the list has; null for any other. */
  readonly freeze: BwmFreezeName | null;
  readonly rows: readonly BwmInsertion[];
}

/**
 * Reads a list of insertions, such as `2023_12_bwm_release.csv`, as a cohort.
 *
 * @throws {@link NotFoundError} when there is no such file
 * @throws {@link SchemaError} when a column is missing, a value cannot be, or a probe is there twice
 * @example
 * const { freeze, insertions } = await readBwmCohort(store, "2023_12_bwm_release.csv"); // "2023_12_bwm_release", 699
 */
export async function readBwmCohort(store: ByteStore, key: string, options: CallOptions = {}): Promise<BwmCohort> {
  const table = await readReleaseTable(store, key, options);
  const rows = table.rows.map((row) => ({
    pid: row.pid,
    eid: row.eid,
    name: row.probe_name,
    subject: row.subject,
    lab: row.lab,
    date: row.date,
    number: row.session_number,
  }));
  const freeze = table.freeze !== null && table.freeze in BWM_FREEZES ? (table.freeze as BwmFreezeName) : null;
  return { freeze, rows, ...countCohort(rows) };
}

/** Insertions, sessions and subjects of a list. */
export function countCohort(rows: readonly Pick<BwmInsertion, "pid" | "eid" | "subject">[]): BwmFreeze {
  const different = (values: readonly string[]): number => new Set(values).size;
  return {
    insertions: different(rows.map(({ pid }) => pid)),
    sessions: different(rows.map(({ eid }) => eid)),
    subjects: different(rows.map(({ subject }) => subject)),
  };
}

const BASE = [
  "session__projects__name__icontains,ibl_neuropixel_brainwide_01",
  "~session__json__IS_MOCK,True",
  "session__qc__lt,50",
  "session__extended_qc__behavior,1",
  "~json__qc,CRITICAL",
  "json__extended_qc__tracing_exists,True",
];
const TASK_CHECKS = [
  "stimOn_goCue_delays",
  "response_feedback_delays",
  "wheel_move_before_feedback",
  "wheel_freeze_during_quiescence",
  "error_trial_event_sequence",
  "correct_trial_event_sequence",
  "reward_volumes",
  "reward_volume_set",
  "stimulus_move_before_goCue",
  "audio_pre_trial",
];

/**
 * The two questions to Alyx (`django` filters of `insertions`) whose answers together are today's Brain-Wide Map: insertions of the
 * project with traced histology, of sessions with behaviour that are not critical; with each of ten task checks not below 0.9,
 * or a task that the experimenter passed.
 *
 * @param alignmentResolved whether the alignment must be resolved, or there need only be one
 *
 * Source: `brainwidemap/bwm_loading.py`, `bwm_query(freeze=None)`.
 */
export function bwmDjangoFilters({ alignmentResolved = true } = {}): readonly [string, string] {
  const alignment = alignmentResolved
    ? "json__extended_qc__alignment_resolved,True"
    : "json__extended_qc__alignment_count__gt,0";
  const base = [...BASE, alignment];
  const checks = TASK_CHECKS.map((check) => `~session__extended_qc___task_${check}__lt,0.9`);
  return [[...base, ...checks].join(","), [...base, "session__extended_qc___experimenter_task,PASS"].join(",")];
}

/** The answers to {@link bwmDjangoFilters} as one list: each insertion once, by lab, subject, date and session. */
export function mergeBwmInsertions(...lists: readonly (readonly BwmInsertion[])[]): BwmInsertion[] {
  const byId = new Map(lists.flat().map((row) => [row.pid, row]));
  const keys = ["lab", "subject", "date", "eid"] as const;
  return [...byId.values()].sort((a, b) => {
    const key = keys.find((name) => a[name] !== b[name]);
    return key === undefined ? 0 : a[key] < b[key] ? -1 : 1;
  });
}

/** A unit as the paper's selection looks at it. */
export interface BwmUnit {
  readonly eid: string;
  /** Acronym in the Beryl parcellation. */
  readonly beryl: string;
  /** Share of the three quality criteria that it meets, 0 to 1; null where the release states none. */
  readonly label: number | null;
}

export interface BwmUnitRule {
  /** Least label. */
  readonly minQc?: number | undefined;
  /** Units that a region must have in a session. */
  readonly minUnits?: number | undefined;
  /** Sessions that a region must have with so many units. */
  readonly minSessions?: number | undefined;
}

/**
 * Units that the paper analyses, in their order: of good quality and in grey matter; of them those of regions with at least five
 * such units in a session, in at least two such sessions. The order of the steps matters.
 *
 * Which sessions count (trials, errors) is decided before: see `bwm_include` of the trials table.
 *
 * Source: `brainwidemap/bwm_loading.py`, `bwm_units`, `filter_units_region` with `min_qc` 1 and `min_units_sessions` (5, 2).
 */
export function selectBwmUnits<Unit extends BwmUnit>(
  units: readonly Unit[],
  { minQc = 1, minUnits = 5, minSessions = 2 }: BwmUnitRule = {},
): Unit[] {
  const isGrey = ({ beryl }: BwmUnit): boolean => beryl !== "root" && beryl !== "void";
  const good = units.filter((unit) => unit.label !== null && unit.label >= minQc && isGrey(unit));
  const placeOf = ({ beryl, eid }: BwmUnit): string => `${beryl} ${eid}`;
  const inPlace = countBy(good, placeOf);
  const wellSampled = good.filter((unit) => (inPlace.get(placeOf(unit)) ?? 0) >= minUnits);
  const places = new Map(wellSampled.map((unit) => [placeOf(unit), unit.beryl]));
  const sessionsOf = countBy([...places.values()], (beryl) => beryl);
  return wellSampled.filter(({ beryl }) => (sessionsOf.get(beryl) ?? 0) >= minSessions);
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
