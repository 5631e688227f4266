import {
  type ByteStore,
  type CallOptions,
  describeVersion,
  QueryError,
  SharedRead,
  type StoreResolver,
} from "@crossprobe/core";
import { Hdf5Pool } from "@crossprobe/formats/hdf5";
import { type AnalysisMetrics, toAnalysisMetrics } from "./analysis-columns.js";
import { readMetricsTable } from "./cache/disk-table.js";
import { assumedManifest, type Manifest, readManifest } from "./cache/manifest.js";
import { MANIFEST_KEY, type ManifestKey } from "./cache/manifest-entries.js";
import { DEFAULT_ERRATA, type ErrataSettings } from "./errata/errata-choice.js";
import { SessionFile } from "./session-file.js";
import { SharedReads } from "./shared-reads.js";
import { type IndexedTable, readTable, type TableName } from "./tables.js";

/** One EcephysProjectCache folder: its manifest, tables and session files, each read once when first needed. */
export class ProjectCache {
  readonly store: ByteStore;
  /** Which of the known defects are mended. */
  readonly errata: ErrataSettings;
  readonly manifest: SharedRead<Manifest>;
  readonly #tables: Readonly<Record<TableName, SharedRead<IndexedTable | undefined>>>;
  readonly #sessionFiles: SharedReads<SessionFile>;
  readonly #metrics = new SharedReads(async (sessionType, options) => {
    const key = await this.keyOf(["typewise_analysis_metrics", sessionType], options);
    const table = await readMetricsTable(this.store, key, options, this.errata);
    return table && toAnalysisMetrics(table);
  });
  readonly #manifestKey: string;
  /** A walk through the release goes session by session: the last two stay open, what is known of the others is kept. */
  readonly #pool = new Hdf5Pool(2);

  /** @param url the folder, or the manifest in it, under whatever name it has */
  constructor(stores: StoreResolver, url: string, errata: ErrataSettings = DEFAULT_ERRATA) {
    this.errata = errata;
    const { folder, manifestKey } = splitUrl(url);
    this.store = stores.open(folder);
    this.#manifestKey = manifestKey;
    this.manifest = new SharedRead((options) => this.#readManifest(options));
    const tableOf = (name: TableName) =>
      new SharedRead(async (options) => readTable(this.store, await this.keyOf([name], options), name, options));
    this.#tables = {
      sessions: tableOf("sessions"),
      probes: tableOf("probes"),
      channels: tableOf("channels"),
      units: tableOf("units"),
    };
    this.#sessionFiles = new SharedReads(
      async (sessionId, options) =>
        SessionFile.open(
          {
            ...{ store: this.store, sessionId, pool: this.#pool, errata },
            key: await this.keyOf(["session_nwb", sessionId, sessionId], options),
          },
          options,
        ),
      Number.POSITIVE_INFINITY,
      closeFile,
    );
  }

  get url(): string {
    return this.store.url;
  }

  /** Key of a file of the manifest, its identifiers filled in. */
  async keyOf(file: readonly [ManifestKey, ...string[]], options?: CallOptions): Promise<string> {
    return (await this.manifest.read(options)).keyOf(...file);
  }

  /** Whether the folder holds a file of the manifest. Looks at its size alone. */
  async has(file: readonly [ManifestKey, ...string[]], options?: CallOptions): Promise<boolean> {
    return (await this.store.size(await this.keyOf(file, options), options)) !== undefined;
  }

  /** A table; `undefined` when the folder does not hold it. */
  async table(name: TableName, options?: CallOptions): Promise<IndexedTable | undefined> {
    return this.#tables[name].read(options);
  }

  /** What tells versions of a file of the manifest apart, as {@link describeVersion}. Reads nothing of it. */
  async versionOf(file: readonly [ManifestKey, ...string[]], options?: CallOptions): Promise<string | null> {
    return describeVersion(this.store, await this.keyOf(file, options), options);
  }

  /** Analysis metrics of the sessions of a type; `undefined` when the folder does not hold them. */
  async analysisMetrics(sessionType: string, options?: CallOptions): Promise<AnalysisMetrics | undefined> {
    return this.#metrics.read(sessionType, options);
  }

  /** The NWB file of a session; it is open again whenever it is read from. @throws {@link NotFoundError} when the folder does not hold it */
  async sessionFile(sessionId: string, options?: CallOptions): Promise<SessionFile> {
    return this.#sessionFiles.read(sessionId, options);
  }

  /** Closes every session file that was opened, or is being opened. */
  dispose(): void {
    this.#sessionFiles.dispose(new QueryError(`The cache ${this.url} was closed while it was read.`));
  }

  async #readManifest(options: CallOptions): Promise<Manifest> {
    const manifest = await readManifest(this.store, this.#manifestKey, {}, options);
    if (manifest) return manifest;
    return assumedManifest(this.store, this.#manifestKey, options);
  }
}

function closeFile({ file }: SessionFile): void {
  // Nothing was written and nobody waits: a failure to close has no one to tell.
  file.close().catch(() => undefined);
}

function splitUrl(url: string): { readonly folder: string; readonly manifestKey: string } {
  const match = /^(.*\/)([^/]+\.json)$/.exec(url);
  if (match?.[1] !== undefined && match[2] !== undefined) return { folder: match[1], manifestKey: match[2] };
  return { folder: url.endsWith("/") ? url : `${url}/`, manifestKey: MANIFEST_KEY };
}
