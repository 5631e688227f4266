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
  type Modality,
  type MovementSignal,
  NotFoundError,
  type ProbeFingerprint,
  type ProbeInsertion,
  type ProbeRef,
  QueryError,
  type RemoteFile,
  type Session,
  type SessionFilter,
  type SessionRef,
  SharedRead,
  type SourceDescription,
  type SpikeOptions,
  type SpikeTable,
  type UnitTable,
  UnsupportedError,
  type WaveformTable,
} from "@crossprobe/core";
import type { AlyxClient } from "./alyx/index.js";
import { toAnswers } from "./answers.js";
import { type Catalogue, filesOf, type ProbeEntry, probeFiles, readCatalogue, type SessionEntry } from "./catalogue.js";
import { readChannelCount, readChannels } from "./channels.js";
import { readFingerprints } from "./fingerprints.js";
import { type LfpOrigin, openLfp, readRecordingChannels, readSaturation, withRecordedLocations } from "./lfp.js";
import { hasWaveforms } from "./listed-measurements.js";
import { readMovement } from "./movement.js";
import { findRawLfp, hasLfp, rawSources, readRawChannels } from "./raw-lfp.js";
import { RemoteFiles } from "./remote/remote-files.js";
import { toSession } from "./sessions.js";
import { SharedReads } from "./shared-reads.js";
import { toSource } from "./source.js";
import { readSpikes, selectUnits } from "./spikes.js";
import { readTrials, type Trials, toEvents } from "./trials.js";
import { readUnitCount, readUnits } from "./units.js";
import { DATASET } from "./vocabulary.js";
import { readWaveforms } from "./waveforms.js";

/** Memory for what has been read and may be asked again: spikes of a few probes, tables of a few hundred. */
const KEPT_BYTES = 256 * 2 ** 20;
/** Rough size of a row of a channel or unit table in memory. */
const ROW_BYTES = 1024;

export interface AdapterOptions {
  readonly sources: readonly string[];
  readonly lfp: LfpOrigin;
  readonly alyx: AlyxClient | undefined;
  readonly dataServer: string;
}

/** Answers for IBL from ONE folders, LFPack archives and release tables. Makes nothing before the first question. */
export class IblAdapter implements DatasetAdapter {
  /** Owns the open archives. */
  readonly #catalogue: SharedRead<Catalogue>;
  readonly #reads = new SharedReads(KEPT_BYTES);
  readonly #preferredLfp: LfpOrigin;
  readonly #remote: RemoteFiles;

