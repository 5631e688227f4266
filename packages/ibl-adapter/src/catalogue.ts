import {
  type ByteStore,
  type CallOptions,
  isDataError,
  NotFoundError,
  type Notice,
  type ProbeRef,
  type SessionRef,
  type StoreResolver,
} from "@crossprobe/core";
import { type AlfFile, probeLabelsOf } from "./alf-file.js";
import type { ProbeFiles } from "./channels.js";
import { type LfpackFile, openLfpack } from "./lfp/index.js";
import { type FolderSession, type OneFolder, openOneFolder, pathId } from "./one-folder.js";
import { releaseName } from "./release-name.js";
import { type ReleaseTable, readReleaseTable } from "./release-table.js";
import type { Source } from "./source.js";
import { type InsertionRow, probeRef, type ReleaseRow, sessionRef } from "./vocabulary.js";

/** An open LFPack archive and the recordings in it; `[null]` for the flat layout of one unnamed recording. */
export interface Archive {
  readonly url: string;
  readonly store: ByteStore;
  readonly key: string;
  /** File name without its ending. */
  readonly stem: string;
  readonly file: LfpackFile;
  readonly recordings: readonly (string | null)[];
}

/** Where the LFP of a probe is. */
export interface RecordingPlace {
  readonly archive: Archive;
  /** Key in the archive; null in the flat layout. */
  readonly name: string | null;
}

/** One probe insertion, from whichever sources name it. */
export interface ProbeEntry {
  readonly ref: ProbeRef;
  readonly session: SessionEntry;
  readonly label: string;
  readonly model: string | null;
  recording: RecordingPlace | null;
}

/** One session, from whichever sources name it. */
export interface SessionEntry {
  readonly ref: SessionRef;
  readonly lab: string | null;
  readonly subject: string | null;
  readonly date: string | null;
  readonly number: number | null;
  readonly taskProtocol: string | null;
  /** Folders that hold its files; empty for a session that only a list or an archive names. */
  readonly folders: FolderSession[];
  readonly probes: ProbeEntry[];
}

/** Everything that the sources hold, put together. */
export interface Catalogue {
  readonly sources: readonly { readonly url: string; readonly kind: string }[];
  readonly release: string | null;
  readonly sessions: ReadonlyMap<string, SessionEntry>;
  readonly probes: ReadonlyMap<string, ProbeEntry>;
  readonly folders: readonly OneFolder[];
  readonly archives: readonly Archive[];
  readonly notices: readonly Notice[];
  /** Closes the archives. */
  close(): void;
}

/**
 * Looks at every source and puts together what they say, by experiment id and probe id.
 *
 * Reads index tables, lists and archive roots; no data file. Sessions of a folder without tables get their ids from a release
 * table (given, or in the folder's root) or another folder that knows the same lab, subject, date and number; else their id is
 * that path. A recording whose probe no other source names is a session of its own, `lfpack/<recording>`: an archive does not
 * say which recordings share a clock.
 *
 * @throws {@link NotFoundError}, {@link SchemaError}, {@link FormatError} or {@link StoreError} for the first source that is not
 *   there, not understood or not reachable
 */
export async function readCatalogue(
  stores: StoreResolver,
  sources: readonly Source[],
  options: CallOptions,
): Promise<Catalogue> {
  const builder = new CatalogueBuilder();
  try {
    for (const source of sources) await addSource(builder, stores, source, options);
    return builder.build();
  } catch (error) {
    builder.close();
    throw error;
  }
}

async function addSource(
  builder: CatalogueBuilder,
  stores: StoreResolver,
  { kind, url, directory, key }: Source,
  options: CallOptions,
): Promise<void> {
  const store = stores.open(directory);
  if (kind === "release") {
    builder.addRelease(await readReleaseTable(store, key, options));
  } else if (kind === "archive") {
    if ((await store.size(key, options)) === undefined) {
      throw new NotFoundError(`no LFPack archive at ${url}`, { hint: "check the path" });
    }
    await builder.openArchive(stores, directory, key, options);
  } else {
    const folder = await openOneFolder(store, options);
    builder.addFolder(folder);
    for (const name of folder.lists) await builder.tryRelease(store, name, folder, options);
    for (const name of folder.archives) await builder.tryArchive(stores, directory, name, options);
  }
}

class CatalogueBuilder {
  readonly #folders: OneFolder[] = [];
  readonly #releases: ReleaseTable[] = [];
  readonly #archives: Archive[] = [];
  readonly #sources: { readonly url: string; readonly kind: string }[] = [];
  readonly #notices: Notice[] = [];
  readonly #sessions = new Map<string, SessionEntry>();
  readonly #probes = new Map<string, ProbeEntry>();

