import type { CallOptions } from "@crossprobe/core";
import { type OneIndex, type OneSession, toQcName } from "../one/index.js";
import { daysOf, toPairs } from "./filter-pairs.js";
import { type AlyxSessionFilter, SESSION_NAMES } from "./filters.js";
import type { LocalSessions } from "./finder.js";

type Test = (session: OneSession) => boolean;

/** What index tables know. */
const KNOWN: ReadonlySet<string> = new Set([
  "id",
  "subject",
  "lab",
  "number",
  "dates",
  "taskProtocol",
  "project",
  "datasets",
  "datasetQcAtMost",
]);

/**
 * Index tables as a place to find sessions, for {@link SessionFinder}: the same filter means the same as to the service. Names are compared
 * without case, subjects and labs in full, protocols and projects in part, files in full. `searchSessions` has ONE's own rules for tables.
 *
 * Absent: `undefined` for filters on what no table holds, such as regions, tags and Django conditions.
 *
 * @example
 * const finder = new SessionFinder({ mode: "auto", local: localSessions(await openOneIndex(store)), alyx });
 */
export function localSessions(index: OneIndex): LocalSessions {
  return {
    async find(filter: AlyxSessionFilter, options: CallOptions): Promise<readonly string[] | undefined> {
      options.signal?.throwIfAborted();
      toPairs(filter, SESSION_NAMES); // refuses what the service would not be sent either
      const asked = Object.entries(filter).filter(([, value]) => value !== undefined && value !== null);
      if (!asked.every(([name]) => KNOWN.has(name))) return undefined;
      const tests = testsOf(filter);
      const found = index.sessions.filter((session) => tests.every((test) => test(session)));
      const kept = withFiles(index, filter, found);
      return kept?.sort(byNewest).map(({ eid }) => eid);
    },
  };
}

function testsOf(filter: AlyxSessionFilter): Test[] {
  const tests: Test[] = [];
  const { id, subject, taskProtocol, dates } = filter;
  if (id !== undefined) tests.push(({ eid }) => eid === id.toLowerCase());
  if (subject !== undefined) tests.push((session) => isSame(session.subject, subject));
  if (taskProtocol !== undefined) tests.push((session) => isPart(session.taskProtocol, taskProtocol));
  if (filter.lab !== undefined) {
    const labs = [filter.lab].flat();
    tests.push(({ lab }) => labs.some((each) => isSame(lab, each)));
  }
  if (filter.project !== undefined) {
    const projects = [filter.project].flat();
    tests.push((session) => projects.some((each) => session.projects.split(",").some((name) => isPart(name, each))));
  }
  if (filter.number !== undefined) {
    const numbers = [filter.number].flat();
    tests.push((session) => numbers.includes(session.number));
  }
  if (dates !== undefined) {
    const [from, to] = daysOf(dates);
    tests.push(({ date }) => from <= date && date <= to);
  }
  return tests;
}

/** Absent: `undefined` when files are asked for and there is no table of them. */
function withFiles(index: OneIndex, filter: AlyxSessionFilter, sessions: OneSession[]): OneSession[] | undefined {
  if (filter.datasets === undefined) return sessions;
  if (index.datasets === undefined) return undefined;
  const tests = [filter.datasets]
    .flat()
    .map((name) => (path: string) => path.slice(path.lastIndexOf("/") + 1) === name);
  const eids = sessions.map(({ eid }) => eid);
  const having = new Set(index.datasets.sessionsWithAll(eids, tests, toQcName(filter.datasetQcAtMost ?? "FAIL")));
  return sessions.filter(({ eid }) => having.has(eid));
}

function isSame(text: string, wanted: string): boolean {
  return text.toLowerCase() === wanted.toLowerCase();
}

function isPart(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted.toLowerCase());
}

function byNewest(a: OneSession, b: OneSession): number {
  if (a.date !== b.date) return a.date < b.date ? 1 : -1;
  if (a.subject !== b.subject) return a.subject < b.subject ? 1 : -1;
  return b.number - a.number;
}
