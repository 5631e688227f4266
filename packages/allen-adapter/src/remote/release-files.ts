import {
  type ByteStore,
  type CallOptions,
  type Companions,
  type FileSelection,
  isDataError,
  NotFoundError,
  type Notice,
  type ProbeRef,
  type RemoteFile,
  type SessionRef,
} from "@crossprobe/core";
import { type CacheFile, cacheFileKey } from "../cache/cache-files.js";
import { defaultManifest, readManifest } from "../cache/manifest.js";
import { encodeManifest, MANIFEST_KEY } from "../cache/manifest-entries.js";
import type { ProjectCache } from "../project-cache.js";
import { DATASET, sessionRef } from "../vocabulary.js";
import { isKindAsked, isPlaceAsked } from "./file-patterns.js";
import type { FoundFile, ReleaseSource, SessionCacheFile } from "./release-source.js";

export interface ReleaseFilesOptions {
  readonly source: ReleaseSource;
  /** Another place that states digests of the same files; used where both state the same size. */
  readonly digests: ReleaseSource | undefined;
  /** Local caches, whose tables are asked first. */
  readonly caches: readonly ProjectCache[];
}

const LAYOUT = defaultManifest("memory://cache/");

/** What of the release can be fetched from the place that was chosen, and the tables that AllenSDK wants beside it. */
export class ReleaseFiles {
  readonly #source: ReleaseSource;
  readonly #digests: ReleaseSource | undefined;
  readonly #caches: readonly ProjectCache[];

  constructor({ source, digests, caches }: ReleaseFilesOptions) {
    this.#source = source;
    this.#digests = digests;
    this.#caches = caches;
  }