  addFolder(folder: OneFolder): void {
    this.#folders.push(folder);
    this.#notices.push(...folder.notices);
    const kind = folder.hasTables ? "ONE cache folder with index tables" : "ONE cache folder without index tables";
    this.#sources.push({ url: folder.url, kind });
  }

  addRelease(release: ReleaseTable): void {
    this.#releases.push(release);
    this.#sources.push({ url: release.url, kind: "release table (sessions and probes only)" });
  }

  /**
   * A release table that lies in a ONE folder without `sessions.pqt` or `insertions.pqt` gives the ids of what the folder holds, and adds no session.
   * Another kind of `.csv` is left aside.
   */
  async tryRelease(store: ByteStore, key: string, { sessions }: OneFolder, options: CallOptions): Promise<void> {
    try {
      const { rows, ...release } = await readReleaseTable(store, key, options);
      const own = rows.filter((row) => sessions.some((session) => isRowOf(session, row)));
      if (own.length > 0) this.addRelease({ ...release, rows: own });
    } catch (error) {
      if (!isDataError(error, "schema") && !isDataError(error, "format")) throw error;
      const message = `${key} is no release table and is left aside: ${error.message}`;
      this.#notices.push({ code: "file-left-aside", message, count: 1, where: store.url + key });
    }
  }

  async openArchive(stores: StoreResolver, directory: string, key: string, options: CallOptions): Promise<void> {
    if (this.#archives.some(({ url }) => url === directory + key)) return;
    const store = stores.open(directory);
    const file = await openLfpack(store, key, options);
    try {
      const recordings = file.isFlat ? [null] : await file.recordings(options);
      this.#archives.push({ url: directory + key, store, key, stem: key.replace(/\.[^.]*$/, ""), file, recordings });
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#sources.push({ url: directory + key, kind: "LFPack archive" });
  }

  /** An `.h5` file that lies in a ONE folder need not be LFPack: another kind is left aside. */
  async tryArchive(stores: StoreResolver, directory: string, key: string, options: CallOptions): Promise<void> {
    try {
      await this.openArchive(stores, directory, key, options);
    } catch (error) {
      if (!isDataError(error, "format")) throw error;
      const message = `${key} is no LFPack archive and is left aside: ${error.message}`;
      this.#notices.push({ code: "file-left-aside", message, count: 1, where: directory + key });
    }
  }

  build(): Catalogue {
    this.#addListedSessions();
    this.#addWalkedSessions();
    for (const folder of this.#folders) this.#addInsertions(folder);
    for (const { rows } of this.#releases) {
      for (const { pid, eid, probe_name: name } of rows) this.#addInsertion({ id: pid, eid, name, model: null });
    }
    this.#addProbesOfFolders();
    for (const archive of this.#archives) for (const name of archive.recordings) this.#addRecording({ archive, name });
    const freezes = this.#releases.map(({ freeze }) => freeze);
    const origins = this.#folders.map((folder) => folder.origins);
    return {
      sources: this.#sources,
      release: releaseName({ freezes, origins }),
      sessions: this.#sessions,
      probes: this.#probes,
      folders: this.#folders,
      archives: this.#archives,
      notices: this.#notices,
      close: () => this.close(),
    };
  }

  close(): void {
    // Nothing was written and nobody waits: a failure to close has no one to tell.
    for (const { file } of this.#archives) file.close().catch(() => undefined);
  }

  /** Sessions with an experiment id: of index tables and release tables. */
  #addListedSessions(): void {
    for (const { sessions } of this.#folders) {
      for (const session of sessions) {
        if (session.eid === null) continue;
        const { lab, subject, date, number, taskProtocol } = session;
        this.#session(session.eid, { lab, subject, date, number, taskProtocol }).folders.push(session);
      }
    }
    for (const { rows } of this.#releases) {
      for (const { eid, lab, subject, date, session_number: number } of rows) {
        this.#session(eid, { lab, subject, date, number, taskProtocol: null });
      }
    }
  }

  #addWalkedSessions(): void {
    const known = [...this.#sessions.values()];
    for (const { sessions } of this.#folders) {
      for (const session of sessions) {
        if (session.eid !== null) continue;
        const { lab, subject, date, number } = session;
        const twins = known.filter((entry) => isSamePlace(entry, session));
        const [twin] = twins;
        const entry =
          twin !== undefined && twins.length === 1
            ? twin
            : this.#session(pathId(lab, subject, date, number), { lab, subject, date, number, taskProtocol: null });
        entry.folders.push(session);
      }
    }
  }

  #session(id: string, facts: Omit<SessionEntry, "ref" | "folders" | "probes">): SessionEntry {
    const found = this.#sessions.get(id);
    if (found !== undefined) return found;
    const entry: SessionEntry = { ref: sessionRef(id), ...facts, folders: [], probes: [] };
    this.#sessions.set(id, entry);
    return entry;
  }

  /** Insertions of sessions that no source lists have no session to be in: ONE's searches leave such rows in the table. */
  #addInsertions({ insertions, url }: OneFolder): void {
    const count = insertions.filter((row) => !this.#addInsertion(row)).length;
    if (count === 0) return;
    const message = `${count} of ${insertions.length} insertions are of sessions that no source lists, and are left out`;
    this.#notices.push({ code: "insertions-of-unlisted-sessions", message, count, where: `${url}insertions.pqt` });
  }

  #addInsertion({ id, eid, name, model }: InsertionRow): boolean {
    const session = this.#sessions.get(eid);
    if (session !== undefined) this.#probe(session, id, name, model);
    return session !== undefined;
  }

  /** Probes that only their folders tell of. Source: folders `alf/<probe>` and `raw_ephys_data/<probe>`. */
  #addProbesOfFolders(): void {
    for (const session of this.#sessions.values()) {
      for (const label of probeLabelsOf(session.folders.flatMap((folder) => [...folder.collections()]))) {
        if (session.probes.every((probe) => probe.label !== label)) {
          this.#probe(session, `${session.ref.id}/${label}`, label, null);
        }
      }
    }
  }

  #probe(session: SessionEntry, id: string, label: string, model: string | null): ProbeEntry {
    const found = this.#probes.get(id);
    if (found !== undefined) return found;
    const entry: ProbeEntry = { ref: probeRef(id), session, label, model, recording: null };
    session.probes.push(entry);
    this.#probes.set(id, entry);
    return entry;
  }

