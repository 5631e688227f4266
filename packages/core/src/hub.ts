import type {
  AdapterPlugin,
  DatasetAdapter,
  Modality,
  ProbeFingerprint,
  SourceDescription,
  SpikeOptions,
} from "./adapter.js";
import type { CallOptions } from "./call-options.js";
import { type AdapterRegistry, createRegistry, type HubConfig, type RegisteredAdapter } from "./container.js";
import { HubDownload } from "./download.js";
import type { Download, Downloader, DownloadOptions } from "./downloader.js";
import { ConfigError, NotFoundError, QueryError, UnsupportedError } from "./errors.js";
import type { ChannelTable } from "./model/channel.js";
import { EVENT_TYPES, type EventFilter, type EventTable } from "./model/event.js";
import type { InvalidInterval } from "./model/interval.js";
import type { LfpSource } from "./model/lfp.js";
import type { MovementSignal } from "./model/movement.js";
import type { ProbeInsertion } from "./model/probe-insertion.js";
import { formatRef, isSameRef, type ProbeRef, type Ref, type SessionRef, type UnitRef } from "./model/ref.js";
import type { FileSelection, RemoteFile } from "./model/remote-file.js";
import type { Session, SessionFilter } from "./model/session.js";
import type { SpikeTable } from "./model/spikes.js";
import type { UnitTable } from "./model/unit.js";
import type { WaveformTable } from "./model/waveforms.js";
import { type UnitQuery, unitQuery } from "./query/query.js";

export type { HubConfig };

export interface HubSessionFilter extends SessionFilter {
  /** Only this dataset. */
  readonly dataset?: string;
}

/** What a user holds: every dataset behind one set of questions. */
export interface Hub {
  /** The plain data of each registered dataset, in the order of registration. */
  datasets(): readonly AdapterPlugin[];
  /** @throws {@link QueryError} for a dataset that is not registered, naming those that are */
  dataset(id: string): AdapterPlugin;
  /** What the configured sources of a dataset are and can answer. Looks at names and headers only. */
  describe(dataset: string, options?: CallOptions): Promise<SourceDescription>;
  /** Sessions of every dataset, one dataset after the other. */
  sessions(filter?: HubSessionFilter, options?: CallOptions): AsyncIterable<Session>;
  probes(session: SessionRef, options?: CallOptions): Promise<readonly ProbeInsertion[]>;
  channels(probe: ProbeRef, options?: CallOptions): Promise<ChannelTable>;
  /** Units by region, dataset, verdict or rate: a frozen question, answered when streamed. */
  units(): UnitQuery;
  /**
   * The probe that a unit belongs to: one unit table after the other is looked through.
   *
   * @throws {@link NotFoundError} when no probe of its dataset has the unit
   */
  probeOf(unit: UnitRef, options?: CallOptions): Promise<ProbeRef>;
  /** The whole unit table of one probe, unfiltered. */
  unitTable(probe: ProbeRef, options?: CallOptions): Promise<UnitTable>;
  spikes(probe: ProbeRef, options?: SpikeOptions): Promise<SpikeTable>;
  waveforms(probe: ProbeRef, options?: SpikeOptions): Promise<WaveformTable>;
  events(session: SessionRef, filter?: EventFilter, options?: CallOptions): Promise<EventTable>;
  movement(session: SessionRef, options?: CallOptions): Promise<MovementSignal>;
  invalidIntervals(session: SessionRef, options?: CallOptions): Promise<readonly InvalidInterval[]>;
  /** The LFP of a probe, opened; the caller closes it. */
  lfp(probe: ProbeRef, options?: CallOptions): Promise<LfpSource>;
  /** What can be fetched for sessions and probes: addresses, sizes, digests, paths. Fetches nothing. */
  files(selection: FileSelection, options?: CallOptions): AsyncIterable<RemoteFile>;
  /**
   * Plans a download into a local folder; taking its results carries it out.
   *
   * @param what a selection, or files from elsewhere
   * @throws {@link ConfigError} when the hub was made without a downloader
   * @example
   * const { plan, results } = await hub.download({ refs: [session], object: "trials" }, { to: "ONE" });
   * for await (const { file, status } of results()) console.log(status, file.path);
   */
  download(what: FileSelection | readonly RemoteFile[], options: DownloadOptions): Promise<Download>;
  /**
   * For each probe of a dataset a text that is another one whenever its tables could read differently: see {@link DatasetAdapter.fingerprints}.
   *
   * @returns undefined where the adapter cannot tell: tables must be read again to know
   */
  fingerprints(dataset: string, options?: CallOptions): AsyncIterable<ProbeFingerprint> | undefined;
  /** Ends every adapter: open files are closed, workers released. */
  dispose(): void;
}

