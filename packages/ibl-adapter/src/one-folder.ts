import { type ByteStore, type CallOptions, NotFoundError, type Notice } from "@crossprobe/core";
import type { AlfFile } from "./alf-file.js";
import { type AlfPath, formatSessionNumber, parseAlfPath, parseSessionPath, type SessionFolder } from "./alf-name.js";
import { formatSessionFolder } from "./alf-path.js";
import type { OneOrigin } from "./one/one-origin.js";
import { type DatasetIndex, type DatasetRow, type OneTables, readOneTables } from "./one-tables.js";
import type { InsertionRow } from "./vocabulary.js";

/** A session that a ONE folder holds or lists. */
export interface FolderSession extends SessionFolder {
  /** Experiment id of the index tables; null where the folder has none. */
  readonly eid: string | null;
  readonly taskProtocol: string | null;
  /** Every file that is listed, or found where nothing lists them. Made at each call: an index may hold a million. */
  files(): readonly AlfFile[];
  /** Collections of the files, each once: cheaper than the files. */
  collections(): Iterable<string>;
  /**
   * Whether it has a file of some kind that is not of quality CRITICAL: true where one is listed or found, false where an index lists the
   * session's files and none of them is, null where nothing lists them. Cheaper than the files.
   */
  lists(isOfKind: (path: AlfPath) => boolean): boolean | null;
  /** False where the folder is known to hold none of the files. */
  readonly isOnDisk: boolean;
  /** How many files are listed and not on disk; 0 where nobody can tell. */
  missingCount(): number;
}

/** What a ONE cache folder holds. */
export interface OneFolder {
  readonly url: string;
  readonly store: ByteStore;
  readonly hasTables: boolean;
  /** What its index tables say of their making; empty without any. */
  readonly origins: readonly OneOrigin[];
  readonly sessions: readonly FolderSession[];
  readonly insertions: readonly InsertionRow[];
  /** Keys of `.h5` files in the root. */
  readonly archives: readonly string[];
  /** Keys of `.csv` files in the root that may say what `sessions.pqt` and `insertions.pqt` would; empty where both are there. */
  readonly lists: readonly string[];
  readonly notices: readonly Notice[];
  /** Counts what `datasets.pqt` lists and the folder does not have. */
  countMissing(): readonly Notice[];
}

/** The files of one session folder on disk: canonical relative path (no UUID) → key in the store. */
type FilesOnDisk = ReadonlyMap<string, string>;

interface SessionOnDisk extends SessionFolder {
  readonly files: Map<string, string>;
}

/**
 * Looks at a ONE cache folder: its index tables, or its folders where it has none.
 *
 * Reads the tables and lists names; opens no data file. Where `sessions.pqt` and `datasets.pqt` are there they decide which
 * sessions and files exist, and a listed file that is not on disk is counted; else folders `[<lab>/Subjects/]<subject>/<date>/<number>`
 * are walked, a session then has no id of its own, and the last revision counts as the default one.
 *
 * Source: ONE-api 3.4, `one/alf/spec.py` (folders) and `one/alf/cache.py` (tables).
 *
 * @throws {@link NotFoundError} when the folder holds neither tables nor a session folder nor an `.h5` file
 * @throws {@link SchemaError} when a table is not of the expected shape
 */
export async function openOneFolder(store: ByteStore, options: CallOptions): Promise<OneFolder> {
  const tables = await readOneTables(store, options);
  const keys = await listKeys(store, options);
  const archives = (keys ?? []).filter((key) => /^[^/]+\.(h5|hdf5)$/i.test(key));
  const hasIds = tables.sessions !== undefined && tables.insertions !== undefined;
  const lists = hasIds ? [] : (keys ?? []).filter((key) => /^[^/]+\.csv$/i.test(key));
  const notices: Notice[] = tables.strangers.map((key) => ({
    code: "table-without-one-metadata",
    message: `${key} is no table of ONE (it lacks one_metadata) and is left aside, as ONE does`,
    count: 1,
    where: store.url + key,
  }));
  const onDisk = keys === undefined ? undefined : sessionsOnDisk(store, keys);
  const sessions =
    tables.sessions === undefined ? walkedSessions(store, onDisk) : listedSessions(store, tables, onDisk);
  if (sessions.length === 0 && archives.length === 0 && tables.sessions === undefined) throw noCache(store, keys);
  const hasTables = tables.sessions !== undefined;
  const insertions = tables.insertions ?? [];
  const missing = () => (tables.datasets === undefined ? [] : countMissing(store, tables.datasets, sessions));
  const { origins } = tables;
  return {
    url: store.url,
    store,
    hasTables,
    origins,
    sessions,
    insertions,
    archives,
    lists,
    notices,
    countMissing: missing,
  };
}

async function listKeys(store: ByteStore, options: CallOptions): Promise<string[] | undefined> {
  if (store.list === undefined) return undefined;
  const keys: string[] = [];
  for await (const key of store.list("", options)) keys.push(key);
  return keys;
}

function noCache(store: ByteStore, keys: readonly string[] | undefined): NotFoundError {
  const looked =
    "sessions.pqt with datasets.pqt, folders <lab>/Subjects/<subject>/<yyyy-mm-dd>/<number>, or an LFPack .h5 file";
  const found = keys === undefined ? "it cannot be listed" : `it holds ${keys.length} files`;
  return new NotFoundError(`no ONE cache in ${store.url}: looked for ${looked}; ${found}`, {
    hint: "give the folder that holds the lab folders (ONE's cache_dir)",
  });
}

