import {
  type DatasetReport,
  QueryError,
  type ReportRequest,
  type ReportRow,
  type ReportTable,
  type ReportValues,
} from "@crossprobe/core";
import { isUuid, parseSessionPath } from "../alf-name.js";
import { ASPECT_GROUPS, EXTRACTION_STATES } from "./extraction-rules.js";
import { type AspectStatus, extractionStatus, type SessionStatus } from "./extraction-status.js";
import { alyxSessions, type FoundSession, folderSessions, type SessionChoice } from "./status-sources.js";
import {
  ASPECT_COLUMNS,
  ASPECT_TITLES,
  aspectRows,
  SESSION_COLUMNS,
  SESSION_TITLES,
  sessionRow,
} from "./status-table.js";

const BY = ["session", "aspect"] as const;
/** Words of `--only`, and the values that they stand for. */
const ONLY = ["complete", "error", "missing", "absent"] as const;

/**
 * The state of extraction of the sessions of ONE folders, or of Alyx: psyfun's table of sessions.
 *
 * A session that cannot be read is told to `fail`, and the others go on.
 */
export const statusReport: DatasetReport = {
  name: "status",
  summary:
    "State of extraction of sessions: which task, ephys, video and histology files are complete, in error or missing.",
  example: "--by aspect --only error",
  options: [
    {
      name: "session",
      value: "id",
      description: "only this session: eid or <subject>/<yyyy-mm-dd>/<nnn> (repeatable)",
    },
    { name: "subject", value: "name", description: "only sessions whose subject contains it" },
    { name: "lab", value: "name", description: "only sessions whose lab contains it" },
    { name: "project", value: "name", description: "only sessions whose projects contain it" },
    { name: "task", value: "protocol", description: "only sessions whose task protocol contains it" },
    { name: "from", value: "date", description: "only sessions of this day or later, yyyy-mm-dd" },
    { name: "to", value: "date", description: "only sessions of this day or earlier, yyyy-mm-dd" },
    {
      name: "alyx",
      description:
        "ask Alyx instead of local tables: ALYX_URL, with ALYX_TOKEN or ALYX_LOGIN and ALYX_PWD, of the environment",
    },
    { name: "by", value: "what", choices: BY, description: "one row a session, or one an aspect with its reason" },
    { name: "group", value: "name", description: `only aspects of task, ephys, video or histology, with --by aspect` },
    {
      name: "only",
      value: "state",
      description: `only complete, error, missing or absent, with --by aspect (repeatable)`,
    },
  ],
  check: (values) => void toQuestion(values),
  open: openStatus,
};

/** What the options ask for. */
interface Question {
  readonly isByAspect: boolean;
  readonly passes: (aspect: AspectStatus) => boolean;
  readonly choice: SessionChoice;
}

function openStatus(request: ReportRequest): ReportTable {
  const { isByAspect, passes, choice } = toQuestion(request.values);
  const isAlyx = request.values.alyx === true;
  const counts = new Map<string, number>([["sessions", 0]]);
  const count = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const rows = async function* (): AsyncGenerator<ReportRow, void, void> {
    for await (const { what, read } of isAlyx ? alyxSessions(request, choice) : folderSessions(request, choice)) {
      request.signal?.throwIfAborted();
      const status = await readStatus(read, what, request);
      count(status === undefined ? "failed" : "sessions");
      if (status === undefined) continue;
      for (const notice of status.notices) request.note(notice);
      for (const aspect of status.aspects) if (passes(aspect)) count(countKey(aspect));
      if (isByAspect) yield* aspectRows(status, passes);
      else yield sessionRow(status);
    }
  };
  return {
    columns: isByAspect ? ASPECT_COLUMNS : SESSION_COLUMNS,
    titles: isByAspect ? ASPECT_TITLES : SESSION_TITLES,
    rows: rows(),
    origin: isAlyx ? request.environment.ALYX_URL : undefined,
    counts: () => Object.fromEntries(counts),
    summary: () => {
      const said = [...counts].map(
        ([key, value]) => `${value} ${value === 1 ? key.replace(/^(session|step)s/u, "$1") : key}`,
      );
      return `${said.join(", ")}${isByAspect ? "" : `. ${LEGEND}`}`;
    },
  };
}

const LEGEND = "Cells: complete/error/missing files, done/open steps of histology, ? absent";

async function readStatus(
  read: FoundSession["read"],
  what: string,
  request: ReportRequest,
): Promise<SessionStatus | undefined> {
  try {
    return extractionStatus(await read());
  } catch (error) {
    request.signal?.throwIfAborted();
    request.fail(what, error);
    return undefined;
  }
}

function countKey({ value }: AspectStatus): string {
  if (value === null) return "absent";
  if (typeof value === "boolean") return value ? "steps done" : "steps open";
  return (EXTRACTION_STATES as readonly string[]).includes(value) ? value : "verdicts and sorters";
}

function toQuestion(values: ReportValues): Question {
  const isByAspect = textsOf(values.by)[0] === "aspect";
  return { isByAspect, passes: toFilter(values, isByAspect), choice: toChoice(values) };
}

function toFilter(values: ReportValues, isByAspect: boolean): Question["passes"] {
  const [groups, states] = [textsOf(values.group), textsOf(values.only)];
  if (!isByAspect && (groups.length > 0 || states.length > 0)) {
    throw new QueryError("--group and --only choose aspects", { hint: "add --by aspect" });
  }
  for (const group of groups) requireOneOf("--group", group, ASPECT_GROUPS);
  for (const state of states) requireOneOf("--only", state, ONLY);
  const wanted = new Set<string | boolean | null>(states.map((state) => wordOf(state)));
  return ({ group, value }) =>
    (groups.length === 0 || groups.includes(group)) && (wanted.size === 0 || wanted.has(value));
}

function wordOf(state: string): string | null {
  if (state === "absent") return null;
  return EXTRACTION_STATES.find((word) => word.includes(state)) ?? state;
}

function requireOneOf(option: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw new QueryError(`${option} is ${value}`, { hint: `use ${known.join(", ")}` });
}

function textsOf(value: ReportValues[string]): readonly string[] {
  return value === true || value === undefined ? [] : value;
}

function toChoice(values: ReportValues): SessionChoice {
  const one = (name: string): string | undefined => {
    const [first, ...more] = textsOf(values[name]);
    if (more.length > 0) throw new QueryError(`--${name} is given ${more.length + 1} times`, { hint: "give it once" });
    return first;
  };
  const sessions = textsOf(values.session);
  for (const text of sessions) requireSession(text);
  return {
    ...{ sessions, subject: one("subject"), lab: one("lab"), project: one("project"), task: one("task") },
    ...{ from: day("--from", one("from")), to: day("--to", one("to")) },
  };
}

function requireSession(text: string): void {
  if (isUuid(text.toLowerCase()) || parseSessionPath(text) !== undefined) return;
  throw new QueryError(`--session is ${text}, no session`, { hint: "give an eid or <subject>/<yyyy-mm-dd>/<nnn>" });
}

function day(option: string, text: string | undefined): string | undefined {
  if (text === undefined || (/^\d{4}-\d{2}-\d{2}$/u.test(text) && !Number.isNaN(Date.parse(text)))) return text;
  throw new QueryError(`${option} is ${text}, no day`, { hint: "write yyyy-mm-dd" });
}
