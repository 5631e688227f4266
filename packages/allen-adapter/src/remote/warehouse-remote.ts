import type { CallOptions, Notice } from "@crossprobe/core";
import { NoticeCounter } from "../notices.js";
import { WAREHOUSE_URL } from "../warehouse/rma-client.js";
import { type FileLink, Warehouse, type WarehouseOptions } from "../warehouse/warehouse.js";
import { WarehouseStore } from "../warehouse/warehouse-store.js";
import {
  type AllenRemote,
  type FoundFile,
  type FoundTemplate,
  placesOf,
  type ReleaseSource,
  type SessionCacheFile,
} from "./release-source.js";

/**
 * Files from the Allen Institute's warehouse (api.brain-map.org), as AllenSDK fetches them. It states neither sizes nor digests.
 *
 * @example
 * allen({ caches: [], remote: warehouseRemote({ http: new JsonHttp() }) });
 */
export function warehouseRemote(options: WarehouseOptions): AllenRemote {
  const further = (options.hosts ?? []).map((host) => `http://${host}`);
  const hosts = [...placesOf(options.url ?? WAREHOUSE_URL), ...further];
  return { hasTables: true, hosts, open: () => new WarehouseSource(options) };
}

class WarehouseSource implements ReleaseSource {
  readonly title = "Allen Institute data warehouse (RMA)";
  readonly tables: WarehouseStore;
  readonly #warehouse: Warehouse;
  readonly #notices = new NoticeCounter();

  constructor(options: WarehouseOptions) {
    const onNotice = (notice: Notice) => {
      this.#note([notice]);
      options.onNotice?.(notice);
    };
    this.#warehouse = new Warehouse({ ...options, onNotice });
    this.tables = new WarehouseStore(this.#warehouse, onNotice);
  }

  get notices(): readonly Notice[] {
    return this.#notices.list();
  }

  #note(notices: readonly Notice[]): void {
    for (const { code, where, message, count } of notices) this.#notices.add(code, where, message, count);
  }

  get url(): string {
    return this.#warehouse.url;
  }

  async probesOf(session: string, options: CallOptions): Promise<readonly string[] | undefined> {
    if (!isId(session)) return undefined;
    const { columns, rowCount } = await this.#warehouse.probes({ sessions: [session] }, options);
    return rowCount === 0 ? undefined : (columns.get("id") ?? []).map(String);
  }

  async sessionOf(probe: string, options: CallOptions): Promise<string | undefined> {
    if (!isId(probe)) return undefined;
    const { columns } = await this.#warehouse.probes({ probes: [probe] }, options);
    const session = columns.get("ecephys_session_id")?.[0];
    return session === undefined || session === null ? undefined : String(session);
  }

  async find(file: SessionCacheFile, options: CallOptions): Promise<FoundFile | undefined> {
    if (file.kind === "session-nwb") return toFound(await this.#warehouse.sessionFile(file.session, options));
    if (file.kind === "lfp-nwb") return toFound(await this.#warehouse.lfpFile(file.probe, options));
    // Metrics are records here, not a file: they are written with the tables.
    return undefined;
  }

  async templates(options: CallOptions): Promise<readonly FoundTemplate[]> {
    const { templates, notices } = await this.#warehouse.templates(options);
    this.#note(notices);
    return templates.map((link) => ({ ...toFound(link), file: { kind: link.kind, number: link.number } }));
  }
}

function toFound({ url, id, absent }: FileLink): FoundFile {
  return { id, urls: url === null ? [] : [url], absent, size: null, digests: [] };
}

function isId(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}
