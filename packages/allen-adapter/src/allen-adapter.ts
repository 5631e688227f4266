import {
  type AdapterDeps,
  type ByteStore,
  type CallOptions,
  type ChannelTable,
  type Companions,
  type DatasetAdapter,
  type EventFilter,
  type EventTable,
  type FileSelection,
  type InvalidInterval,
  isDataError,
  type LfpSource,
  type MovementSignal,
  NotFoundError,
  type ProbeFingerprint,
  type ProbeInsertion,
  type ProbeRef,
  type RemoteFile,
  type Session,
  type SessionFilter,
  type SessionRef,
  type SourceDescription,
  type SpikeOptions,
  type SpikeTable,
  type UnitTable,
  UnsupportedError,
  type WaveformTable,
} from "@crossprobe/core";
import { describeCaches } from "./describe.js";
import { DEFAULT_ERRATA, type ErrataSettings } from "./errata/errata-choice.js";
import { readFingerprints } from "./fingerprints.js";
import type { AllenConfig } from "./plugin.js";
import { ProjectCache } from "./project-cache.js";
import { examineFile } from "./remote/examine-file.js";
import { ReleaseFiles } from "./remote/release-files.js";
import { SessionReader } from "./session-reader.js";
import { toSessions } from "./sessions.js";
import { DATASET } from "./vocabulary.js";

/** Answers for the Visual Coding Neuropixels release from project caches. Where several hold a session, the first that can answer does. */
export class AllenAdapter implements DatasetAdapter {
  readonly #caches: readonly ProjectCache[];
  readonly #readers: readonly SessionReader[];
  readonly #errata: ErrataSettings;
  readonly #analysisMetrics: boolean;
  readonly #files: ReleaseFiles | undefined;

  constructor(deps: AdapterDeps, config: Omit<AllenConfig, "errata"> & { readonly errata?: ErrataSettings }) {
    const { caches, analysisMetrics = false, errata = DEFAULT_ERRATA, remote, digests } = config;
    this.#errata = errata;
    this.#analysisMetrics = analysisMetrics;
    const local = caches.map((url) => new ProjectCache(deps.stores, url, errata));
    const source = remote?.open(deps);
    this.#files = source && new ReleaseFiles({ source, digests: digests?.open(deps), caches: local });
    this.#caches = local.length === 0 && source?.tables ? [cacheOver(source.tables, errata)] : local;
    this.#readers = this.#caches.map((cache) => new SessionReader(cache, { analysisMetrics }));
  }

