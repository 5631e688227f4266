import {
  type CallOptions,
  EVENT_TYPES,
  type EventFilter,
  type EventTable,
  type EventType,
  NotFoundError,
  type Notice,
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

/**
 * Trials of every task of a session, in the order of its folders: the trials table and the arrays beside it.
 *
 * Source: ALF `_ibl_trials.table.pqt` and `_ibl_trials.*.npy`; columns as in IBL's data-set descriptions.
 *
 * @throws {@link NotFoundError} where the session has no trials
 * @throws {@link FormatError} when the columns differ in length
 */
export async function readTrials(
  session: SessionRef,
  files: readonly AlfFile[],
  options: CallOptions = {},
): Promise<readonly Trials[]> {
  const tasks: Trials[] = [];
  for (const collection of collectionsOf(files, "trials")) {
    const trials = await readTask(new AlfReads(files, collection, options), files);
    if (trials !== undefined) tasks.push(trials);
  }
  if (tasks.length > 0) return tasks;
  throw new NotFoundError(`no trials of session ${session.id}: it lists no _ibl_trials file with onset times`, {
    hint: "the session may be passive or not extracted; or the source does not hold it",
  });
}

/** What a pass over the trials finds. */
interface Findings {
  readonly rows: SessionEvent[];
  /** Why rows are no events, counted. */
  readonly excluded: Map<string, number>;
  readonly notices: Notice[];
}

/**
 * What happened in the tasks of a session: visual onsets, go cues, first movements, choices and outcomes, in time order.
 *
 * A trial without contrast is no visual onset (`zeroContrast`); one whose time is NaN did not happen or was not recorded
 * (`noOnsetTime`). Several tasks of a session are put one after the other, and so are their trial numbers (`nativeRow`).
 *
 * @throws {@link SchemaError} when the trials lack the columns of a type that was asked for by name
 */
export function toEvents(session: SessionRef, tasks: readonly Trials[], filter: EventFilter): EventTable {
  const found: Findings = { rows: [], excluded: new Map(), notices: severalTasks(tasks) };
  let firstRow = 0;
  for (const trials of tasks) {
    for (const type of filter.types ?? EVENT_TYPES) findEvents(trials, type, firstRow, filter, found);
    firstRow += trials.count;
  }
  const order = new Map(EVENT_TYPES.map((type, i) => [type, i]));
  const rank = ({ type }: SessionEvent) => order.get(type) ?? 0;
  found.rows.sort((a, b) => a.time - b.time || rank(a) - rank(b) || a.nativeRow - b.nativeRow);
  return {
    session,
    rows: found.rows,
    excluded: [...found.excluded].map(([reason, count]) => ({ reason, count })),
    provenance: tasks.flatMap(({ reads }) => reads.provenance),
    notices: [...tasks.flatMap(({ reads }) => reads.notices), ...found.notices],
  };
}

function severalTasks(tasks: readonly Trials[]): Notice[] {
  if (tasks.length < 2) return [];
  const names = tasks.map(({ reads }) => reads.collection).join(", ");
  const message = `${tasks.length} tasks of the session are put together: ${names}`;
  return [{ code: "several-tasks", message, count: tasks.length, where: urlOfTask(tasks[0]) }];
}

function urlOfTask(trials: Trials | undefined): string {
  return trials?.reads.provenance[0]?.url ?? trials?.reads.collection ?? "";
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

function findEvents(trials: Trials, type: EventType, firstRow: number, filter: EventFilter, found: Findings): void {
  const times = trials.columns.get(TIME_COLUMNS[type]);
  if (times === undefined || (type === "stimulus.visual.onset" && !hasContrast(trials))) {
    found.notices.push(withoutColumns(trials, type, filter.types !== undefined));
    return;
  }
  for (let trial = 0; trial < trials.count; trial++) {
    const time = times[trial] ?? Number.NaN;
    const { interval } = filter;
    if (interval !== undefined && (time < interval.start || time >= interval.stop)) continue;
    const event = { ...blank(type, time, firstRow + trial), ...attributesOf(trials, type, trial) };
    const reason = reasonAgainst(event);
    if (reason === null) found.rows.push(event);
    else found.excluded.set(reason, (found.excluded.get(reason) ?? 0) + 1);
  }
}

function hasContrast({ columns }: Trials): boolean {
  return columns.has("contrastLeft") && columns.has("contrastRight");
}

/** Trials that cannot tell events of a type: an error where that type was asked for by name, else a notice. */
function withoutColumns(trials: Trials, type: EventType, isAsked: boolean): Notice {
  const needed = type === "stimulus.visual.onset" ? ["contrastLeft", "contrastRight"] : [];
  const missing = [TIME_COLUMNS[type], ...needed].filter((name) => !trials.columns.has(name)).join(", ");
  const url = urlOfTask(trials);
  const message = `the trials in ${url} have no ${missing}: no ${type} events`;
  if (isAsked)
    throw new SchemaError(message, { url, hint: "ask for other events, or download the session's trials again" });
  return { code: "event-columns-missing", message, count: trials.count, where: url };
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
