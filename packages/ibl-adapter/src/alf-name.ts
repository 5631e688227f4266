/** A file name of the ALF convention, in its parts. `null` marks a part that the name does not have. */
export interface AlfName {
  /** Who defined the file, such as `ibl`; a person's initials mark a manual curation. */
  readonly namespace: string | null;
  readonly object: string;
  readonly attribute: string;
  /** The clock or template that qualifies the attribute, such as `bpod` or `ccf_2017`. */
  readonly timescale: string | null;
  /** Further dotted parts, without a dataset UUID. */
  readonly extra: string | null;
  readonly extension: string;
}

/** A path relative to a session folder, in its parts. */
export interface AlfPath {
  /** Folder of the file such as `alf/probe00/pykilosort`; `""` for the session folder itself. */
  readonly collection: string;
  /** What stands between `#` and `#`; `""` for an unrevised file. */
  readonly revision: string;
  readonly name: AlfName;
  /** Identity of the file where its name carries one (copies of the server's tree do). */
  readonly uuid: string | null;
  /** The same path without the UUID: what index tables list. */
  readonly canonical: string;
}

/** What the folder of a session is named after. */
export interface SessionFolder {
  /** Null where the folder lies below no lab's. */
  readonly lab: string | null;
  readonly subject: string;
  /** `yyyy-mm-dd`, a day of the calendar. */
  readonly date: string;
  readonly number: number;
}

/** A session folder found in a path. */
export interface SessionPath extends SessionFolder {
  /** The path up to and with the session's number. */
  readonly folder: string;
  /** What follows the session folder, without the slash; `""` for the folder itself. */
  readonly rest: string;
}

const WORD = "[\\p{L}\\p{N}_]";
const FILE_PATTERN = new RegExp(
  "^_?(?<namespace>(?<=_)[a-zA-Z0-9]+)?_?" +
    `(?<object>${WORD}+)\\.` +
    "(?<attribute>(?:_[a-z]+_)?[a-zA-Z0-9]+(?:_times(?=[_.])|_intervals(?=[_.]))?)" +
    `(?:_(?<timescale>${WORD}+))?` +
    "(?:\\.(?<extra>[.\\p{L}\\p{N}_-]+))*" +
    `\\.(?<extension>${WORD}+)$`,
  "u",
);
const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[345][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const REVISION_FOLDER = /^#([\p{L}\p{N}_.-]+)#$/u;
const SESSION_PATTERN =
  /(?:^|\/)(?:(?<lab>[^/]+)\/Subjects\/)?(?<subject>[^/]+)\/(?<date>\d{4}-\d{2}-\d{2})\/(?<number>\d{1,3})(?=\/|$)/u;

/** Whether a text is a UUID of version 3, 4 or 5 in lower case, as file names carry. */
export function isUuid(text: string): boolean {
  return UUID_PATTERN.test(text);
}

/**
 * The parts of an ALF file name.
 *
 * Absent: `undefined` for a name that has not at least `object.attribute.extension`. A UUID stays in `extra` here;
 * {@link parseAlfPath} takes it out.
 *
 * Source: `one/alf/spec.py`, `FILE_SPEC` (ONE-api 3.4). A name that ends in a newline is no name here.
 */
export function parseAlfName(fileName: string): AlfName | undefined {
  const groups = FILE_PATTERN.exec(fileName)?.groups;
  if (groups?.object === undefined || groups.attribute === undefined || groups.extension === undefined) {
    return undefined;
  }
  return {
    namespace: groups.namespace ?? null,
    object: groups.object,
    attribute: groups.attribute,
    timescale: groups.timescale ?? null,
    extra: groups.extra ?? null,
    extension: groups.extension,
  };
}

/**
 * The parts of a path below a session folder: collection, revision, file name; a UUID among the extra parts is taken out.
 *
 * Absent: `undefined` where the file name is not ALF.
 *
 * Source: `one/alf/spec.py`, `REL_PATH_SPEC`; the revision is the last folder before the file, or it is none.
 */
export function parseAlfPath(path: string): AlfPath | undefined {
  const folders = path.split("/");
  const fileName = folders.pop() ?? "";
  const { name, uuid } = withoutUuid(fileName);
  const parsed = parseAlfName(name);
  if (parsed === undefined) return undefined;
  const revision = REVISION_FOLDER.exec(folders.at(-1) ?? "")?.[1];
  const collection = (revision === undefined ? folders : folders.slice(0, -1)).join("/");
  return { collection, revision: revision ?? "", name: parsed, uuid, canonical: [...folders, name].join("/") };
}

/** File name without a dataset UUID, which stands before the extension. */
function withoutUuid(fileName: string): { name: string; uuid: string | null } {
  const parts = fileName.split(".");
  const uuid = parts.length >= 4 ? parts.at(-2) : undefined;
  if (uuid === undefined || !isUuid(uuid)) return { name: fileName, uuid: null };
  return { name: [...parts.slice(0, -2), parts.at(-1)].join("."), uuid };
}

/**
 * The first session folder in a path: `[<lab>/Subjects/]<subject>/<yyyy-mm-dd>/<nnn>`.
 *
 * Absent: `undefined` for a path without one, or with an impossible date.
 *
 * Source: `one/alf/spec.py`, `SESSION_SPEC`, read more widely: a lab or subject may hold any character but `/` (ONE cuts a
 * lab at its dash).
 */
export function parseSessionPath(path: string): SessionPath | undefined {
  const match = SESSION_PATTERN.exec(path);
  const { lab, subject, date, number } = match?.groups ?? {};
  if (match === null || subject === undefined || date === undefined || number === undefined) return undefined;
  if (!isCalendarDay(date)) return undefined;
  const end = match.index + match[0].length;
  return {
    lab: lab ?? null,
    subject,
    date,
    number: Number(number),
    folder: path.slice(0, end),
    rest: path.slice(end + 1),
  };
}

function isCalendarDay(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

/** Session number as folders have it: three digits. */
export function formatSessionNumber(number: number): string {
  return String(number).padStart(3, "0");
}

/** Name of an attribute inside a loaded object: `attribute[_timescale][.extra]`. */
export function attributeKey(name: AlfName): string {
  const clock = name.timescale === null ? "" : `_${name.timescale}`;
  return `${name.attribute}${clock}${name.extra === null ? "" : `.${name.extra}`}`;
}