function sessionsOnDisk(store: ByteStore, keys: readonly string[]): Map<string, SessionOnDisk> {
  const root = decodedPath(store.url);
  const found = new Map<string, SessionOnDisk>();
  for (const key of keys) {
    // A source may also be the folder of one lab, subject or session: then its own path completes the pattern.
    const path = parseSessionPath(key) ?? parseSessionPath(root + key);
    if (path === undefined || path.rest === "") continue;
    const { lab, subject, date, number } = path;
    const id = pathId(lab, subject, date, number);
    const session = found.get(id) ?? { lab, subject, date, number, files: new Map<string, string>() };
    session.files.set(parseAlfPath(path.rest)?.canonical ?? path.rest, key);
    found.set(id, session);
  }
  return found;
}

function decodedPath(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** Identity of a session by its place: `[<lab>/]<subject>/<yyyy-mm-dd>/<nnn>`. */
export function pathId(lab: string | null, subject: string, date: string, number: number): string {
  return `${lab === null ? "" : `${lab}/`}${subject}/${date}/${formatSessionNumber(number)}`;
}

function walkedSessions(store: ByteStore, onDisk: ReadonlyMap<string, SessionOnDisk> | undefined): FolderSession[] {
  return [...(onDisk?.values() ?? [])].map(({ files, ...session }) => ({
    ...session,
    eid: null,
    taskProtocol: null,
    ...foundFiles(store, files),
  }));
}

type SessionFiles = Pick<FolderSession, "files" | "collections" | "lists" | "isOnDisk" | "missingCount">;

/** What is on disk, where nothing lists files. */
function foundFiles(store: ByteStore, disk: FilesOnDisk): SessionFiles {
  const files = () => toAlfFiles(store, disk);
  return {
    files,
    collections: () => new Set(files().map(({ collection }) => collection)),
    lists: (isOfKind) => files().some(isOfKind) || null,
    isOnDisk: disk.size > 0,
    missingCount: () => 0,
  };
}

function toAlfFiles(store: ByteStore, files: FilesOnDisk): AlfFile[] {
  const found: AlfFile[] = [];
  for (const [canonical, key] of files) {
    const path = parseAlfPath(canonical);
    if (path !== undefined) found.push({ ...path, store, key, isDefault: null, qc: null, size: null, isPresent: true });
  }
  return found;
}

function listedSessions(
  store: ByteStore,
  { sessions, datasets }: OneTables,
  onDisk: ReadonlyMap<string, SessionOnDisk> | undefined,
): FolderSession[] {
  // Of a million rows some thousands of paths differ: each is taken apart once.
  const pathsOf = datasets?.byPath(parseAlfPath);
  return (sessions ?? []).map(({ id, lab, subject, date, number, task_protocol: taskProtocol }) => {
    const place = { store, folder: formatSessionFolder({ lab, subject, date, number }) };
    const disk = onDisk && filesOnDisk(onDisk, lab, subject, date, number);
    // Without datasets.pqt the tables say which sessions exist, and the folders say which files.
    const files =
      datasets === undefined || pathsOf === undefined
        ? foundFiles(store, disk ?? NOTHING)
        : listedFiles(place, { rows: () => datasets.rowsOf(id), paths: () => pathsOf(id) }, disk);
    return { eid: id.toLowerCase(), lab, subject, date, number, taskProtocol, ...files };
  });
}

const NOTHING: FilesOnDisk = new Map();

function filesOnDisk(
  onDisk: ReadonlyMap<string, SessionOnDisk>,
  lab: string | null,
  subject: string,
  date: string,
  number: number,
): FilesOnDisk {
  const found = onDisk.get(pathId(lab, subject, date, number)) ?? onDisk.get(pathId(null, subject, date, number));
  return found?.files ?? NOTHING;
}

/** What the index lists of a session: rows, and their paths taken apart in the same order. */
interface ListedRows {
  rows(): readonly DatasetRow[];
  paths(): readonly (AlfPath | undefined)[];
}

function listedFiles(
  { store, folder }: { store: ByteStore; folder: string },
  { rows, paths }: ListedRows,
  disk: FilesOnDisk | undefined,
): SessionFiles {
  const files = () => {
    const parsed = paths();
    return rows().flatMap(({ path, ...listed }, i): AlfFile[] => {
      const name = parsed[i];
      if (name === undefined) return [];
      const key = disk === undefined ? `${folder}/${path}` : disk.get(name.canonical);
      return [{ ...name, ...listed, store, key: key ?? `${folder}/${path}`, isPresent: key !== undefined }];
    });
  };
  return {
    files,
    collections: () => new Set(paths().flatMap((path) => path?.collection ?? [])),
    lists: (isOfKind) => {
      const parsed = paths();
      if (parsed.length === 0) return null;
      const isOne = (path: AlfPath | undefined) => path !== undefined && isOfKind(path);
      // Rows become objects at each call: only where the names leave a question.
      return parsed.some(isOne) && rows().some(({ qc }, i) => qc !== "CRITICAL" && isOne(parsed[i]));
    },
    isOnDisk: disk === undefined || disk.size > 0,
    missingCount: () => {
      if (disk === undefined) return 0;
      return paths().filter((path) => path !== undefined && !disk.has(path.canonical)).length;
    },
  };
}

function countMissing(store: ByteStore, datasets: DatasetIndex, sessions: readonly FolderSession[]): Notice[] {
  const missing = sessions.reduce((sum, session) => sum + session.missingCount(), 0);
  if (missing === 0) return [];
  const message = `${missing} of ${datasets.rowCount} files that datasets.pqt lists are not on disk: what needs them is not found`;
  return [{ code: "listed-files-not-on-disk", message, count: missing, where: `${store.url}datasets.pqt` }];
}
