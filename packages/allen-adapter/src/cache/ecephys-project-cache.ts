import {
  type ByteStore,
  type CallOptions,
  type NdArray,
  NotFoundError,
  type NumericArray,
  ndArray,
  QueryError,
  SchemaError,
  SharedRead,
  UnsupportedError,
} from "@crossprobe/core";
import { parseNpy } from "@crossprobe/formats/npy";
import { parseTiff } from "@crossprobe/formats/tiff";
import type { ErrataChoice, ErrataSettings } from "../errata/errata-choice.js";
import type { TableName } from "../tables.js";
import { annotatedMetrics, plainMetrics } from "./analysis-metrics.js";
import { type CacheFile, cacheFileKey } from "./cache-files.js";
import { asProjectTable, type DiskTable, readDiskTable, readMetricsTable } from "./disk-table.js";
import { JoinedTables } from "./joined-tables.js";
import { assumedManifest, type Manifest, readManifest } from "./manifest.js";
import { MANIFEST_KEY } from "./manifest-entries.js";
import { distinct } from "./owned.js";
import type { ProjectTable } from "./project-table.js";
import { type Sentinels, toErrataSettings } from "./repairs.js";
import { channelTable, probeTable, sessionTable, unitTable } from "./returned-tables.js";
import type { RowOrder } from "./row-order.js";
import type { UnitFilters } from "./unit-filters.js";

/** How a project cache is read. */
export interface ProjectCacheOptions {
  /** Key of the manifest in the store; `manifest.json` unless given. */
  readonly manifestKey?: string | undefined;
  /** Version that the manifest must state; 0.3.0 unless given. */
  readonly expectedVersion?: string | undefined;
  /** `absent` unless given: coordinates of -1000, -1, 0 and rates of 0 stand for nothing. `kept` gives what AllenSDK gives. */
  readonly sentinels?: Sentinels | undefined;
  /** Known defects to mend or to leave, by id; as the registry, and `sentinels`, have them unless given. */
  readonly errata?: ErrataChoice | undefined;
  /** `id` unless given. `grouped` is the order of AllenSDK with pandas before 2.2, and of every published example. */
  readonly order?: RowOrder | undefined;
}

/** Which columns a returned table leaves out. */
export interface TableOptions extends CallOptions {
  /** In place of those of {@link SUPPRESSED_COLUMNS}; `[]` shows everything. Names that there are not are passed over. */
  readonly suppress?: readonly string[] | undefined;
}

/** Which units a table has. */
export interface UnitTableOptions extends TableOptions {
  /** In place of single defaults; {@link NO_UNIT_FILTERS} gives every unit. */
  readonly filters?: UnitFilters | undefined;
}

export interface MetricsOptions extends UnitTableOptions {
  /** Whether metrics are joined to units that pass the filters; true unless given. Without it every row of the file is given. */
  readonly annotate?: boolean | undefined;
}

/** Whose analysis metrics: those of every session of a type, or of one session. */
export type MetricsOf = { readonly sessionType: string } | { readonly session: string | number };

/** The tables and templates of a project cache, as `EcephysProjectCache` gives them. Files are read once, when they are first needed. */
export class EcephysProjectCache {
  readonly store: ByteStore;
  readonly manifest: Manifest;
  readonly #settings: { readonly errata: ErrataSettings; readonly order: RowOrder };
  readonly #tables: Readonly<Record<TableName, SharedRead<DiskTable | undefined>>>;
  readonly #joined: SharedRead<JoinedTables>;

