import { type CallOptions, type Notice, SchemaError } from "@crossprobe/core";
import { checkShape } from "../remote/web-service.js";
import { RmaClient, type RmaClientOptions } from "./rma-client.js";
import {
  type ChannelRows,
  type MetricsRows,
  type ProbeRows,
  RMA,
  type SessionRows,
  type UnitRows,
} from "./rma-query.js";
import { metricsTable, plainTable, probeTable, sessionTable, type WarehouseTable } from "./warehouse-table.js";
import { templateOf, type WellKnownFile, wellKnownFileSchema } from "./well-known-file.js";

export interface WarehouseOptions extends RmaClientOptions {
  /** Further hosts from which files may be fetched where an answer names one (default: that of the service alone). */
  readonly hosts?: readonly string[] | undefined;
}

/** A file to fetch, where there is one. */
export interface FileLink {
  /** Null where the warehouse has no such file, or names a place that it may not be fetched from. */
  readonly url: string | null;
  readonly id: string | null;
  /** Why there is no address; null where there is one. */
  readonly absent: string | null;
}

/** A stimulus template. */
export interface TemplateLink extends FileLink {
  readonly kind: "natural-movie" | "natural-scene";
  readonly number: number;
}

/**
 * The Allen Institute's warehouse: the tables of Visual Coding – Neuropixels as their CSV files, and where its files can be fetched.
 *
 * Nothing is kept: each call asks. Identifiers are never known beforehand, since files were released again under new ones.
 *
 * @throws {@link StoreError} with the service's words for refusals, {@link FormatError} for web pages, {@link SchemaError} for other shapes
 * @example
 * const warehouse = new Warehouse({ http: new JsonHttp() });
 * const { text } = await warehouse.probes({ sessions: [756029989] });
 * const { url, absent } = await warehouse.lfpFile(760640083);
 */
export class Warehouse {
  /** With a `/` at the end. */
  readonly url: string;
  readonly #client: RmaClient;
  readonly #hosts: ReadonlySet<string>;

  constructor(options: WarehouseOptions) {
    this.#client = new RmaClient(options);
    this.url = this.#client.url;
    this.#hosts = new Set([new URL(this.url).host, ...(options.hosts ?? [])]);
  }

  /** `sessions.csv`, by identifier. */
  async sessions(rows?: SessionRows, options?: CallOptions): Promise<WarehouseTable> {
    return sessionTable(await this.#client.rows(RMA.sessions(rows), options));
  }

  /** `probes.csv`, by identifier. */
  async probes(rows?: ProbeRows, options?: CallOptions): Promise<WarehouseTable> {
    return probeTable(await this.#client.rows(RMA.probes(rows), options));
  }

  /** `channels.csv`, by identifier; 25 requests for all. */
  async channels(rows?: ChannelRows, options?: CallOptions): Promise<WarehouseTable> {
    return plainTable(await this.#client.rows(RMA.channels(rows), options));
  }

  /** `units.csv`, by identifier; 20 requests for all. */
  async units(rows?: UnitRows, options?: CallOptions): Promise<WarehouseTable> {
    return plainTable(await this.#client.rows(RMA.units(rows), options));
  }

  /** `<type>_analysis_metrics.csv`, or that of a session. */
  async metrics(rows?: MetricsRows, options?: CallOptions): Promise<WarehouseTable> {
    return metricsTable(await this.#client.rows(RMA.metrics(rows), options));
  }

  /** The NWB file of a session. */
  async sessionFile(session: number | string, options?: CallOptions): Promise<FileLink> {
    return this.#link(RMA.sessionFile(session), `NWB file of session ${session}`, options);
  }

  /** The LFP file of a probe; seven of the release's 332 have none. */
  async lfpFile(probe: number | string, options?: CallOptions): Promise<FileLink> {
    return this.#link(RMA.lfpFile(probe), `LFP file of probe ${probe}`, options);
  }

  /** Movies and scenes of the stimuli. Files that are neither are left out and counted. */
  async templates(
    options?: CallOptions,
  ): Promise<{ readonly templates: readonly TemplateLink[]; readonly notices: readonly Notice[] }> {
    const { rows, url } = await this.#client.rows(RMA.templates(), options);
    const files = rows.map((row) => checkShape(row, wellKnownFileSchema, url));
    const templates = files.flatMap((file) => {
      const template = templateOf(file);
      return template === undefined ? [] : [{ ...this.#toLink(file), ...template }];
    });
    const count = files.length - templates.length;
    const message = "Stimulus files that are neither a natural scene nor a natural movie are left out.";
    return { templates, notices: count === 0 ? [] : [{ code: "template-unknown", message, count, where: url }] };
  }

  async #link(query: string, what: string, options?: CallOptions): Promise<FileLink> {
    const { rows, url } = await this.#client.rows(query, options);
    const [row, second] = rows;
    if (row === undefined) return { url: null, id: null, absent: `the warehouse has no ${what}` };
    if (second !== undefined) {
      throw new SchemaError(`The warehouse has ${rows.length} files where one is expected: ${what}.`, {
        ...{ url, hint: "Report it: which of them is the release's cannot be told." },
      });
    }
    return this.#toLink(checkShape(row, wellKnownFileSchema, url));
  }

  #toLink({ id, link }: WellKnownFile): FileLink {
    // A path on the service is put behind its address as AllenSDK does, which doubles the slash.
    const text = /^\/(?!\/)/.test(link) ? this.url + link : link;
    const url = URL.canParse(text, this.url) ? new URL(text, this.url) : undefined;
    const isWeb = url !== undefined && (url.protocol === "http:" || url.protocol === "https:");
    if (isWeb && this.#hosts.has(url.host) && url.username + url.password === "") {
      return { url: url.href, id, absent: null };
    }
    return { url: null, id, absent: `its address is on another server than ${[...this.#hosts].join(", ")}: ${link}` };
  }
}
