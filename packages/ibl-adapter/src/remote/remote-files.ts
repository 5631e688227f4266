import {
  type ByteStore,
  type CallOptions,
  type Companions,
  type FileSelection,
  type ProbeRef,
  type RemoteFile,
  type SessionRef,
  SharedRead,
  type StoreResolver,
} from "@crossprobe/core";
import { type AlyxClient, encodeDataUrl, withDatasetId } from "../alyx/index.js";
import { type OneIndex, openOneIndex } from "../one/one-index.js";
import type { Source } from "../source.js";
import { DATASET, sessionRef } from "../vocabulary.js";
import { folderOf, type ListedSession, listSession, placeOfProbe, type SessionLists } from "./listed-session.js";
import { writeOneTables } from "./one-table-files.js";
import { type Selected, selectDatasets } from "./select-datasets.js";

/** The public data server. Source: ONE-api, `HTTP_DATA_SERVER` of the public database. */
export const PUBLIC_DATA_SERVER = "https://ibl.flatironinstitute.org/public";

/** The same files. Source: the registry of open data on AWS. */
export const PUBLIC_BUCKET = "s3://ibl-brain-wide-map-public";

export interface RemoteFilesOptions {
  readonly stores: StoreResolver;
  readonly sources: readonly Source[];
  readonly alyx: AlyxClient | undefined;
  /** Files are fetched from below this address and from nowhere else. */
  readonly dataServer: string;
}

/** What of IBL can be fetched, by index tables and by Alyx, and the tables that ONE wants beside it. */
export class RemoteFiles {
  readonly #options: RemoteFilesOptions;
  readonly #indexes: SharedRead<readonly OneIndex[]>;

  constructor(options: RemoteFilesOptions) {
    this.#options = options;
    this.#indexes = new SharedRead((inner) => this.#openIndexes(inner));
  }

  /**
   * Files of sessions and probes, in the order of the selection; a file that two references ask for is given once.
   *
   * Source: ONE-api 3.6: the folder layout (`one/alf/spec.py`), the server's names with ids (`one/alf/path.py`, `add_uuid_string`).
   */
  async *files(selection: FileSelection, options: CallOptions = {}): AsyncIterable<RemoteFile> {
    options.signal?.throwIfAborted();
    const seen = new Set<string>();
    for (const ref of selection.refs) {
      const { listed, selected } = await this.#select(ref, selection, options);
      for (const each of selected) {
        if (seen.has(each.row.id)) continue;
        seen.add(each.row.id);
        yield this.#toFile(listed, each);
      }
    }
  }

  /** The index tables of a folder that holds the files now. */
  async companions(folder: ByteStore, files: readonly RemoteFile[], options: CallOptions = {}): Promise<Companions> {
    const ids = new Set(files.flatMap(({ id }) => (id === null ? [] : [id])));
    const eids = new Set(files.flatMap(({ source }) => (source?.dataset === DATASET ? [source.id] : [])));
    const lists = await this.#lists(options);
    const listed: ListedSession[] = [];
    for (const eid of eids) {
      const found = await listSession(sessionRef(eid), lists, options);
      listed.push({ ...found, rows: found.rows.filter(({ id }) => ids.has(id)) });
    }
    return writeOneTables(folder, listed, options);
  }

  async #select(
    ref: SessionRef | ProbeRef,
    selection: FileSelection,
    options: CallOptions,
  ): Promise<{ listed: ListedSession; selected: readonly Selected[] }> {
    const lists = await this.#lists(options);
    const probe = ref.kind === "probe" ? await placeOfProbe({ ...ref, kind: "probe" }, lists, options) : null;
    const session = probe === null ? ref.id : probe.eid;
    const listed = await listSession(sessionRef(session), lists, options);
    return { listed, selected: selectDatasets(listed.rows, selection, probe?.name ?? null) };
  }

  #toFile(listed: ListedSession, { row, reason }: Selected): RemoteFile {
    const path = `${folderOf(listed)}/${row.path}`;
    const { url, problem } = this.#addressOf(listed, row, path);
    const absent = reason ?? problem;
    return {
      ...{ id: row.id, source: sessionRef(row.eid), path, size: row.size, absent },
      urls: absent === null && url !== null ? [url] : [],
      digests: row.md5 === null ? [] : [{ kind: "md5", value: row.md5 }],
    };
  }

  #addressOf(
    listed: ListedSession,
    row: Selected["row"],
    path: string,
  ): { readonly url: string | null; readonly problem: string | null } {
    const base = this.#options.dataServer.replace(/\/*$/, "/");
    const stated = listed.addressOf(row);
    if (stated === null) return { url: null, problem: "the catalogue states no address for it" };
    const url = stated ?? encodeDataUrl(base + withDatasetId(path, row.id));
    if (url.startsWith(base)) return { url, problem: null };
    return { url: null, problem: `its address is on another server than ${base}` };
  }

  async #lists(options: CallOptions): Promise<SessionLists> {
    return { indexes: await this.#indexes.read(options), alyx: this.#options.alyx };
  }

  async #openIndexes(options: CallOptions): Promise<readonly OneIndex[]> {
    const { stores, sources } = this.#options;
    const indexes: OneIndex[] = [];
    for (const source of sources) {
      if (source.kind === "folder") indexes.push(await openOneIndex(stores.open(source.directory), options));
    }
    return indexes;
  }
}