  /** @param manifest see {@link openProjectCache} */
  constructor(store: ByteStore, manifest: Manifest, settings: ProjectCacheOptions = {}) {
    const { sentinels = "absent", order = "id", errata: choice } = settings;
    const errata = toErrataSettings(sentinels, choice);
    this.store = store;
    this.manifest = manifest;
    this.#settings = { errata, order };
    const table = (name: TableName) =>
      new SharedRead((options) => readDiskTable(store, manifest.keyOf(name), name, options));
    this.#tables = {
      ...{ sessions: table("sessions"), probes: table("probes") },
      ...{ channels: table("channels"), units: table("units") },
    };
    this.#joined = new SharedRead((options) => this.#join(options));
  }

  /** Key of a file in the store. Does not look whether it is there. */
  keyOf(file: CacheFile): string {
    return cacheFileKey(this.manifest, file);
  }

  /** A table as it stands in its file. @throws {@link NotFoundError} when the folder does not hold it */
  async readTable(name: TableName, options?: CallOptions): Promise<ProjectTable> {
    return asProjectTable("id", await this.#require(name, options));
  }

  /** Sessions with counts of units (default filters), channels and probes, and their structures: `get_session_table`. */
  async readSessions({ suppress, ...options }: TableOptions = {}): Promise<ProjectTable> {
    const sessions = await this.#require("sessions", options);
    const joined = await this.#joined.read(options);
    return sessionTable(
      sessions,
      joined,
      { ...(await this.#present(options)), errata: this.#settings.errata },
      suppress,
    );
  }

  /** Probes with their sessions, counts and structures: `get_probes`. `lfp_sampling_rate` is that of the LFP file. */
  async readProbes({ suppress, ...options }: TableOptions = {}): Promise<ProjectTable> {
    const probes = await this.#require("probes", options);
    return probeTable(probes, await this.#joined.read(options), await this.#present(options), suppress);
  }

  /** Channels with their probes, sessions and counts of units: `get_channels`. */
  async readChannels({ suppress, ...options }: TableOptions = {}): Promise<ProjectTable> {
    const channels = await this.#require("channels", options);
    await this.#require("probes", options);
    return channelTable(channels, await this.#joined.read(options), await this.#present(options), suppress);
  }

  /** Units that pass filters, with their channels, probes and sessions: `get_units`. `local_index` is that of the peak channel, `name` the probe's. */
  async readUnits({ suppress, filters = {}, ...options }: UnitTableOptions = {}): Promise<ProjectTable> {
    for (const name of ["probes", "channels", "units"] as const) await this.#require(name, options);
    return unitTable(await this.#joined.read(options), filters, suppress);
  }

  /**
   * Analysis metrics of units: `get_unit_analysis_metrics_by_session_type`, `get_unit_analysis_metrics_for_session`. Annotated, the columns of
   * {@link readUnits} come first, and only units that pass the filters have a row.
   *
   * @throws {@link QueryError} for a session type or session that there is not, naming the types
   * @throws {@link NotFoundError} when the folder does not hold the file
   */
  async readAnalysisMetrics(of: MetricsOf, options: MetricsOptions = {}): Promise<ProjectTable> {
    const { annotate = true, filters = {}, suppress, ...call } = options;
    const file = await this.#metricsFile(of, call);
    const key = this.keyOf(file);
    const metrics = await readMetricsTable(this.store, key, call, this.#settings.errata);
    if (!metrics) throw absent(this.store.url + key, "analysis metrics");
    if (!annotate) return plainMetrics(metrics);
    const units = await this.readUnits({ ...call, filters, suppress: [] });
    return annotatedMetrics(units, metrics, "session" in of ? of.session : undefined, suppress);
  }

  /** Distinct session types, in the order of the table. */
  async readSessionTypes(options?: CallOptions): Promise<readonly string[]> {
    return distinct((await this.#require("sessions", options)).columns.get("session_type"), isText);
  }

  /** Distinct genotypes, as written. */
  async readGenotypes(options?: CallOptions): Promise<readonly string[]> {
    return distinct((await this.#require("sessions", options)).columns.get("genotype"), isText);
  }

  /** Distinct ages in days. */
  async readAges(options?: CallOptions): Promise<readonly number[]> {
    return distinct((await this.#require("sessions", options)).columns.get("age_in_days"), isNumber);
  }

  /** Distinct sexes. */
  async readSexes(options?: CallOptions): Promise<readonly string[]> {
    return distinct((await this.#require("sessions", options)).columns.get("sex"), isText);
  }

  /** Distinct labels of channels, in the order of {@link readChannels}; null, once, for channels without label. */
  async readStructureAcronyms(options?: CallOptions): Promise<readonly (string | null)[]> {
    const { table } = await this.readChannels({ ...options, suppress: [] });
    const labels = Array.from(table.columns.get("ecephys_structure_acronym") ?? []);
    return [...new Set(labels.map((label) => (isText(label) ? label : null)))];
  }

  /**
   * A natural movie, frames first: `Uint8Array` `[frames, rows, columns]`, grey levels.
   *
   * Source: the file is called `.h5` and holds NumPy's format.
   */
  async readNaturalMovie(number: number, options?: CallOptions): Promise<NdArray> {
    const { bytes, url } = await this.#template({ kind: "natural-movie", number }, options);
    if (bytes[0] === 0x89 && bytes[1] === 0x48) {
      throw new UnsupportedError(`${url} is an HDF5 file; movies of the release are in NumPy's format.`, {
        hint: "Look at it with `crossprobe inspect`.",
      });
    }
    const { data, shape } = parseNpy(bytes, url);
    if (isNumeric(data) && shape.length === 3) return ndArray(data, shape, "");
    throw new SchemaError(`${url} is no movie: it holds an array of shape [${shape.join(", ")}].`, { url });
  }

  /** A natural scene: `Uint8Array` `[rows, columns]`, grey levels. @throws {@link SchemaError} for an image of colours */
  async readNaturalScene(number: number, options?: CallOptions): Promise<NdArray> {
    const { bytes, url } = await this.#template({ kind: "natural-scene", number }, options);
    const { data, width, height, samplesPerPixel } = parseTiff(bytes, url);
    if (samplesPerPixel === 1) return ndArray(data, [height, width], "");
    throw new SchemaError(`${url} is no scene of the release: it has ${samplesPerPixel} values a pixel, not one.`, {
      url,
    });
  }

  async #template(
    file: CacheFile,
    options?: CallOptions,
  ): Promise<{ readonly bytes: Uint8Array; readonly url: string }> {
    const key = this.keyOf(file);
    const bytes = await this.store.read(key, options);
    if (bytes) return { bytes, url: this.store.url + key };
    throw absent(this.store.url + key, "template");
  }

  async #metricsFile(of: MetricsOf, options: CallOptions): Promise<CacheFile> {
    if ("session" in of) {
      const session = String(of.session);
      const { rowOf, url } = await this.#require("sessions", options);
      if (rowOf.has(session)) return { kind: "session-metrics", session };
      throw new QueryError(`There is no session ${JSON.stringify(session)} in ${url}.`, {
        hint: "List the sessions first.",
      });
    }
    const types = await this.readSessionTypes(options);
    if (types.includes(of.sessionType)) return { kind: "type-metrics", sessionType: of.sessionType };
    throw new QueryError(`There is no session type ${JSON.stringify(of.sessionType)}.`, {
      hint: `Available types: ${types.join(", ")}.`,
    });
  }

  async #join(options: CallOptions): Promise<JoinedTables> {
    const sessions = await this.#require("sessions", options);
    const [probes, channels, units] = [
      await this.#read("probes", options),
      await this.#read("channels", options),
      await this.#read("units", options),
    ];
    const tables = { ...(probes && { probes }), ...(channels && { channels }), ...(units && { units }) };
    return new JoinedTables(sessions, tables, this.#settings);
  }

  async #present(options: CallOptions) {
    const isThere = async (name: TableName) => (await this.#read(name, options)) !== undefined;
    return { probes: await isThere("probes"), channels: await isThere("channels"), units: await isThere("units") };
  }

  async #read(name: TableName, options?: CallOptions): Promise<DiskTable | undefined> {
    return this.#tables[name].read(options);
  }

  async #require(name: TableName, options?: CallOptions): Promise<DiskTable> {
    const table = await this.#read(name, options);
    if (table) return table;
    throw absent(this.store.url + this.manifest.keyOf(name), `table of ${name}`);
  }
}

/**
 * Opens a project cache: a folder as AllenSDK leaves it on disk, or one written by {@link encodeProjectCache}. Reads the manifest alone; without
 * one the release's default names are assumed, with a notice in `manifest.notices`.
 *
 * @param store the folder that holds the manifest
 * @throws {@link SchemaError} for a manifest of another version, one that cannot be followed, or a folder that holds neither manifest nor table
 * @example
 * const cache = await openProjectCache(new LocalStore("/data/ecephys-cache/"));
 * const units = await cache.readUnits({ filters: { presenceRatioMinimum: 0.9 } });
 * console.log(units.table.rowCount, units.notices);
 */
export async function openProjectCache(
  store: ByteStore,
  settings: ProjectCacheOptions = {},
  options?: CallOptions,
): Promise<EcephysProjectCache> {
  const { manifestKey = MANIFEST_KEY, expectedVersion } = settings;
  const manifest = await readManifest(store, manifestKey, { expectedVersion }, options);
  return new EcephysProjectCache(store, manifest ?? (await assumedManifest(store, manifestKey, options)), settings);
}

function absent(url: string, what: string): NotFoundError {
  return new NotFoundError(`There is no ${what} at ${url}.`, {
    hint: "Download the file of the release into the folder.",
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && !Number.isNaN(value);
}

function isNumeric(data: NumericArray | readonly string[]): data is NumericArray {
  return ArrayBuffer.isView(data);
}
