import type { ByteStore, StoreResolver } from "./byte-store.js";
import type { CallOptions } from "./call-options.js";
import type { ChannelTable } from "./model/channel.js";
import type { EventFilter, EventTable } from "./model/event.js";
import type { InvalidInterval } from "./model/interval.js";
import type { LfpSource } from "./model/lfp.js";
import type { MetricDefinition } from "./model/metric.js";
import type { MovementSignal } from "./model/movement.js";
import type { ProbeInsertion } from "./model/probe-insertion.js";
import type { Notice } from "./model/provenance.js";
import type { QualityRule } from "./model/quality-rule.js";
import type { ProbeRef, SessionRef, UnitRef } from "./model/ref.js";
import type { CompanionFile, FileSelection, RemoteFile } from "./model/remote-file.js";
import type { Session, SessionFilter } from "./model/session.js";
import type { SpikeTable } from "./model/spikes.js";
import type { UnitTable } from "./model/unit.js";
import type { WaveformTable } from "./model/waveforms.js";

/** What a dataset can be asked for beyond its sessions and probes. */
export type Modality = "channels" | "units" | "spikes" | "waveforms" | "events" | "movement" | "lfp";
export const MODALITIES: readonly Modality[] = [
  "channels",
  "units",
  "spikes",
  "waveforms",
  "events",
  "movement",
  "lfp",
];

/** What a dataset can be asked for at all: its modalities, and `files` that can be fetched. */
export type Capability = Modality | "files";
export const CAPABILITIES: readonly Capability[] = [...MODALITIES, "files"];

/** A new modality is a compile error in every adapter until it answers yes or no. */
export type Capabilities = Readonly<Record<Capability, boolean>>;

export interface AdapterDeps {
  readonly stores: StoreResolver;
}

/** What an adapter package exports: plain data about itself, and a way to make it. */
export interface AdapterPlugin {
  /** The dataset's name in references, lower case, such as `ibl`. */
  readonly id: string;
  readonly title: string;
  /** Of the package that reads it, as its manifest states: the same files may read differently with another one. */
  readonly version: string;
  /** What this dataset has at all. A source of it may hold less: {@link SourceDescription.answers}. */
  readonly capabilities: Capabilities;
  /** Published rules for units, the default one first. Every unit's `quality` has exactly these keys. */
  readonly rules: readonly QualityRule[];
  /**
   * What the metrics of its units mean, for every column that is known. One that units have and that is not here is named in a notice
   * `metrics-undefined` of their table.
   */
  readonly metrics: readonly MetricDefinition[];
  /**
   * Places that its files come from, redirects included: `https://host`, `http://host:8080`, `s3://bucket`. Files of the dataset are fetched from
   * nowhere else, whatever its catalogues say, unless a download allows it (`allowHosts`). None unless said.
   */
  readonly fileHosts?: readonly string[] | undefined;
  /** How to cite the dataset: one line each. */
  readonly citations: readonly string[];
  readonly licence: string;
  /** Does no I/O. */
  create(deps: AdapterDeps): DatasetAdapter;
}

/** What the configured sources of a dataset hold, found by looking at file names and headers only. */
export interface SourceDescription {
  /** One line a source: what it is and where. */
  readonly sources: readonly { readonly url: string; readonly kind: string }[];
  /** Release or freeze, as precise as the source says; null if it does not. */
  readonly release: string | null;
  /** `true`, or the reason why these sources cannot answer. */
  readonly answers: Readonly<Record<Modality, true | string>>;
  readonly notices: readonly Notice[];
}

export interface SpikeOptions extends CallOptions {
  /** Units wanted, in the order wanted; all of the probe if not given. */
  readonly units?: readonly UnitRef[] | undefined;
}

/** Files to write beside a download, and what to know about those that are there. */
export interface Companions {
  readonly files: readonly CompanionFile[];
  readonly notices: readonly Notice[];
}

/** What tells one reading of a probe's tables from another. */
export interface ProbeFingerprint {
  readonly probe: ProbeRef;
  /** Opaque; null where the store cannot tell: the tables must be read again to know. */
  readonly fingerprint: string | null;
}

/**
 * Answers for one dataset. Each method throws {@link UnsupportedError} where the dataset or the configured sources never have
 * the modality, {@link NotFoundError} where this session or probe does not have it, {@link StoreError} where it could not be
 * fetched, {@link SchemaError} or {@link FormatError} where it could not be understood; never an empty result in their place.
 */
export interface DatasetAdapter {
  describe(options?: CallOptions): Promise<SourceDescription>;
  sessions(filter: SessionFilter, options?: CallOptions): AsyncIterable<Session>;
  probes(session: SessionRef, options?: CallOptions): Promise<readonly ProbeInsertion[]>;
  channels(probe: ProbeRef, options?: CallOptions): Promise<ChannelTable>;
  /** Every unit that the release publishes, never filtered; what is no unit of the release is a notice. */
  units(probe: ProbeRef, options?: CallOptions): Promise<UnitTable>;
  spikes(probe: ProbeRef, options?: SpikeOptions): Promise<SpikeTable>;
  waveforms(probe: ProbeRef, options?: SpikeOptions): Promise<WaveformTable>;
  /** Typed events with their attributes, from trials or presentations: what an analysis asks for. */
  events(session: SessionRef, filter: EventFilter, options?: CallOptions): Promise<EventTable>;
  movement(session: SessionRef, options?: CallOptions): Promise<MovementSignal>;
  /** Spans of the session that must not be trusted, of all probes, in time order; empty where the source tags none. */
  invalidIntervals(session: SessionRef, options?: CallOptions): Promise<readonly InvalidInterval[]>;
  /** The caller closes it. */
  lfp(probe: ProbeRef, options?: CallOptions): Promise<LfpSource>;
  /**
   * What to fetch for a selection: addresses, sizes, digests, relative paths. Nothing is fetched. What is listed and cannot be had is
   * given with its reason. An empty list means that nothing matches.
   */
  files(selection: FileSelection, options?: CallOptions): AsyncIterable<RemoteFile>;
  /**
   * What the dataset's own programs need in a folder beside files that were downloaded into it, such as tables that list them. Left out
   * where they need nothing.
   *
   * @param folder the folder as it is, files included
   * @param files those that are in their place now
   */
  companions?(folder: ByteStore, files: readonly RemoteFile[], options?: CallOptions): Promise<Companions>;
  /**
   * Opens a file that was downloaded as the dataset's readers do, no further than its header. Left out where files are not told apart by kind.
   *
   * @param folder the folder of the download
   * @throws what the readers throw: {@link FormatError} or {@link SchemaError} for a file that they cannot read
   */
  examine?(folder: ByteStore, file: RemoteFile, options?: CallOptions): Promise<void>;
  /**
   * For each probe a text that is another one whenever the session, probe, channels or units of the probe could read differently, as far as the
   * store tells: by size and validator, or time of change, of exactly the files that they are read from, the rows of lists that
   * name them, the adapter's version and its options. Sessions without probes have none.
   *
   * Opens no file of a probe. Costs what {@link sessions} costs, and a request for each file of a table (two calls where a store has
   * `modified` and no `stat`). Left out where nothing is known short of reading.
   *
   * Ask before the tables, of an adapter that has not read them yet: a file that changes in between then has the older text.
   */
  fingerprints?(options?: CallOptions): AsyncIterable<ProbeFingerprint>;
  dispose?(): void;
}
