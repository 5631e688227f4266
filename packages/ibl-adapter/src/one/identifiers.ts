import { QueryError, UnsupportedError } from "@crossprobe/core";
import { isUuid, parseAlfPath, parseSessionPath } from "../alf-name.js";
import { formatSessionFolder } from "../alf-path.js";
import type { OneDataset } from "./dataset-table.js";
import { type ExperimentRef, formatExperimentRef, parseExperimentRef } from "./experiment-ref.js";
import type { OneIndex, OneSession } from "./one-index.js";

/** A session by its place, as records have it. */
export interface SessionPlace {
  readonly subject: string;
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly number: number;
  /** Tells two sessions of the same subject, date and number apart. */
  readonly lab?: string | undefined;
}

/**
 * The session of an id, a reference (`2022-03-14_1_XP_001`), a path or address in or of its folder, an address that ends in its
 * id, or its place.
 *
 * Absent: null where the index has no such session.
 *
 * Source: ONE-api 3.6 `one/converters.py`, `to_eid`; unlike there, ids may be in upper case, an id must be one of the index, and
 * what does not exist is null.
 *
 * @throws {@link QueryError} for what is none of these, or a place that two labs have
 */
export function findSession(index: OneIndex, id: string | SessionPlace | ExperimentRef): OneSession | null {
  if (typeof id !== "string") return atPlace(index, { lab: "lab" in id ? id.lab : undefined, ...id });
  const ref = parseExperimentRef(id);
  if (ref !== undefined) return atPlace(index, ref);
  const path = parseSessionPath(id.replace(/\\/g, "/"));
  if (path !== undefined) return atPlace(index, { ...path, lab: path.lab ?? undefined });
  const tail = id.length > 36 ? id.slice(-36).toLowerCase() : id.toLowerCase();
  if (isUuid(tail)) return index.sessions.find(({ eid }) => eid === tail) ?? null;
  throw new QueryError(`${JSON.stringify(id)} names no session.`, {
    hint: "give an experiment id (a UUID of version 3, 4 or 5), a reference yyyy-mm-dd_n_subject, or the path of a session",
  });
}

/** The id of a session, from what {@link findSession} takes. */
export function toEid(index: OneIndex, id: string | SessionPlace | ExperimentRef): string | null {
  return findSession(index, id)?.eid ?? null;
}

function atPlace(index: OneIndex, place: SessionPlace): OneSession | null {
  const found = index.sessions.filter(
    ({ subject, date, number }) => subject === place.subject && date === place.date && number === place.number,
  );
  // The lab decides only where it must: folders get moved between labs.
  const ofLab = found.length > 1 && place.lab !== undefined ? found.filter(({ lab }) => lab === place.lab) : found;
  if (ofLab.length <= 1) return ofLab[0] ?? null;
  const labs = ofLab.map(({ lab }) => JSON.stringify(lab)).join(" and ");
  throw new QueryError(`${formatExperimentRef(place)} is a session in the labs ${labs}.`, {
    hint: "name the lab, in a path <lab>/Subjects/<subject>/<date>/<number>",
  });
}

/** `[<lab>/Subjects/]<subject>/<yyyy-mm-dd>/<nnn>`: where a session lies in a cache folder. */
export function sessionPath(session: Omit<OneSession, "eid" | "taskProtocol" | "projects">): string {
  return formatSessionFolder(session);
}

/** Path of a session relative to the cache folder; null where the index has no such session. */
export function eidToPath(index: OneIndex, eid: string): string | null {
  const session = findSession(index, eid);
  return session && sessionPath(session);
}

/** Reference of a session; null where the index has no such session. */
export function eidToRef(index: OneIndex, eid: string): ExperimentRef | null {
  const session = findSession(index, eid);
  return session && { date: session.date, number: session.number, subject: session.subject };
}

/** Path of a file relative to the cache folder; with its id in the name, as servers have it, when asked for. */
export function datasetPath(index: OneIndex, dataset: OneDataset, { withUuid = false } = {}): string | null {
  const folder = eidToPath(index, dataset.eid);
  if (folder === null) return null;
  const path = withUuid ? dataset.path.replace(/(\.[^./]+)?$/, `.${dataset.id}$1`) : dataset.path;
  return `${folder}/${path}`;
}

/**
 * The file of a path or address. An id in the file's name decides, as in ONE.
 *
 * Absent: null where the index has no such file.
 *
 * Source: ONE-api 3.6 `one/converters.py`, `path2record`.
 */
export function findDataset(index: OneIndex, path: string): OneDataset | null {
  const place = parseSessionPath(path);
  if (place === undefined) return null;
  const rest = decodeRevision(place.rest);
  const alf = parseAlfPath(rest);
  if (alf?.uuid != null) return index.datasets?.find(alf.uuid) ?? null;
  const session = atPlace(index, { ...place, lab: place.lab ?? undefined });
  if (session === null) return null;
  return index.datasets?.ofSession(session.eid).find((dataset) => dataset.path === rest) ?? null;
}

/** `#` is `%23` in addresses. */
function decodeRevision(path: string): string {
  return path.replace(/%23/g, "#");
}

/** Session and name of a probe insertion. */
export interface ProbePlace {
  readonly eid: string;
  readonly name: string;
}

/**
 * Session and name of an insertion, by its id.
 *
 * Absent: null where the index has no such insertion.
 *
 * @throws {@link UnsupportedError} when the folder has no `insertions.pqt`
 */
export function pidToEid(index: OneIndex, pid: string): ProbePlace | null {
  const found = insertionsOf(index).find((insertion) => insertion.pid === pid.toLowerCase());
  return found === undefined ? null : { eid: found.eid, name: found.name };
}

/**
 * Insertions of a session with their names, in the order of the names; none for a session that has none.
 *
 * @throws {@link UnsupportedError} when the folder has no `insertions.pqt`
 */
export function eidToPids(index: OneIndex, eid: string): { readonly pid: string; readonly name: string }[] {
  const session = findSession(index, eid);
  return insertionsOf(index)
    .filter((insertion) => insertion.eid === session?.eid)
    .map(({ pid, name }) => ({ pid, name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function insertionsOf(index: OneIndex) {
  if (index.insertions !== undefined) return index.insertions;
  throw new UnsupportedError(`The index in ${index.url} does not list probe insertions.`, {
    hint: "ask Alyx, or give a folder with insertions.pqt or a release table",
  });
}