/**
 * Puts stores and adapters together. Reads nothing until asked.
 *
 * @throws {@link ConfigError} when two adapters have one id
 * @example
 * const hub = createHub({ stores: createStores(), adapters: [ibl({ sources }), allen({ caches })] });
 * for await (const unit of hub.units().inRegion("CA1").stream()) console.log(unit.region?.acronym);
 * hub.dispose();
 */
export function createHub(config: HubConfig): Hub {
  return new AdapterHub(createRegistry(config), config.downloader);
}

class AdapterHub implements Hub {
  readonly #registry: AdapterRegistry;
  readonly #downloader: Downloader | undefined;
  #isDisposed = false;

  constructor(registry: AdapterRegistry, downloader: Downloader | undefined) {
    this.#registry = registry;
    this.#downloader = downloader;
  }

  datasets(): readonly AdapterPlugin[] {
    return this.#adapters().map(({ plugin }) => plugin);
  }

  dataset(id: string): AdapterPlugin {
    return this.#registered(id).plugin;
  }

  async describe(dataset: string, options?: CallOptions): Promise<SourceDescription> {
    return this.#registered(dataset).adapter.describe(options);
  }

  async *sessions(filter: HubSessionFilter = {}, options?: CallOptions): AsyncIterable<Session> {
    const { dataset, ...rest } = filter;
    const chosen = dataset === undefined ? this.#adapters() : [this.#registered(dataset)];
    for (const { plugin, adapter } of chosen) {
      const refs = rest.refs?.filter((ref) => ref.dataset === plugin.id);
      if (refs !== undefined && refs.length === 0) continue;
      yield* adapter.sessions(refs === undefined ? rest : { ...rest, refs }, options);
    }
  }

  async probes(session: SessionRef, options?: CallOptions): Promise<readonly ProbeInsertion[]> {
    return this.#adapter(session, "session").probes(session, options);
  }

  async channels(probe: ProbeRef, options?: CallOptions): Promise<ChannelTable> {
    return this.#adapter(probe, "probe", "channels").channels(probe, options);
  }

  units(): UnitQuery {
    return unitQuery(this);
  }

  async probeOf(unit: UnitRef, options?: CallOptions): Promise<ProbeRef> {
    const { plugin } = this.#registered(unit.dataset);
    for await (const { ref } of this.sessions({ dataset: plugin.id }, options)) {
      for (const probe of await this.probes(ref, options)) {
        const { rows } = await this.unitTable(probe.ref, options);
        if (rows.some((row) => isSameRef(row.ref, unit))) return probe.ref;
      }
    }
    throw new NotFoundError(`no unit ${formatRef(unit)} in the ${plugin.id} sources`, {
      hint: "list them: crossprobe units",
    });
  }

  async unitTable(probe: ProbeRef, options?: CallOptions): Promise<UnitTable> {
    return this.#adapter(probe, "probe", "units").units(probe, options);
  }

  async spikes(probe: ProbeRef, options?: SpikeOptions): Promise<SpikeTable> {
    return this.#adapter(probe, "probe", "spikes").spikes(probe, options);
  }

  async waveforms(probe: ProbeRef, options?: SpikeOptions): Promise<WaveformTable> {
    return this.#adapter(probe, "probe", "waveforms").waveforms(probe, options);
  }

  async events(session: SessionRef, filter: EventFilter = {}, options?: CallOptions): Promise<EventTable> {
    requireEventTypes(filter);
    return this.#adapter(session, "session", "events").events(session, filter, options);
  }

  async movement(session: SessionRef, options?: CallOptions): Promise<MovementSignal> {
    return this.#adapter(session, "session", "movement").movement(session, options);
  }

