import { QueryError } from "@crossprobe/core";
import { toDateRange } from "./date-range.js";
import { compareTexts, type OneIndex, type OneInsertion, type OneSession } from "./one-index.js";
import { toRegExp } from "./python-regex.js";
import { toQcName } from "./qc.js";
import { completeTerms, SEARCH_TERMS, toTexts } from "./search-terms.js";

type TextTerm = string | readonly string[];

/**
 * What sessions are asked for. Terms have ONE's names and may be cut to a unique beginning (`lab`, `proj`, `task`, `date`), so
 * that what is written for `one.search` works as it is.
 */
export interface SearchTerms {
  /** Contained in the subject's name, case-sensitive; of several, any. */
  readonly subject?: TextTerm | undefined;
  /** As `subject`, in the lab's name. */
  readonly laboratory?: TextTerm | undefined;
  /** As `subject`, in the comma-joined projects. */
  readonly projects?: TextTerm | undefined;
  /** As `subject`, in the task protocol. */
  readonly task_protocol?: TextTerm | undefined;
  /** Any of these; texts are read as integers, fractions are cut. */
  readonly number?: number | string | readonly (number | string)[] | undefined;
  /** A day, or `[from, to]` with both days and null for an open end. */
  readonly date_range?: string | Date | readonly (string | Date | null)[] | undefined;
  /** Regular expressions, each of which the whole name of a file that exists must match. `[]` asks for any row. */
  readonly datasets?: TextTerm | undefined;
  /** How bad the verdict on those files may be: `FAIL` unless given. Alone it finds nothing, as in ONE. */
  readonly dataset_qc_lte?: string | number | undefined;
  readonly [term: string]: unknown;
}

export interface SearchOptions {
  /** Whether texts are regular expressions (as ONE takes them with `wildcards`, its default) or taken as they are. */
  readonly wildcards?: boolean | undefined;
}

type SessionTest = (session: OneSession) => boolean;

/**
 * Sessions of the local tables that meet every term, newest first: by date, subject and number, descending.
 *
 * With `wildcards` off several texts of a term are joined by `|` and taken literally, so they find nothing: ONE's own behaviour,
 * kept.
 *
 * Source: ONE-api 3.6 `one/api.py`, `One.search`.
 *
 * @throws {@link QueryError} for an unknown or ambiguous term, or a value that it cannot take
 */
export function searchSessions(index: OneIndex, terms: SearchTerms, options: SearchOptions = {}): OneSession[] {
  const full = completeTerms(terms, SEARCH_TERMS);
  const tests: SessionTest[] = [];
  for (const [term, value] of full) {
    const test = toTest(term, value, options.wildcards ?? true);
    if (test !== undefined) tests.push(test);
  }
  const found = withDatasets(
    index,
    index.sessions.filter((session) => tests.every((test) => test(session))),
    full,
  );
  return found.sort(byNewest);
}

function toTest(term: (typeof SEARCH_TERMS)[number], value: unknown, wildcards: boolean): SessionTest | undefined {
  switch (term) {
    case "subject":
      return containing(value, term, wildcards, (session) => session.subject);
    case "laboratory":
      return containing(value, term, wildcards, (session) => session.lab);
    case "projects":
      return containing(value, term, wildcards, (session) => session.projects);
    case "task_protocol":
      return containing(value, term, wildcards, (session) => session.taskProtocol);
    case "number": {
      const numbers = new Set((Array.isArray(value) ? (value as unknown[]) : [value]).map(toInteger));
      return (session) => numbers.has(session.number);
    }
    case "date_range": {
      const { from, to } = toDateRange(value);
      return ({ date }) => Date.parse(date) >= from && Date.parse(date) <= to;
    }
    default:
      return undefined;
  }
}

function containing<Row>(
  value: unknown,
  term: string,
  wildcards: boolean,
  textOf: (row: Row) => string,
): (row: Row) => boolean {
  const query = toTexts(value, term).join("|");
  if (!wildcards) return (row) => textOf(row).includes(query);
  const pattern = toRegExp(query);
  return (row) => pattern.test(textOf(row));
}

function toInteger(value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return Math.trunc(value);
  if (typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value)) return Number(value);
  throw new QueryError(`The search term number takes integers, not ${JSON.stringify(value)}.`, {
    hint: "give the number of the session on its day, from 1 on",
  });
}

function withDatasets(index: OneIndex, sessions: OneSession[], terms: ReadonlyMap<string, unknown>): OneSession[] {
  if (!terms.has("datasets") && !terms.has("dataset_qc_lte")) return sessions;
  const qc = toQcName(terms.get("dataset_qc_lte") ?? "FAIL");
  const names = toTexts(terms.get("datasets") ?? "", "datasets");
  const tests = names.map((name) => {
    toRegExp(name); // so that an error shows what was written
    const pattern = toRegExp(`^(?:${name})$`);
    return (path: string) => pattern.test(path.slice(path.lastIndexOf("/") + 1));
  });
  const eids = sessions.map(({ eid }) => eid);
  const having = new Set(index.datasets?.sessionsWithAll(eids, tests, qc));
  return sessions.filter(({ eid }) => having.has(eid));
}

function byNewest(a: OneSession, b: OneSession): number {
  return compareTexts(b.date, a.date) || compareTexts(b.subject, a.subject) || b.number - a.number;
}

const INSERTION_TERMS = ["model", "name", "serial", ...SEARCH_TERMS] as const;

/**
 * Probe insertions of the local tables that meet every term: those of sessions, and `name`, `model` and `serial` of the probe.
 * Ordered by date, subject, number and probe name, descending.
 *
 * Absent: nothing where the folder has no `insertions.pqt`.
 *
 * Source: ONE-api 3.6 `one/api.py`, `One._search_insertions`.
 *
 * @throws {@link QueryError} as {@link searchSessions}
 */
export function searchInsertions(
  index: OneIndex,
  terms: SearchTerms & { readonly name?: TextTerm; readonly model?: TextTerm; readonly serial?: TextTerm },
  options: SearchOptions = {},
): OneInsertion[] {
  const ofSessions: Record<string, unknown> = {};
  const tests: ((insertion: OneInsertion) => boolean)[] = [];
  for (const [term, value] of completeTerms(terms, INSERTION_TERMS)) {
    if (term === "model" || term === "name" || term === "serial") {
      tests.push(
        containing(value, term, options.wildcards ?? true, (insertion: OneInsertion) => insertion[term] ?? ""),
      );
    } else ofSessions[term] = value;
  }
  const places = new Map(searchSessions(index, ofSessions, options).map(({ eid }, place) => [eid, place]));
  const found = (index.insertions ?? []).filter(
    (insertion) => places.has(insertion.eid) && tests.every((test) => test(insertion)),
  );
  return found.sort((a, b) => (places.get(a.eid) ?? 0) - (places.get(b.eid) ?? 0) || compareTexts(b.name, a.name));
}
