import { ConfigError, NotFoundError, QueryError, type ReportRequest } from "@crossprobe/core";
import { parseSessionPath, type SessionFolder } from "../alf-name.js";
import { AlyxClient } from "../alyx/client.js";
import { alyxFromEnvironment } from "../alyx/credentials.js";
import type { AlyxSessionFilter } from "../alyx/filters.js";
import { toEid } from "../one/identifiers.js";
import { openOneIndex } from "../one/one-index.js";
import { searchSessions } from "../one/search.js";
import { toSource } from "../source.js";
import { alyxEvidence } from "./alyx-evidence.js";
import { localEvidence, walkedEvidence } from "./local-evidence.js";
import type { SessionEvidence } from "./session-evidence.js";

/** Which sessions; all texts are contained. */
export interface SessionChoice {
  /** Ids or places `<subject>/<date>/<number>`; all sessions where empty. */
  readonly sessions: readonly string[];
  readonly subject: string | undefined;
  readonly lab: string | undefined;
  readonly project: string | undefined;
  readonly task: string | undefined;
  /** First and last day, `yyyy-mm-dd`. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** A session that was found, and what is known of it once it is read. */
export interface FoundSession {
  /** For messages. */
  readonly what: string;
  readonly read: () => Promise<SessionEvidence>;
}

/** Sessions of the ONE folders among the sources: those of index tables, else the folders that are there. Newest first within tables. */
export async function* folderSessions(
  request: ReportRequest,
  choice: SessionChoice,
): AsyncGenerator<FoundSession, void, void> {
  const folders = request.sources.map(toSource).filter(({ kind }) => kind === "folder");
  if (folders.length === 0) {
    throw new ConfigError("no source is a ONE folder", {
      hint: "give one with --source, or ask the service with --alyx",
    });
  }
  const missing = new Set(choice.sessions);
  for (const { directory } of folders) {
    const store = request.stores.open(directory);
    const index = await openOneIndex(store, { signal: request.signal });
    for (const notice of index.notices) request.note(notice);
    if (index.sessions.length === 0) yield* walkedSessions(request, choice, directory, missing);
    else {
      for (const eid of chosenIds(index, choice, missing)) {
        yield { what: `session ${eid}`, read: () => localEvidence(index, store, eid, { signal: request.signal }) };
      }
    }
  }
  requireNone(missing, "the sources");
}

type Index = Awaited<ReturnType<typeof openOneIndex>>;

function chosenIds(index: Index, choice: SessionChoice, missing: Set<string>): readonly string[] {
  const { sessions, subject, lab, project, task, from, to } = choice;
  const terms = {
    ...(subject !== undefined && { subject }),
    ...(lab !== undefined && { laboratory: lab }),
    ...(project !== undefined && { projects: project }),
    ...(task !== undefined && { task_protocol: task }),
    ...((from !== undefined || to !== undefined) && { date_range: [from ?? null, to ?? null] }),
  };
  const found = searchSessions(index, terms, { wildcards: false }).map(({ eid }) => eid);
  if (sessions.length === 0) return found;
  const wanted = new Set<string>();
  for (const text of sessions) {
    const eid = toEid(index, text);
    if (eid === null || eid === undefined) continue;
    wanted.add(eid);
    missing.delete(text);
  }
  return found.filter((eid) => wanted.has(eid));
}

async function* walkedSessions(
  request: ReportRequest,
  choice: SessionChoice,
  directory: string,
  missing: Set<string>,
): AsyncGenerator<FoundSession, void, void> {
  if (choice.project !== undefined || choice.task !== undefined) {
    throw new QueryError(`${directory} has no tables: it does not say the project or task of a session`, {
      hint: "leave out --project and --task, or give a folder with sessions.pqt",
    });
  }
  let isEmpty = true;
  for await (const { place, read } of walkedEvidence(request.stores.open(directory), { signal: request.signal })) {
    isEmpty = false;
    if (!meets(place, choice)) continue;
    const wanted = choice.sessions.filter((text) => isPlace(text, place));
    for (const text of wanted) missing.delete(text);
    if (choice.sessions.length > 0 && wanted.length === 0) continue;
    yield { what: `session ${place.folder}`, read };
  }
  if (isEmpty) {
    throw new NotFoundError(
      `no session in ${directory}: neither sessions.pqt nor a folder <subject>/<yyyy-mm-dd>/<nnn>`,
      {
        hint: "give the folder that holds the lab folders (ONE's cache_dir)",
      },
    );
  }
}

function meets({ lab, subject, date }: SessionFolder, choice: SessionChoice): boolean {
  if (choice.subject !== undefined && !subject.includes(choice.subject)) return false;
  if (choice.lab !== undefined && !(lab ?? "").includes(choice.lab)) return false;
  return date >= (choice.from ?? "") && date <= (choice.to ?? "9999");
}

function isPlace(text: string, place: SessionFolder): boolean {
  const wanted = parseSessionPath(text);
  if (wanted === undefined) return false;
  const isLab = wanted.lab === null || wanted.lab === place.lab;
  return isLab && wanted.subject === place.subject && wanted.date === place.date && wanted.number === place.number;
}

function requireNone(missing: ReadonlySet<string>, where: string): void {
  const [first] = missing;
  if (first === undefined) return;
  throw new NotFoundError(`no session ${first} in ${where}`, {
    hint: "give an eid or <subject>/<yyyy-mm-dd>/<nnn>; list them with crossprobe sessions",
  });
}

/** Sessions of Alyx, newest first. One request a session. */
export async function* alyxSessions(
  request: ReportRequest,
  choice: SessionChoice,
): AsyncGenerator<FoundSession, void, void> {
  const { signal } = request;
  const { url, credentials } = alyxFromEnvironment(request.environment);
  if (url === undefined) throw new ConfigError("ALYX_URL is not set", { hint: "set it to the address of the service" });
  const client = new AlyxClient({ url, credentials, http: request.http, onNotice: request.note });
  const read = (id: string) => async () => {
    const session = await client.session(id, { signal });
    if (session === undefined) throw new NotFoundError(`${client.url} has no session ${id}`, { hint: "check the id" });
    return alyxEvidence(session);
  };
  const ids = new Set(choice.sessions.filter((text) => !text.includes("/")).map((text) => text.toLowerCase()));
  for (const id of ids) yield { what: `session ${id}`, read: read(id) };
  const { subject, lab, project, task: taskProtocol, from, to } = choice;
  const filter = { subject, lab, project, taskProtocol, dates: from || to ? { from, to } : undefined };
  const filters =
    choice.sessions.length === 0 ? [filter] : choice.sessions.filter((text) => text.includes("/")).map(placeFilter);
  for (const one of filters) {
    for await (const { id } of client.sessions(one, { signal })) yield { what: `session ${id}`, read: read(id) };
  }
}

/** @param text a place, as the options were checked for */
function placeFilter(text: string): AlyxSessionFilter {
  const place = parseSessionPath(text);
  return { subject: place?.subject, dates: place?.date, number: place?.number };
}
