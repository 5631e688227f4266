import { QueryError } from "@crossprobe/core";
import { formatAlfName } from "./alf-format.js";
import {
  type AlfName,
  formatSessionNumber,
  isUuid,
  parseAlfName,
  parseAlfPath,
  parseSessionPath,
  type SessionFolder,
} from "./alf-name.js";

/** The whole path of a dataset, in its parts. */
export interface DatasetPath {
  /** What stands before the lab or subject, with its last slash; `""` for a path relative to a cache. */
  readonly root: string;
  readonly lab: string | null;
  readonly subject: string;
  /** `yyyy-mm-dd`, a day of the calendar. */
  readonly date: string;
  readonly number: number;
  /** The number as the folder writes it, such as `001` or `1`. */
  readonly numberText: string;
  readonly collection: string;
  readonly revision: string;
  readonly name: AlfName;
  readonly uuid: string | null;
}

/** Parts to change; of the name too. */
export type DatasetPathChanges = Partial<Omit<DatasetPath, "name" | "numberText"> & AlfName>;

/**
 * The parts of the path of a dataset: session folder, collection, revision, file name.
 *
 * Absent: `undefined` for a path without a session folder, or whose file name is not ALF.
 *
 * Source: `one/alf/spec.py`, `FULL_SPEC` (ONE-api 3.6). There what stands between session and file is not held to the pattern: a
 * folder outside it cuts the collection short; here the collection is always all of it.
 */
export function parseDatasetPath(path: string): DatasetPath | undefined {
  const session = parseSessionPath(path);
  const alf = session && parseAlfPath(session.rest);
  if (session === undefined || alf === undefined) return undefined;
  const { lab, subject, date, number, folder } = session;
  const numberText = folder.slice(folder.lastIndexOf("/") + 1);
  const own = `${lab === null ? "" : `${lab}/Subjects/`}${subject}/${date}/${numberText}`;
  const root = folder.slice(0, folder.length - own.length);
  const { collection, revision, name, uuid } = alf;
  return { root, lab, subject, date, number, numberText, collection, revision, name, uuid };
}

/** The path of a dataset from its parts; the session number as `numberText` writes it. */
export function formatDatasetPath(path: DatasetPath): string {
  const session = `${path.lab === null ? "" : `${path.lab}/Subjects/`}${path.subject}/${path.date}/${path.numberText}`;
  const collection = path.collection === "" ? "" : `${path.collection}/`;
  const revision = path.revision === "" ? "" : `#${path.revision}#/`;
  const { name, uuid } = path;
  const extra = [name.extra, uuid].filter((part) => part !== null).join(".");
  return `${path.root}${session}/${collection}${revision}${formatAlfName({ ...name, extra: extra || null })}`;
}

/**
 * The path with some parts changed, the others letter by letter as they were. A new session number has three digits; `""` takes a
 * revision or collection away, null a namespace, timescale, extra, lab or UUID.
 *
 * Source: the `with_…` and `without_…` methods of `one.alf.path.ALFPath`.
 *
 * @throws {@link QueryError} when the path is no dataset's, or a changed part would be read back as something else
 */
export function changeDatasetPath(path: string, changes: DatasetPathChanges): string {
  const before = parseDatasetPath(path);
  if (before === undefined) {
    throw new QueryError(`${JSON.stringify(path)} is no path of a dataset`, {
      hint: "give [<lab>/Subjects/]<subject>/<yyyy-mm-dd>/<nnn>/[<collection>/][#<revision>#/]<object>.<attribute>.<extension>",
    });
  }
  const { namespace, object, attribute, timescale, extra, extension, number, ...places } = changes;
  const parts = { namespace, object, attribute, timescale, extra, extension };
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  const numbered = number === undefined ? {} : { number, numberText: formatSessionNumber(number) };
  const after: DatasetPath = { ...before, ...places, ...numbered, name: { ...before.name, ...given } };
  const text = formatDatasetPath(after);
  const back = parseDatasetPath(text);
  const isUuidText = after.uuid === null || isUuid(after.uuid);
  if (back !== undefined && isUuidText && isSame(back, after)) return text;
  throw new QueryError(`${JSON.stringify(changes)} does not fit the path ${path}: ${text} would be read otherwise`, {
    hint: "a part may hold letters, digits and _; a revision also . and -; a session number has three digits",
  });
}

function isSame(a: DatasetPath, b: DatasetPath): boolean {
  const flat = ({ name, ...places }: DatasetPath): Record<string, unknown> => ({ ...places, ...name });
  const [left, right] = [flat(a), flat(b)];
  return Object.keys(left).every((key) => left[key] === right[key]);
}

/** Whether a text is the name of an ALF file: at least `object.attribute.extension`. */
export function isAlfName(fileName: string): boolean {
  return parseAlfName(fileName) !== undefined;
}

/** The same path with a session number of three digits. Absent: `undefined` for a path without a session folder. */
export function withPaddedNumber(path: string): string | undefined {
  const session = parseSessionPath(path);
  if (session === undefined) return undefined;
  const folder = session.folder.slice(0, session.folder.lastIndexOf("/") + 1) + formatSessionNumber(session.number);
  return session.rest === "" ? folder : `${folder}/${session.rest}`;
}

/**
 * Folder of a session relative to a cache: `[<lab>/Subjects/]<subject>/<date>/<nnn>`.
 *
 * Source: ONE `session_record2path`: a session without a lab has no `<lab>/Subjects` folders.
 */
export function formatSessionFolder(
  session: Omit<SessionFolder, "lab"> & { readonly lab?: string | null | undefined },
): string {
  const lab = session.lab ? `${session.lab}/Subjects/` : "";
  return `${lab}${session.subject}/${session.date}/${formatSessionNumber(session.number)}`;
}
