import {
  type CallOptions,
  EVENT_TYPES,
  type EventFilter,
  type EventTable,
  type EventType,
  NotFoundError,
  SchemaError,
  type SessionEvent,
  type SessionRef,
} from "@crossprobe/core";
import { type AlfFile, collectionsOf } from "./alf-file.js";
import { attributeKey } from "./alf-name.js";
import { AlfReads, assertShape, rowsOf } from "./alf-reads.js";
import { toNumberColumn } from "./table-columns.js";
import { toChoice, toStimulusSide } from "./vocabulary.js";

/** Columns of the trials of one task, each of the same length. */
export interface Trials {
  readonly count: number;
  readonly columns: ReadonlyMap<string, ArrayLike<number>>;
  readonly reads: AlfReads;
}

/** Which column says when an event of a type happened. Source: ALF object `trials`; seconds on the session clock. */
const TIME_COLUMNS: Readonly<Record<EventType, string>> = {
  "stimulus.visual.onset": "stimOn_times",
  "cue.auditory.onset": "goCue_times",
  "movement.onset": "firstMovement_times",
  choice: "response_times",
  outcome: "feedback_times",
};
const ATTRIBUTE_COLUMNS = ["stimOff_times", "contrastLeft", "contrastRight", "choice", "feedbackType"];
const WANTED: ReadonlySet<string> = new Set([...Object.values(TIME_COLUMNS), ...ATTRIBUTE_COLUMNS]);

/** Why rows are no events, counted. */
type Exclusions = Map<string, number>;

/**
 * What happened in the task of a session: visual onsets, go cues, first movements, choices and outcomes, in time order.
 *
 * Reads the trials table and the arrays beside it. A trial without contrast is no visual onset (`zeroContrast`); one whose time
 * is NaN did not happen or was not recorded (`noOnsetTime`). Several tasks of a session are put one after the other, and so are
 * their trial numbers (`nativeRow`).
 *
 * Source: ALF `_ibl_trials.table.pqt` and `_ibl_trials.*.npy`; columns as in IBL's data-set descriptions.
 *
 * @throws {@link NotFoundError} where the session has no trials
 * @throws {@link SchemaError} when the trials lack the columns of a type that was asked for
 * @throws {@link FormatError} when the columns differ in length
 */
export async function readEvents(
  session: SessionRef,
  files: readonly AlfFile[],
  filter: EventFilter,
  options: CallOptions = {},
): Promise<EventTable> {
  const tasks = await readTrials(session, files, options);
  const rows: SessionEvent[] = [];
  const excluded: Exclusions = new Map();
  let firstRow = 0;
  for (const trials of tasks) {
    for (const type of filter.types ?? EVENT_TYPES) rows.push(...eventsOf(trials, type, firstRow, filter, excluded));
    firstRow += trials.count;
  }
  const order = new Map(EVENT_TYPES.map((type, i) => [type, i]));
  rows.sort(
    (a, b) => a.time - b.time || (order.get(a.type) ?? 0) - (order.get(b.type) ?? 0) || a.nativeRow - b.nativeRow,
  );
  return {
    session,
    rows,
    excluded: [...excluded].map(([reason, count]) => ({ reason, count })),
    provenance: tasks.flatMap(({ reads }) => reads.provenance),
    notices: tasks.flatMap(({ reads }) => reads.notices),
  };
}

/** Trials of every task of a session, in the order of its folders. */
async function readTrials(session: SessionRef, files: readonly AlfFile[], options: CallOptions): Promise<Trials[]> {
  const collections = collectionsOf(files, "trials");
  const tasks: Trials[] = [];
  for (const collection of collections) {
    const trials = await readTask(new AlfReads(files, collection, options), files);
    if (trials !== undefined) tasks.push(trials);
  }
  const [first] = tasks;
  if (first === undefined) {
    throw new NotFoundError(`no trials of session ${session.id}: it lists no _ibl_trials file with onset times`, {
      hint: "the session may be passive or not extracted; or the source does not hold it",
    });
  }
  const message = `${tasks.length} tasks of the session are put together: ${collections.join(", ")}`;
  if (tasks.length > 1) first.reads.note("several-tasks", message, tasks.length, first.reads.provenance[0]?.url ?? "");
  return tasks;
}