  constructor({ stores }: AdapterDeps, { sources, lfp, alyx, dataServer }: AdapterOptions) {
    this.#preferredLfp = lfp;
    this.#remote = new RemoteFiles({ stores, sources: sources.map(toSource), alyx, dataServer });
    this.#catalogue = new SharedRead(
      (options) => readCatalogue(stores, sources.map(toSource), options),
      (catalogue) => catalogue.close(),
    );
  }

  async describe(options: CallOptions = {}): Promise<SourceDescription> {
    const catalogue = await this.#catalogue.read(options);
    const missing = catalogue.folders.flatMap((folder) => folder.countMissing());
    const { release, notices } = catalogue;
    const sources = [...catalogue.sources, ...rawSources(catalogue, this.#preferredLfp)];
    return { sources, release, answers: await this.#answers(options), notices: [...notices, ...missing] };
  }

  async *sessions(filter: SessionFilter, options: CallOptions = {}): AsyncIterable<Session> {
    const { sessions } = await this.#catalogue.read(options);
    const ids = filter.refs && new Set(filter.refs.filter(({ dataset }) => dataset === DATASET).map(({ id }) => id));
    for (const [id, entry] of sessions) {
      if (ids !== undefined && !ids.has(id)) continue;
      if (filter.subject === undefined || filter.subject === entry.subject) yield toSession(entry);
    }
  }

  async probes(session: SessionRef, options: CallOptions = {}): Promise<readonly ProbeInsertion[]> {
    const entry = await this.#session(session, options);
    const probes: ProbeInsertion[] = [];
    const byLabel = [...entry.probes].sort((a, b) => (a.label < b.label ? -1 : 1));
    for (const probe of byLabel) probes.push(await this.#insertion(probe, options));
    return probes;
  }

  async channels(probe: ProbeRef, options: CallOptions = {}): Promise<ChannelTable> {
    return this.#channels(await this.#probe(probe, "channels", options), options);
  }

  async units(probe: ProbeRef, options: CallOptions = {}): Promise<UnitTable> {
    const entry = await this.#probe(probe, "units", options);
    const read = async (inner: CallOptions) =>
      readUnits(probeFiles(entry), entry.session.ref.id, await this.#findChannels(entry, inner), inner);
    return this.#reads.read(`units ${probe.id}`, read, bytesOfRows, options);
  }

  async spikes(probe: ProbeRef, options: SpikeOptions = {}): Promise<SpikeTable> {
    const entry = await this.#probe(probe, "spikes", options);
    const read = (inner: CallOptions) => readSpikes(probeFiles(entry), inner);
    const all = await this.#reads.read(`spikes ${probe.id}`, read, bytesOfSpikes, { signal: options.signal });
    return options.units === undefined ? all : selectUnits(all, options.units);
  }

  async waveforms(probe: ProbeRef, options: SpikeOptions = {}): Promise<WaveformTable> {
    const entry = await this.#probe(probe, "waveforms", options);
    return readWaveforms(probeFiles(entry), await this.#channels(entry, options), options);
  }

  async events(session: SessionRef, filter: EventFilter, options: CallOptions = {}): Promise<EventTable> {
    const entry = await this.#session(session, options);
    await this.#require("events", options);
    const read = (inner: CallOptions) => readTrials(session, filesOf(entry), inner);
    return toEvents(session, await this.#reads.read(`trials ${session.id}`, read, bytesOfTrials, options), filter);
  }

  async movement(session: SessionRef, options: CallOptions = {}): Promise<MovementSignal> {
    const entry = await this.#session(session, options);
    await this.#require("movement", options);
    const read = (inner: CallOptions) => readMovement(session, filesOf(entry), inner);
    return this.#reads.read(`movement ${session.id}`, read, bytesOfMovement, options);
  }

  async invalidIntervals(session: SessionRef, options: CallOptions = {}): Promise<readonly InvalidInterval[]> {
    const { probes } = await this.#session(session, options);
    const spans: InvalidInterval[] = [];
    for (const probe of probes) {
      const read = (inner: CallOptions) => readSaturation(probe, inner);
      spans.push(...(await this.#reads.read(`saturation ${probe.ref.id}`, read, () => ROW_BYTES, options)));
    }
    return spans.sort((a, b) => a.start - b.start);
  }

  async lfp(probe: ProbeRef, options: CallOptions = {}): Promise<LfpSource> {
    const entry = await this.#probe(probe, null, options);
    const channels = () => this.#channels(entry, options);
    return openLfp(entry, { preferred: this.#preferredLfp, channels }, options);
  }

  files(selection: FileSelection, options: CallOptions = {}): AsyncIterable<RemoteFile> {
    return this.#remote.files(selection, options);
  }

  companions(folder: ByteStore, files: readonly RemoteFile[], options: CallOptions = {}): Promise<Companions> {
    return this.#remote.companions(folder, files, options);
  }

  async *fingerprints(options: CallOptions = {}): AsyncIterable<ProbeFingerprint> {
    yield* readFingerprints(await this.#catalogue.read(options), options);
  }

  dispose(): void {
    const reason = new QueryError("the IBL sources were closed while they were read", {
      hint: "dispose of the hub last",
    });
    this.#reads.dispose(reason);
    this.#catalogue.dispose(reason);
  }

  async #answers(options: CallOptions): Promise<SourceDescription["answers"]> {
    const catalogue = await this.#catalogue.read(options);
    return this.#reads.read(
      "answers",
      async () => toAnswers(catalogue),
      () => ROW_BYTES,
      options,
    );
  }

  async #require(modality: Modality, options: CallOptions): Promise<void> {
    const answer = (await this.#answers(options))[modality];
    if (answer !== true)
      throw new UnsupportedError(`the IBL sources have no ${modality}: ${answer}`, {
        hint: "give a source that holds it",
      });
  }

  async #session(session: SessionRef, options: CallOptions): Promise<SessionEntry> {
    const { sessions } = await this.#catalogue.read(options);
    const entry = sessions.get(session.id);
    if (entry !== undefined) return entry;
    throw new NotFoundError(
      `no session ${session.dataset}:session:${session.id} among the ${sessions.size} of the IBL sources`,
      {
        hint: "list them with `crossprobe sessions`",
      },
    );
  }

  /** The entry of a probe, once the sources are known to have the modality. */
  async #probe(probe: ProbeRef, modality: Modality | null, options: CallOptions): Promise<ProbeEntry> {
    const { probes } = await this.#catalogue.read(options);
    const entry = probes.get(probe.id);
    if (entry === undefined) {
      throw new NotFoundError(
        `no probe ${probe.dataset}:probe:${probe.id} among the ${probes.size} of the IBL sources`,
        {
          hint: "list them with `crossprobe probes`",
        },
      );
    }
    if (modality !== null) await this.#require(modality, options);
    return entry;
  }

  async #insertion(probe: ProbeEntry, options: CallOptions): Promise<ProbeInsertion> {
    const { archives } = await this.#catalogue.read(options);
    const read = async (inner: CallOptions): Promise<ProbeInsertion> => ({
      ref: probe.ref,
      session: probe.session.ref,
      label: probe.label,
      channelCount: await this.#channelCount(probe, inner),
      unitCount: await readUnitCount(probeFiles(probe), inner),
      hasLfp: hasLfp(probe, archives.length > 0),
      hasWaveforms: hasWaveforms(probe),
      model: probe.model,
    });
    return this.#reads.read(`insertion ${probe.ref.id}`, read, () => ROW_BYTES, options);
  }

  async #channelCount(probe: ProbeEntry, options: CallOptions): Promise<number | null> {
    const count = await readChannelCount(probeFiles(probe), options);
    if (count !== null || probe.recording === null || probe.session.folders.length > 0) return count;
    return (await this.#channels(probe, options)).rows.length;
  }

  /** Channels as the session's files or the LFPack recording have them, else as the raw one states them: places without regions. */
  async #channels(entry: ProbeEntry, options: CallOptions): Promise<ChannelTable> {
    try {
      return await this.#releasedChannels(entry, options);
    } catch (error) {
      const raw = isDataError(error, "not-found") ? findRawLfp(filesOf(entry.session), entry.label).place : null;
      if (raw === null) throw error;
      const read = (inner: CallOptions) => readRawChannels(raw, entry.ref, inner);
      return this.#reads.read(`raw channels ${entry.ref.id}`, read, bytesOfRows, options);
    }
  }

  /** Channels as the session's files have them, else as the LFPack recording does. */
  async #releasedChannels(entry: ProbeEntry, options: CallOptions): Promise<ChannelTable> {
    const { ref, recording } = entry;
    const read = async (inner: CallOptions) => {
      try {
        const table = await readChannels(probeFiles(entry), inner);
        return recording === null ? table : await withRecordedLocations(table, recording, inner);
      } catch (error) {
        if (recording === null || !isDataError(error, "not-found")) throw error;
        return readRecordingChannels(ref, recording, inner);
      }
    };
    return this.#reads.read(`channels ${ref.id}`, read, bytesOfRows, { signal: options.signal });
  }

  /** As {@link #releasedChannels}; null where there are none: units are then without a place. */
  async #findChannels(entry: ProbeEntry, options: CallOptions): Promise<ChannelTable | null> {
    try {
      return await this.#releasedChannels(entry, options);
    } catch (error) {
      if (isDataError(error, "not-found")) return null;
      throw error;
    }
  }
}

function bytesOfRows({ rows }: { readonly rows: readonly unknown[] }): number {
  return rows.length * ROW_BYTES;
}

function bytesOfSpikes({ times, amplitudesV }: SpikeTable): number {
  return times.byteLength + (amplitudesV?.byteLength ?? 0);
}

function bytesOfTrials(tasks: readonly Trials[]): number {
  return tasks.reduce((sum, { count, columns }) => sum + count * columns.size * Float64Array.BYTES_PER_ELEMENT, 0);
}

function bytesOfMovement({ startTimes }: MovementSignal): number {
  return 3 * startTimes.byteLength;
}