  async invalidIntervals(session: SessionRef, options?: CallOptions): Promise<readonly InvalidInterval[]> {
    return this.#adapter(session, "session").invalidIntervals(session, options);
  }

  async lfp(probe: ProbeRef, options?: CallOptions): Promise<LfpSource> {
    return this.#adapter(probe, "probe", "lfp").lfp(probe, options);
  }

  async *files(selection: FileSelection, options?: CallOptions): AsyncIterable<RemoteFile> {
    const stray = selection.refs.find(({ kind }) => kind !== "session" && kind !== "probe");
    if (stray !== undefined) throw wrongKind(stray, "session or probe");
    const datasets = [...new Set(selection.refs.map(({ dataset }) => dataset))];
    for (const dataset of datasets) {
      const refs = selection.refs.filter((ref) => ref.dataset === dataset);
      const { plugin, adapter } = this.#registered(dataset);
      // An adapter without files says itself what to do instead.
      const files = adapter.files({ ...selection, refs }, options);
      for await (const file of files) yield { ...file, hosts: plugin.fileHosts ?? [] };
    }
  }

  async download(what: FileSelection | readonly RemoteFile[], options: DownloadOptions): Promise<Download> {
    const downloader = this.#downloader;
    if (downloader === undefined) {
      throw new ConfigError("this hub was made without a downloader", {
        hint: "pass createDownloader() of @crossprobe/storage/node to createHub",
      });
    }
    const { signal } = options;
    const files: RemoteFile[] = [];
    if ("refs" in what) for await (const file of this.files(what, { signal })) files.push(file);
    else files.push(...what);
    const adapterOf = (dataset: string) => this.#adapters().find(({ plugin }) => plugin.id === dataset)?.adapter;
    return new HubDownload(downloader, await downloader.plan(files, options), options, adapterOf);
  }

  fingerprints(dataset: string, options?: CallOptions): AsyncIterable<ProbeFingerprint> | undefined {
    return this.#registered(dataset).adapter.fingerprints?.(options);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#registry.dispose();
  }

  #adapter(ref: Ref, kind: Ref["kind"], modality?: Modality): DatasetAdapter {
    if (ref.kind !== kind) throw wrongKind(ref, kind);
    const { plugin, adapter } = this.#registered(ref.dataset);
    if (modality !== undefined && !plugin.capabilities[modality]) {
      throw new UnsupportedError(`the ${plugin.id} dataset has no ${modality}`, {
        hint: "look at the dataset's capabilities before asking",
      });
    }
    return adapter;
  }

  #adapters(): readonly RegisteredAdapter[] {
    if (this.#isDisposed) throw new QueryError("this hub has been disposed of", { hint: "create another one" });
    return this.#registry.adapters();
  }

  #registered(id: string): RegisteredAdapter {
    const registered = this.#adapters();
    const found = registered.find(({ plugin }) => plugin.id === id);
    if (found === undefined) {
      const known = registered.map(({ plugin }) => plugin.id).join(", ") || "none";
      throw new QueryError(`no dataset ${JSON.stringify(id)} here`, { hint: `registered: ${known}` });
    }
    return found;
  }
}

function requireEventTypes({ types = [] }: EventFilter): void {
  const stranger = types.find((type) => !EVENT_TYPES.includes(type));
  if (stranger === undefined) return;
  throw new QueryError(`no event is of type ${JSON.stringify(stranger)}`, { hint: `use ${EVENT_TYPES.join(", ")}` });
}

/** Callers without types may hand over the text of a reference, or what it refers to. */
function wrongKind(ref: Ref | string, kind: string): QueryError {
  if (typeof ref === "string") {
    return new QueryError(`${JSON.stringify(ref)} is a text, not a ${kind} reference`, {
      hint: "make a reference of it with parseRef",
    });
  }
  if ("ref" in ref) {
    return new QueryError(`what was passed is no ${kind} reference, but has one`, { hint: "pass its ref" });
  }
  return new QueryError(`${formatRef(ref)} is a ${ref.kind}, not a ${kind}`, { hint: `pass a ${kind} reference` });
}