/** Columns of the table and, where the table lacks them, of the arrays of the same collection. */
async function readTask(reads: AlfReads, files: readonly AlfFile[]): Promise<Trials | undefined> {
  const columns = new Map<string, ArrayLike<number>>();
  const table = await reads.parquet("trials", "table");
  for (const [name, column] of table?.table.columns ?? []) {
    const numbers = WANTED.has(name) ? toNumberColumn(column) : undefined;
    if (numbers !== undefined) columns.set(name, numbers);
  }
  let count = table?.table.rowCount;
  for (const name of arrayNames(files, reads.collection)) {
    if (columns.has(name) || !WANTED.has(name)) continue;
    const array = await reads.npy("trials", name);
    if (array === undefined) continue;
    count ??= rowsOf(array);
    assertShape(array, [count], `the session has ${count} trials`);
    columns.set(name, array.data);
  }
  const hasTimes = Object.values(TIME_COLUMNS).some((name) => columns.has(name));
  return count === undefined || !hasTimes ? undefined : { count, columns, reads };
}

function arrayNames(files: readonly AlfFile[], collection: string): string[] {
  const names = files
    .filter((file) => file.collection === collection && file.name.object === "trials" && file.name.extension === "npy")
    .map(({ name }) => attributeKey(name));
  return [...new Set(names)].sort();
}

function eventsOf(
  trials: Trials,
  type: EventType,
  firstRow: number,
  { interval, types }: EventFilter,
  excluded: Exclusions,
): SessionEvent[] {
  const times = trials.columns.get(TIME_COLUMNS[type]);
  if (times === undefined || (type === "stimulus.visual.onset" && !hasContrast(trials))) {
    return withoutColumns(trials, type, types !== undefined);
  }
  const events: SessionEvent[] = [];
  for (let trial = 0; trial < trials.count; trial++) {
    const time = times[trial] ?? Number.NaN;
    if (interval !== undefined && (time < interval.start || time >= interval.stop)) continue;
    const event = { ...blank(type, time, firstRow + trial), ...attributesOf(trials, type, trial) };
    const reason = reasonAgainst(event);
    if (reason === null) events.push(event);
    else excluded.set(reason, (excluded.get(reason) ?? 0) + 1);
  }
  return events;
}

function hasContrast({ columns }: Trials): boolean {
  return columns.has("contrastLeft") && columns.has("contrastRight");
}

/** Trials that cannot tell events of a type: an error where that type was asked for by name, else a notice. */
function withoutColumns({ reads, columns, count }: Trials, type: EventType, isAsked: boolean): [] {
  const wanted =
    type === "stimulus.visual.onset" ? ["stimOn_times", "contrastLeft", "contrastRight"] : [TIME_COLUMNS[type]];
  const missing = wanted.filter((name) => !columns.has(name)).join(", ");
  const url = reads.provenance[0]?.url ?? reads.collection;
  const message = `the trials in ${url} have no ${missing}: no ${type} events`;
  if (isAsked)
    throw new SchemaError(message, { url, hint: "ask for other events, or download the session's trials again" });
  reads.note("event-columns-missing", message, count, url);
  return [];
}

function reasonAgainst({ type, time, contrast }: SessionEvent): string | null {
  if (type === "stimulus.visual.onset" && contrast === 0) return "zeroContrast";
  return Number.isFinite(time) ? null : "noOnsetTime";
}

function blank(type: EventType, time: number, nativeRow: number): SessionEvent {
  return {
    type,
    time,
    stopTime: null,
    stimulus: "task",
    contrast: null,
    side: null,
    polarity: null,
    azimuthDeg: null,
    elevationDeg: null,
    orientationDeg: null,
    temporalFrequency: null,
    spatialFrequencyCpd: null,
    frame: null,
    choice: null,
    isCorrect: null,
    nativeRow,
  };
}

/** What the trial says of an event of a type. */
function attributesOf(trials: Trials, type: EventType, trial: number): Partial<SessionEvent> {
  const value = (name: string) => trials.columns.get(name)?.[trial] ?? Number.NaN;
  switch (type) {
    case "stimulus.visual.onset": {
      const stop = value("stimOff_times");
      return {
        stopTime: stop >= value("stimOn_times") ? stop : null,
        ...toStimulusSide(value("contrastLeft"), value("contrastRight")),
      };
    }
    case "choice":
      return { choice: toChoice(value("choice")), isCorrect: isCorrect(value("feedbackType")) };
    case "outcome":
      return { isCorrect: isCorrect(value("feedbackType")) };
    default:
      return {};
  }
}

/** Source: trials `feedbackType`: +1 correct, −1 error or no response. */
function isCorrect(feedback: number): boolean | null {
  if (feedback === 1) return true;
  return feedback === -1 ? false : null;
}