  /**
   * Files of sessions and probes, in the order of the selection: of a session its NWB file, the LFP files of its probes and its metrics; of a
   * probe its LFP file. Templates belong to no session: they are given once, where `object` or `collection` names them.
   */
  async *files(selection: FileSelection, options: CallOptions): AsyncIterable<RemoteFile> {
    options.signal?.throwIfAborted();
    const seen = new Set<string>();
    for (const ref of selection.refs) {
      const wanted = (await this.#filesOf(ref, options)).filter((file) => {
        const path = cacheFileKey(LAYOUT, file);
        const isAsked = !seen.has(path) && isKindAsked(selection, file.kind) && isPlaceAsked(selection, path);
        if (isAsked) seen.add(path);
        return isAsked;
      });
      // At most seven files a session: they are asked for together.
      for (const file of await Promise.all(wanted.map((file) => this.#find(file, options)))) {
        if (file !== undefined) yield file;
      }
    }
    if (selection.refs.length > 0) yield* this.#templates(selection, options);
  }

  /** Manifest and tables that are missing in a folder with downloaded files. What is there is never touched. */
  async companions(folder: ByteStore, files: readonly RemoteFile[], options: CallOptions): Promise<Companions> {
    const manifest = (await readManifest(folder, MANIFEST_KEY, {}, options)) ?? LAYOUT;
    const names = ["sessions", "probes", "channels", "units"] as const;
    const sessions = files.flatMap(({ source, path }) =>
      source && path.endsWith(`session_${source.id}.nwb`) ? [source.id] : [],
    );
    const wanted: CacheFile[] = [
      ...names.map((name) => ({ kind: "table" as const, name })),
      ...sessions.map((session) => ({ kind: "session-metrics" as const, session })),
    ];
    const made: { path: string; bytes: Uint8Array }[] = [];
    const notices: Notice[] = [];
    for (const file of wanted) {
      const path = cacheFileKey(manifest, file);
      if ((await folder.size(path, options)) !== undefined) continue;
      const { bytes, why } = await this.#tryTable(file, options);
      if (bytes !== undefined) made.push({ path, bytes });
      else if (file.kind === "table" || why !== undefined) notices.push(this.#missing(path, folder, why));
    }
    if ((await folder.size(MANIFEST_KEY, options)) === undefined) {
      made.unshift({ path: MANIFEST_KEY, bytes: new TextEncoder().encode(encodeManifest()) });
    }
    return { files: made, notices: [...notices, ...this.#source.notices, ...(this.#digests?.notices ?? [])] };
  }

  /** A table that cannot be had must not make a finished download fail. */
  async #tryTable(
    file: CacheFile,
    options: CallOptions,
  ): Promise<{ readonly bytes?: Uint8Array | undefined; readonly why?: string | undefined }> {
    try {
      return { bytes: await this.#readTable(file, options) };
    } catch (error) {
      if (!isDataError(error)) throw error;
      return { why: error.message };
    }
  }

  #missing(path: string, folder: ByteStore, why: string | undefined): Notice {
    const reason = why === undefined ? `${this.#source.title} does not give it` : `could not be had: ${why}`;
    const message = `${path} is missing and ${reason}; AllenSDK will ask its warehouse for it.`;
    return { code: "table-missing", message, count: 1, where: folder.url + path };
  }

  async #find(file: SessionCacheFile, options: CallOptions): Promise<RemoteFile | undefined> {
    const found = await this.#source.find(file, options);
    if (found === undefined) return undefined;
    return this.#toFile(cacheFileKey(LAYOUT, file), await this.#withDigest(file, found, options), file.session);
  }

  async #readTable(file: CacheFile, options: CallOptions): Promise<Uint8Array | undefined> {
    const key = cacheFileKey(LAYOUT, file);
    const stores = [this.#source.tables, ...this.#caches.map(({ store }) => store)];
    for (const store of stores) {
      const bytes = await store?.read(key, options);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }

  async *#templates(selection: FileSelection, options: CallOptions): AsyncIterable<RemoteFile> {
    const isNamed = selection.object !== undefined || selection.collection !== undefined;
    const kinds = ["natural-movie", "natural-scene"] as const;
    if (!isNamed || !kinds.some((kind) => isKindAsked(selection, kind))) return;
    if (!kinds.some((kind) => mayHold(selection, kind))) return;
    for (const { file, ...found } of await this.#source.templates(options)) {
      const path = cacheFileKey(LAYOUT, file);
      if (isKindAsked(selection, file.kind) && isPlaceAsked(selection, path)) yield this.#toFile(path, found, null);
    }
  }

  async #filesOf(ref: SessionRef | ProbeRef, options: CallOptions): Promise<readonly SessionCacheFile[]> {
    if (ref.kind === "probe") {
      const session = await this.#sessionOf(ref.id, options);
      if (session === undefined) throw unknown(ref, this.#source);
      return [{ kind: "lfp-nwb", session, probe: ref.id }];
    }
    const probes = await this.#probesOf(ref.id, options);
    if (probes === undefined) throw unknown(ref, this.#source);
    const session = ref.id;
    return [
      { kind: "session-nwb", session },
      ...probes.map((probe) => ({ kind: "lfp-nwb" as const, session, probe })),
      { kind: "session-metrics", session },
    ];
  }

  async #probesOf(session: string, options: CallOptions): Promise<readonly string[] | undefined> {
    for (const cache of this.#caches) {
      const probes = await cache.table("probes", options);
      const rows = probes?.rowsOf.get(session);
      if (probes && rows) return rows.map((row) => probes.cells.id("id", row));
    }
    return this.#source.probesOf(session, options);
  }

  async #sessionOf(probe: string, options: CallOptions): Promise<string | undefined> {
    for (const cache of this.#caches) {
      const probes = await cache.table("probes", options);
      const row = probes?.rowOf.get(probe);
      if (probes && row !== undefined) return probes.cells.id("ecephys_session_id", row);
    }
    return this.#source.sessionOf(probe, options);
  }

  async #withDigest(file: SessionCacheFile, found: FoundFile, options: CallOptions): Promise<FoundFile> {
    const isDigested = found.digests.some(({ kind }) => kind !== "etag");
    if (this.#digests === undefined || found.size === null || isDigested) return found;
    const other = await this.#digests.find(file, options);
    if (other === undefined || other.size !== found.size) return found;
    return { ...found, digests: [...found.digests, ...other.digests.filter(({ kind }) => kind !== "etag")] };
  }

  #toFile(path: string, found: FoundFile, session: string | number | null): RemoteFile {
    const source = session === null ? null : sessionRef(String(session));
    return { ...found, path, source, ...(found.size === null && { expectedSize: expectedSizeOf(path) }) };
  }
}

/** Means over the release, bytes. Source: its tutorial: 146.5 GB of 58 session files, 707 GB of 325 LFP files; 1.028 MiB a scene. */
const MEAN_SESSION = 146.5e9 / 58;
const MEAN_LFP = 707e9 / 325;
const SCENE = 1.028 * 2 ** 20;
/** Frames of 304 × 608 bytes; 900 in the first movie, 3600 in the third. */
const FRAME = 304 * 608;

function expectedSizeOf(path: string): number | undefined {
  if (path.endsWith("_lfp.nwb")) return Math.round(MEAN_LFP);
  if (path.endsWith(".nwb")) return Math.round(MEAN_SESSION);
  if (path.endsWith(".tiff")) return Math.round(SCENE);
  if (path.endsWith(".h5")) return FRAME * (path.endsWith("_1.h5") ? 900 : 3600);
  return undefined;
}

/** Whether a folder of templates can be meant, so that nobody is asked for a list in vain. */
function mayHold({ collection }: FileSelection, kind: "natural-movie" | "natural-scene"): boolean {
  const path = cacheFileKey(LAYOUT, { kind, number: 1 });
  return isPlaceAsked({ refs: [], collection }, path);
}

function unknown(ref: SessionRef | ProbeRef, source: ReleaseSource): NotFoundError {
  return new NotFoundError(
    `No ${ref.kind} ${ref.id} in the ${DATASET} tables, nor at ${source.url} (${source.title}).`,
    {
      hint: `List the ${ref.kind}s to see their references.`,
    },
  );
}
