import {
  type ByteStore,
  type CallOptions,
  isDataError,
  type Notice,
  type ReadOptions,
  SharedRead,
} from "@crossprobe/core";
import { encodeManifest, MANIFEST_KEY } from "../cache/manifest-entries.js";
import type { Warehouse } from "./warehouse.js";
import type { WarehouseTable } from "./warehouse-table.js";

type Ask = (warehouse: Warehouse, options: CallOptions) => Promise<WarehouseTable>;

const TABLES: Readonly<Record<string, Ask>> = {
  "sessions.csv": (warehouse, options) => warehouse.sessions({}, options),
  "probes.csv": (warehouse, options) => warehouse.probes({}, options),
  "channels.csv": (warehouse, options) => warehouse.channels({}, options),
  "units.csv": (warehouse, options) => warehouse.units({}, options),
};

/** Tables that are kept once they were made; `units.csv` of the release has 51 MB. */
const KEPT = 8;

/**
 * The warehouse as the folder of a project cache: manifest, tables and analysis metrics, each asked for when it is first read and kept.
 * NWB files and templates are no keys of it: they are fetched by their links.
 *
 * @example
 * const cache = await openProjectCache(new WarehouseStore(new Warehouse({ http: new JsonHttp() })));
 * const { table } = await cache.readProbes();
 */
export class WarehouseStore implements ByteStore {
  readonly url: string;
  readonly #warehouse: Warehouse;
  readonly #onNotice: (notice: Notice) => void;
  readonly #files = new Map<string, SharedRead<Uint8Array | undefined>>();

  /** @param onNotice told what was put right in tables */
  constructor(warehouse: Warehouse, onNotice: (notice: Notice) => void = () => undefined) {
    this.url = warehouse.url;
    this.#warehouse = warehouse;
    this.#onNotice = onNotice;
  }

  /** Makes the file. */
  async size(key: string, options: CallOptions = {}): Promise<number | undefined> {
    return (await this.#file(key, options))?.byteLength;
  }

  async read(key: string, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    const bytes = await this.#file(key, options);
    const { range } = options;
    if (bytes === undefined || range === undefined) return bytes?.slice();
    if ("suffix" in range) return bytes.slice(Math.max(0, bytes.byteLength - range.suffix));
    return bytes.slice(range.offset, range.offset + range.length);
  }

  async #file(key: string, options: CallOptions): Promise<Uint8Array | undefined> {
    options.signal?.throwIfAborted();
    if (key === MANIFEST_KEY) return new TextEncoder().encode(encodeManifest());
    const ask = askerOf(key);
    if (ask === undefined) return undefined;
    const known = this.#files.get(key);
    const file = known ?? new SharedRead((inner) => this.#make(ask, inner));
    this.#files.delete(key);
    this.#files.set(key, file);
    const [oldest] = this.#files.keys();
    if (this.#files.size > KEPT && oldest !== undefined) this.#files.delete(oldest);
    return file.read({ signal: options.signal });
  }

  /** A question that cannot be put, or that nothing answers, is a file that is not there. */
  async #make(ask: Ask, options: CallOptions): Promise<Uint8Array | undefined> {
    try {
      const { text, rowCount, notices } = await ask(this.#warehouse, options);
      for (const notice of notices) this.#onNotice(notice);
      return rowCount === 0 ? undefined : new TextEncoder().encode(text);
    } catch (error) {
      if (isDataError(error, "query")) return undefined;
      throw error;
    }
  }
}

function askerOf(key: string): Ask | undefined {
  if (Object.hasOwn(TABLES, key)) return TABLES[key];
  const session = /^session_(\d+)\/session_\1_analysis_metrics\.csv$/.exec(key)?.[1];
  if (session !== undefined) return (warehouse, options) => warehouse.metrics({ sessions: [session] }, options);
  const type = /^([A-Za-z0-9_.-]+)_analysis_metrics\.csv$/.exec(key)?.[1];
  if (type !== undefined) return (warehouse, options) => warehouse.metrics({ sessionTypes: [type] }, options);
  return undefined;
}