  async describe(options?: CallOptions): Promise<SourceDescription> {
    return describeCaches(this.#caches, options);
  }

  async *sessions(filter: SessionFilter, options?: CallOptions): AsyncIterable<Session> {
    const seen = new Set<string>();
    for (const cache of this.#caches) {
      const table = await cache.table("sessions", options);
      if (!table) throw noTable(cache, "sessions");
      for (const session of toSessions(table, await cache.table("probes", options), this.#errata)) {
        if (seen.has(session.ref.id) || !isWanted(session, filter)) continue;
        seen.add(session.ref.id);
        yield session;
      }
    }
  }

  async probes(session: SessionRef, options?: CallOptions): Promise<readonly ProbeInsertion[]> {
    const lists = await this.#each(session, options, (reader) => reader.probes(session.id, options));
    return mergeProbes(lists);
  }

  async channels(probe: ProbeRef, options?: CallOptions): Promise<ChannelTable> {
    return this.#first(probe, options, (reader) => reader.channels(probe.id, options));
  }

  async units(probe: ProbeRef, options?: CallOptions): Promise<UnitTable> {
    return this.#first(probe, options, (reader) => reader.units(probe.id, options));
  }

  async spikes(probe: ProbeRef, options: SpikeOptions = {}): Promise<SpikeTable> {
    return this.#first(probe, options, (reader) => reader.spikes(probe.id, options));
  }

  async waveforms(probe: ProbeRef, options: SpikeOptions = {}): Promise<WaveformTable> {
    return this.#first(probe, options, (reader) => reader.waveforms(probe.id, options));
  }

  async events(session: SessionRef, filter: EventFilter, options?: CallOptions): Promise<EventTable> {
    return this.#first(session, options, (reader) => reader.events(session.id, filter, options));
  }

  async movement(session: SessionRef, options?: CallOptions): Promise<MovementSignal> {
    return this.#first(session, options, (reader) => reader.movement(session.id, options));
  }

  async invalidIntervals(session: SessionRef, options?: CallOptions): Promise<readonly InvalidInterval[]> {
    return this.#first(session, options, (reader) => reader.invalidIntervals(session.id, options));
  }

  async lfp(probe: ProbeRef, options?: CallOptions): Promise<LfpSource> {
    return this.#first(probe, options, (reader) => reader.lfp(probe.id, options));
  }

  async *files(selection: FileSelection, options: CallOptions = {}): AsyncIterable<RemoteFile> {
    options.signal?.throwIfAborted();
    if (this.#files === undefined) {
      throw new UnsupportedError("this allen dataset was given no place to fetch files from", {
        hint: "choose one: the warehouse, the public bucket or the DANDI archive (allenRemote of the configuration)",
      });
    }
    yield* this.#files.files(selection, options);
  }

  async companions(folder: ByteStore, files: readonly RemoteFile[], options: CallOptions = {}): Promise<Companions> {
    return this.#files?.companions(folder, files, options) ?? { files: [], notices: [] };
  }

  async examine(folder: ByteStore, file: RemoteFile, options?: CallOptions): Promise<void> {
    return examineFile(folder, file.path, options);
  }

  async *fingerprints(options: CallOptions = {}): AsyncIterable<ProbeFingerprint> {
    options.signal?.throwIfAborted();
    const settings = { analysisMetrics: this.#analysisMetrics, errata: this.#errata };
    yield* readFingerprints(this.#caches, settings, options);
  }

  dispose(): void {
    for (const reader of this.#readers) reader.dispose();
    for (const cache of this.#caches) cache.dispose();
  }

  /** The answer of the first cache that knows the thing and can give it; else the first refusal. */
  async #first<Value>(
    ref: SessionRef | ProbeRef,
    options: CallOptions | undefined,
    ask: (reader: SessionReader) => Promise<Value>,
  ): Promise<Value> {
    const refusals: unknown[] = [];
    for (const reader of await this.#knowing(ref, options)) {
      try {
        return await ask(reader);
      } catch (error) {
        if (!isDataError(error, "not-found") && !isDataError(error, "unsupported")) throw error;
        refusals.push(error);
      }
    }
    throw refusals[0];
  }

  async #each<Value>(
    ref: SessionRef,
    options: CallOptions | undefined,
    ask: (reader: SessionReader) => Promise<Value>,
  ): Promise<readonly Value[]> {
    const answers: Value[] = [];
    for (const reader of await this.#knowing(ref, options)) answers.push(await ask(reader));
    return answers;
  }

  async #knowing(ref: SessionRef | ProbeRef, options?: CallOptions): Promise<readonly SessionReader[]> {
    options?.signal?.throwIfAborted();
    const readers: SessionReader[] = [];
    for (const reader of this.#readers) if (await reader.knows(ref, options)) readers.push(reader);
    if (readers.length > 0) return readers;
    const places = this.#caches.map(({ url }) => url).join(", ");
    throw new NotFoundError(`No ${ref.kind} ${ref.id} in the ${DATASET} tables of ${places}.`, {
      hint: `List the ${ref.kind}s to see their references.`,
    });
  }
}

/** The tables of a remote, read as a cache; files that it does not serve by key are absent there. */
function cacheOver(tables: ByteStore, errata: ErrataSettings): ProjectCache {
  return new ProjectCache({ open: () => tables }, tables.url, errata);
}

/** A missing table that nothing can be answered without. */
function noTable(cache: ProjectCache, name: string): NotFoundError {
  return new NotFoundError(`There is no ${name}.csv in the cache ${cache.url}.`, {
    hint: `Download ${name}.csv of the release into the folder.`,
  });
}

function isWanted(session: Session, { refs, subject }: SessionFilter): boolean {
  if (subject !== undefined && session.subject !== subject) return false;
  return refs === undefined || refs.some(({ dataset, id }) => dataset === DATASET && id === session.ref.id);
}

/** Probes of all lists by id; what the first list does not know comes from the next. */
function mergeProbes(lists: readonly (readonly ProbeInsertion[])[]): readonly ProbeInsertion[] {
  const merged = new Map<string, ProbeInsertion>();
  for (const probe of lists.flat()) {
    const known = merged.get(probe.ref.id);
    merged.set(probe.ref.id, {
      ...probe,
      ...known,
      channelCount: known?.channelCount ?? probe.channelCount,
      unitCount: known?.unitCount ?? probe.unitCount,
      hasLfp: known?.hasLfp ?? probe.hasLfp,
      hasWaveforms: known?.hasWaveforms ?? probe.hasWaveforms,
      model: known?.model ?? probe.model,
    });
  }
  return [...merged.values()];
}
