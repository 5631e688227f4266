import { type ByteStore, type CallOptions, NotFoundError, SchemaError, SharedRead } from "@crossprobe/core";
import { type Hdf5File, type Hdf5Pool, openHdf5 } from "@crossprobe/formats/hdf5";
import { type ColumnValues, type NwbFile, openNwb, readDynamicTable, readUnits, type Units } from "@crossprobe/nwb";
import { DEFAULT_ERRATA, type ErrataSettings } from "./errata/errata-choice.js";

/** Bytes of decoded chunks that one session file keeps. Released session files are not chunked at all. */
export const SESSION_CACHE_BYTES = 32 * 2 ** 20;

/** A file of the release, opened. */
export interface OpenedFile {
  readonly file: Hdf5File;
  readonly nwb: NwbFile;
}

/** Which file of the release, and how it is kept open. */
export interface ReleaseFile {
  readonly kind: "session" | "LFP";
  /** `undefined` for whichever it is of. */
  readonly id: string | undefined;
  readonly cacheBytes: number;
  /** Where it may rest between reads; it stays open until closed without one. */
  readonly pool?: Hdf5Pool;
}

/**
 * Opens an NWB file of the release and checks that it is the one that was asked for.
 *
 * Source: the `identifier` of a session file is the session's number, that of an LFP file the probe's.
 *
 * @throws {@link NotFoundError} when it is not in the cache
 * @throws {@link SchemaError} when its identifier is another one
 * @throws {@link FormatError} when it is truncated, or no NWB file
 */
export async function openReleaseFile(
  store: ByteStore,
  key: string,
  wanted: ReleaseFile,
  options?: CallOptions,
): Promise<OpenedFile> {
  const open = ({ signal }: CallOptions) => openHdf5(store, key, { cacheBytes: wanted.cacheBytes, signal });
  const file = await (wanted.pool ? wanted.pool.open(open, options) : open(options ?? {}));
  if (!file) {
    throw new NotFoundError(`The ${wanted.kind} file ${key} is not in the cache ${store.url}.`, {
      hint: `Download it into the cache, or give a cache that holds it.`,
    });
  }
  try {
    const nwb = await openNwb(file, options);
    if (nwb.identifier !== undefined && nwb.identifier !== (wanted.id ?? nwb.identifier)) {
      throw new SchemaError(`${file.url} states the identifier ${nwb.identifier} where ${wanted.id} was expected.`, {
        url: file.url,
        hint: "It is the file of another session or probe under this name; fetch the right one.",
      });
    }
    return { file, nwb };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Which unit is in which row of the session file, and on which probe. */
export interface FileUnits {
  /** Row number by unit id. */
  readonly rowOf: ReadonlyMap<string, number>;
  /** Probe id by unit id; a unit is missing when the file does not place it. */
  readonly probeOf: ReadonlyMap<string, string>;
  /** What the file says of a unit (`good`, `noise`), by unit id; empty where it says nothing. */
  readonly qualityOf: ReadonlyMap<string, string>;
}

export interface SessionFilePlace {
  readonly store: ByteStore;
  readonly key: string;
  readonly sessionId: string;
  readonly pool: Hdf5Pool;
  readonly errata?: ErrataSettings;
}

/** The NWB file of one session, opened once; what is read from it repeatedly is kept. */
export class SessionFile {
  readonly file: Hdf5File;
  readonly nwb: NwbFile;
  /** Which of the known defects are mended in what is read from it. */
  readonly errata: ErrataSettings;
  /** The unit table with its spike columns open. */
  readonly spikeColumns: SharedRead<Units | undefined>;
  /** The unit table with its mean waveforms open. */
  readonly waveformColumns: SharedRead<Units | undefined>;
  readonly units: SharedRead<FileUnits>;

  constructor({ file, nwb }: OpenedFile, errata: ErrataSettings = DEFAULT_ERRATA) {
    this.errata = errata;
    this.file = file;
    this.nwb = nwb;
    const open = (columns: readonly string[]) => (options: CallOptions) =>
      readUnits(file, { columns: [], open: columns, signal: options.signal });
    this.spikeColumns = new SharedRead(open(["spike_times", "spike_amplitudes", "obs_intervals"]));
    this.waveformColumns = new SharedRead(open(["waveform_mean"]));
    this.units = new SharedRead((options) => readFileUnits(file, options));
  }

  static async open(place: SessionFilePlace, options?: CallOptions): Promise<SessionFile> {
    const { store, key, sessionId, pool } = place;
    const wanted = { kind: "session", id: sessionId, cacheBytes: SESSION_CACHE_BYTES, pool } as const;
    return new SessionFile(await openReleaseFile(store, key, wanted, options), place.errata);
  }
}

/** Source: `/units` `peak_channel_id` is the id of a row of the electrodes table, whose `probe_id` is the probe. */
async function readFileUnits(file: Hdf5File, options: CallOptions): Promise<FileUnits> {
  const columns = ["peak_channel_id", "quality"];
  const table = await readDynamicTable(file, "/units", { columns, signal: options.signal });
  const probeOfChannel = await readChannelProbes(file, options);
  const peaks = numbers(table?.columns.get("peak_channel_id")?.values);
  const qualities = texts(table?.columns.get("quality")?.values);
  const rowOf = new Map<string, number>();
  const probeOf = new Map<string, string>();
  const qualityOf = new Map<string, string>();
  for (const [row, id] of (table?.ids ?? []).entries()) {
    const unit = String(id);
    rowOf.set(unit, row);
    const probe = probeOfChannel.get(peaks?.[row] ?? Number.NaN);
    if (probe !== undefined) probeOf.set(unit, probe);
    const quality = qualities?.[row];
    if (quality !== undefined) qualityOf.set(unit, quality);
  }
  return { rowOf, probeOf, qualityOf };
}

async function readChannelProbes(file: Hdf5File, options: CallOptions): Promise<ReadonlyMap<number, string>> {
  const path = "/general/extracellular_ephys/electrodes";
  const table = await readDynamicTable(file, path, { columns: ["probe_id"], signal: options.signal });
  const probes = numbers(table?.columns.get("probe_id")?.values);
  return new Map(Array.from(table?.ids ?? [], (id, row) => [id, String(probes?.[row] ?? "")] as const));
}

function numbers(values: ColumnValues | undefined): ArrayLike<number> | undefined {
  return values?.kind === "number" ? values.values : undefined;
}

function texts(values: ColumnValues | undefined): readonly string[] | undefined {
  return values?.kind === "text" ? values.values : undefined;
}