  #addRecording(place: RecordingPlace): void {
    const name = place.name ?? place.archive.stem;
    const probe = this.#probes.get(name.toLowerCase()) ?? this.#probes.get(name) ?? this.#lonelyProbe(name, place);
    if (probe.recording === null) {
      probe.recording = place;
      return;
    }
    const message = `recording ${name} is in two archives; ${probe.recording.archive.url} is read`;
    this.#notices.push({ code: "recording-in-two-archives", message, count: 1, where: place.archive.url });
  }

  /** Beside folders whose probes have no id, the recording may be one of theirs: it is then counted twice, which is said. */
  #lonelyProbe(name: string, { archive }: RecordingPlace): ProbeEntry {
    if ([...this.#sessions.values()].some(({ folders }) => folders.length > 0)) {
      const message = `no source says which probe recording ${name} is of; it counts as a probe of its own: give the release table .csv`;
      this.#notices.push({ code: "recording-without-insertion", message, count: 1, where: archive.url });
    }
    const nothing = { lab: null, subject: null, date: null, number: null, taskProtocol: null };
    return this.#probe(this.#session(`lfpack/${name}`, nothing), name, name, null);
  }
}

function isRowOf({ eid, lab, subject, date, number }: FolderSession, row: ReleaseRow): boolean {
  if (eid !== null) return eid === row.eid;
  const isSameLab = lab === null || lab === row.lab;
  return isSameLab && subject === row.subject && date === row.date && number === row.session_number;
}

function isSamePlace(entry: SessionEntry, { lab, subject, date, number }: FolderSession): boolean {
  const isSameLab = lab === null || entry.lab === null || lab === entry.lab;
  return isSameLab && entry.subject === subject && entry.date === date && entry.number === number;
}

/** Every file of a session, from all folders that hold some; a path that two folders list is read from the first that has it. */
export function filesOf(session: SessionEntry): readonly AlfFile[] {
  const [only] = session.folders;
  if (only !== undefined && session.folders.length === 1) return only.files();
  const found = new Map<string, AlfFile>();
  for (const folder of session.folders) {
    for (const file of folder.files()) {
      const path = file.canonical;
      if (found.get(path)?.isPresent !== true) found.set(path, file);
    }
  }
  return [...found.values()];
}

/** What describes a probe: its name and every file of its session. */
export function probeFiles({ ref, label, session }: ProbeEntry): ProbeFiles {
  return { probe: ref, label, files: filesOf(session) };
}
