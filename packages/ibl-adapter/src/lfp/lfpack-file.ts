import {
  type ByteStore,
  type CallOptions,
  FormatError,
  type Interval,
  NotFoundError,
  type Notice,
  QueryError,
} from "@crossprobe/core";
import { type Hdf5File, type OpenHdf5Options, openHdf5 } from "@crossprobe/formats/hdf5";
import type { ChunkLayout } from "./chunk-layout.js";
import type { ChunkDecoder } from "./decoder/chunk-decoder.js";
import { createDecoder, type DecoderOptions } from "./decoder/create-decoder.js";
import { openFormat1 } from "./format-1.js";
import { openFormat2 } from "./format-2.js";
import type { Kernels } from "./kernels/kernels.js";
import { loadKernels } from "./kernels/load-kernels.js";
import { createClock, findBackwardJump, type RecordingClock } from "./lfp-clock.js";
import { toChannels } from "./lfpack-channels.js";
import { LfpackRecording } from "./lfpack-recording.js";
import { type Place, placeAt } from "./place.js";
import { readSaturation, type SaturationReading, type SaturationTable, toSaturatedIntervals } from "./saturation.js";
import { FACT_NAMES, readScaleMeta, type ScaleMeta } from "./scale-meta.js";
import { readAttributes } from "./stored-values.js";

/** Decoded chunks kept for each recording unless told otherwise. */
const DEFAULT_DECODED_BYTES = 32 * 2 ** 20;
/** How many names a message lists. */
const NAMES_SHOWN = 5;

export interface LfpackOptions extends CallOptions {
  /** Budget of undecoded HDF5 chunks that are kept for the file. */
  readonly cacheBytes?: number | undefined;
  /** An index of the archive, as {@link openHdf5} takes it. */
  readonly index?: OpenHdf5Options["index"];
  /** Told when an index is not used, and why. */
  readonly onNotice?: OpenHdf5Options["onNotice"];
  /** Budget of decoded chunks that are kept for each open recording (default 32 MiB). */
  readonly decodedBytes?: number | undefined;
  /** Inner loops: WebAssembly SIMD where the runtime has it, unless one is asked for. Both give the same bits. */
  readonly kernels?: Kernels["name"] | undefined;
  /** Decode in worker threads (Node only); without it in the thread that asks. */
  readonly decoders?: DecoderOptions | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the recordings of a file decode with. */
interface Decoding {
  readonly kernels: Kernels;
  readonly decoder: ChunkDecoder;
  readonly decodedBytes: number;
}

/** What is known of a scale before its chunks and annotations are looked at. */
export interface RecordingHeader {
  readonly meta: Omit<ScaleMeta, "sglxMeta" | "attributes">;
  readonly clock: RecordingClock;
  /** Whether its channels have regions. */
  readonly hasRegions: boolean;
  /** Null where the recording has no table. */
  readonly saturation: SaturationTable | null;
  /** As {@link LfpackRecording.saturatedIntervals}. */
  readonly saturatedIntervals: readonly Interval[];
  /** What was odd about the saturation table. */
  readonly notices: readonly Notice[];
}

export interface OpenRecordingOptions extends CallOptions {
  /** Level of the pyramid; 0, the default, is the base rate. */
  readonly scale?: number | undefined;
}

/**
 * Opens an LFPack archive: one HDF5 file with compressed LFP of one or many recordings, of container format 1 or 2 or both.
 *
 * Reads the root of the file only.
 *
 * @throws {@link NotFoundError} when the store has no such key
 * @throws {@link FormatError} when it is no HDF5 file
 * @example
 * const file = await openLfpack(stores.open("file:///data/"), "lf_compressed.h5");
 * const recording = await file.openRecording("86837375-7ea9-5afd-ba45-aab8e32f369a");
 * const { data, shape } = await recording.read({ samples: [0, 2500] });
 */
export async function openLfpack(store: ByteStore, key: string, options: LfpackOptions = {}): Promise<LfpackFile> {
  const { cacheBytes, index, onNotice, signal, ...decoding } = options;
  const file = await openHdf5(store, key, { cacheBytes, index, onNotice, signal });
  if (file === undefined) {
    throw new NotFoundError(`no LFPack archive at ${store.url}${key}`, { hint: "check the path or download the file" });
  }
  return toLfpack(file, { ...decoding, signal });
}

/** The same over an HDF5 file that is open already; closing the archive closes it. */
export async function toLfpack(
  file: Hdf5File,
  options: Omit<LfpackOptions, "cacheBytes" | "index" | "onNotice"> = {},
): Promise<LfpackFile> {
  try {
    const root = await file.list("/", { signal: options.signal });
    const names = root.map((link) => link.name);
    const kernels = await loadKernels(options.kernels);
    const decoder = await createDecoder(kernels, options.decoders);
    const decoding = { kernels, decoder, decodedBytes: options.decodedBytes ?? DEFAULT_DECODED_BYTES };
    return new LfpackFile(file, names, names.includes("meta"), decoding);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** An open LFPack archive. */
export class LfpackFile {
  readonly url: string;
  /** Whether this is the flat layout of one unnamed recording, with `meta` and `chunks` at the root. */
  readonly isFlat: boolean;
  readonly #file: Hdf5File;
  readonly #rootNames: readonly string[];
  readonly #decoding: Decoding;
  readonly #scales = new Map<string, readonly number[]>();
  #recordings: readonly string[] | undefined;

  constructor(file: Hdf5File, rootNames: readonly string[], isFlat: boolean, decoding: Decoding) {
    this.url = file.url;
    this.isFlat = isFlat;
    this.#file = file;
    this.#rootNames = rootNames;
    this.#decoding = decoding;
  }

  /**
   * Keys of the recordings in name order, in the Brain-Wide Map archive probe ids; `[]` for the flat layout and for an empty file.
   *
   * A member of the root whose name is a UUID is taken for one, without a look at it: an archive of 699 has them all over its 16 GB. Of the
   * others those are, once looked at, that are groups with a scale; anything else is left aside.
   *
   * @throws {@link FormatError} when the root has members and none is a recording: this is no LFPack archive
   */
  async recordings(options?: CallOptions): Promise<readonly string[]> {
    if (this.#recordings !== undefined) return this.#recordings;
    const names: string[] = [];
    if (!this.isFlat) {
      for (const name of this.#rootNames) {
        if (UUID.test(name) || (await this.#findScales(name, options)).length > 0) names.push(name);
      }
    }
    if (names.length === 0 && !this.isFlat && this.#rootNames.length > 0) throw this.#noArchive();
    this.#recordings = names;
    return names;
  }

  /**
   * Scales of a recording, ascending; `[0]` for the flat layout.
   *
   * @throws {@link NotFoundError} when the archive has no such recording
   */
  async scales(recording: string | null, options?: CallOptions): Promise<readonly number[]> {
    if (this.isFlat) return [0];
    const scales = recording === null ? [] : await this.#findScales(recording, options);
    if (scales.length > 0) return scales;
    // It was listed without a look.
    if (recording !== null && UUID.test(recording) && this.#rootNames.includes(recording)) {
      throw this.#notLfpack(`${recording} is no recording: no group with a scale in it`, `/${recording}`);
    }
    throw await this.#noRecording(recording, options);
  }

  /**
   * Opens one recording: its header, saturation table and chunk table, no signal.
   *
   * @param name key of the recording; may be left out (or null) where the archive holds just one
   * @throws {@link NotFoundError} when there is no such recording or scale
   * @throws {@link QueryError} when no name is given and there are several
   * @throws {@link FormatError} or {@link SchemaError} when what is stored is not LFPack, or does not fit together
   */
  async openRecording(name?: string | null, options: OpenRecordingOptions = {}): Promise<LfpackRecording> {
    const key = this.isFlat ? this.#flatKey(name) : (name ?? (await this.#onlyRecording(options)));
    const number = options.scale ?? 0;
    const scales = await this.scales(key, options);
    if (!scales.includes(number)) {
      throw new NotFoundError(`recording ${key} in ${this.url} has no scale ${number} (scales: ${scales.join(", ")})`, {
        hint: "open one of the scales it has",
      });
    }
    return this.#open(key, number, placeOf(this.url, key, number), scales.includes(0), { signal: options.signal });
  }

  /**
   * What the header of one scale says: facts, clock and saturation. Annotations and chunks are not looked at.
   *
   * @throws as {@link openRecording}, for what this holds
   */
  async readHeader(name: string | null, scale: number, options: CallOptions = {}): Promise<RecordingHeader> {
    const place = placeOf(this.url, name, scale);
    const meta = await readScaleMeta(this.#file, place, options, FACT_NAMES);
    const clock = createClock(meta.clock, meta.sampleCount);
    const { table, notices } = await this.#saturation(name, place, options);
    return {
      meta,
      clock,
      hasRegions: await this.#hasRegions(name, scale, place, options),
      saturation: table,
      saturatedIntervals: toSaturatedIntervals(table, clock, meta.clock.nominalRate, meta.sampleCount),
      notices,
    };
  }

  async #hasRegions(name: string | null, scale: number, place: Place, options: CallOptions): Promise<boolean> {
    if (name !== null && scale !== 0 && !(await this.scales(name, options)).includes(0)) return false;
    const meta = placeAt(place, name === null ? `${place.path}/meta` : `/${name}/00/meta`);
    for (const column of ["atlas_id", "acronym"]) {
      const { values } = await readAttributes(this.#file, meta, { signal: options.signal, names: [column] });
      if (values.size > 0) return true;
    }
    return false;
  }

  async #open(
    name: string | null,
    scale: number,
    place: Place,
    hasBase: boolean,
    options: CallOptions,
  ): Promise<LfpackRecording> {
    const meta = await readScaleMeta(this.#file, place, options);
    const annotations =
      name === null || scale === 0
        ? meta.attributes
        : hasBase
          ? await this.#baseAttributes(name, place, options)
          : null;
    const clock = createClock(meta.clock, meta.sampleCount);
    const saturation = await this.#saturation(name, place, options);
    const layout = { sampleCount: meta.sampleCount, chunkLength: meta.chunkLength, overlap: meta.chunkOverlap };
    const { channelCount, alpha, epsilon } = meta;
    const context = { file: this.#file, place, channelCount, layout, alpha, epsilon };
    const chunks = meta.formatVersion === 1 ? await openFormat1(context, options) : await openFormat2(context, options);
    return new LfpackRecording({
      meta,
      clock,
      channels: toChannels(meta, annotations),
      saturation: saturation.table,
      url: this.url,
      name,
      scale,
      path: place.path === "" ? "/" : place.path,
      layout: layout satisfies ChunkLayout,
      chunks,
      ranges: this.#file.ranges,
      ...this.#decoding,
      notices: [
        ...meta.notices,
        ...clockNotices(meta, clock, place),
        ...basisNotices(meta, chunks.basisSize, place),
        ...saturation.notices,
      ],
    });
  }

  async #baseAttributes(name: string, place: Place, options: CallOptions) {
    return readAttributes(this.#file, placeAt(place, `/${name}/00/meta`), options);
  }

  /** Source: LFPack: the table belongs to the recording; the flat layout has none. */
  #saturation(name: string | null, place: Place, options: CallOptions): Promise<SaturationReading> {
    return readSaturation(this.#file, placeAt(place, name === null ? "/saturation" : `/${name}/saturation`), options);
  }

  /** Source: LFPack: children of a recording whose names are all digits are its scales. */
  async #findScales(name: string, options?: CallOptions): Promise<readonly number[]> {
    const known = this.#scales.get(name);
    if (known !== undefined) return known;
    const path = `/${name}`;
    if (name === "" || (await this.#file.find(path, options))?.kind !== "group") return [];
    const links = await this.#file.list(path, options);
    const scales = links
      .filter((link) => /^\d+$/.test(link.name))
      .map((link) => Number(link.name))
      .sort((a, b) => a - b);
    this.#scales.set(name, scales);
    return scales;
  }

  async #onlyRecording(options: CallOptions): Promise<string> {
    const names = await this.recordings({ signal: options.signal });
    const [only] = names;
    if (only !== undefined && names.length === 1) return only;
    if (only === undefined)
      throw new NotFoundError(`the LFPack archive ${this.url} holds no recordings`, { hint: "give another archive" });
    throw new QueryError(`the LFPack archive ${this.url} holds ${names.length} recordings and none was named`, {
      hint: `name one of them: ${shown(names)}`,
    });
  }

  #flatKey(name: string | null | undefined): null {
    if (name === undefined || name === null) return null;
    throw new NotFoundError(`the LFPack archive ${this.url} has the flat layout: its only recording has no name`, {
      hint: "open it without a name",
    });
  }

  async #noRecording(name: string | null, options?: CallOptions): Promise<Error> {
    const names = await this.recordings(options);
    return new NotFoundError(`the LFPack archive ${this.url} has no recording ${name ?? "without a name"}`, {
      hint: names.length === 0 ? "it holds none" : `it holds ${shown(names)}`,
    });
  }

  #noArchive(): FormatError {
    return this.#notLfpack(`no member of its root is a recording (${shown(this.#rootNames)})`, "/");
  }

  #notLfpack(says: string, at: string): FormatError {
    return new FormatError(`${this.url} is no LFPack archive: ${says}`, {
      format: "lfpack",
      url: this.url,
      at,
      hint: "a recording is a group with a scale such as 00 in it; see what the file is with crossprobe inspect",
    });
  }

  /** Closes the file and ends the decoding threads, if there are any. */
  async close(): Promise<void> {
    await Promise.all([this.#decoding.decoder.close(), this.#file.close()]);
  }
}

function placeOf(url: string, name: string | null, scale: number): Place {
  if (name === null) return { url, recording: "flat recording", path: "" };
  return { url, recording: `recording ${name}, scale ${scale}`, path: `/${name}/${String(scale).padStart(2, "0")}` };
}

function shown(names: readonly string[]): string {
  const more = names.length > NAMES_SHOWN ? `, and ${names.length - NAMES_SHOWN} more` : "";
  return `${names.slice(0, NAMES_SHOWN).join(", ")}${more}`;
}

function clockNotices(meta: ScaleMeta, clock: RecordingClock, place: Place): readonly Notice[] {
  const where = `${place.url}#${place.path}/meta`;
  const notices: Notice[] = [];
  if (clock.quality === "unsynced") {
    const known =
      meta.clock.syncStart !== null
        ? "only the start is known"
        : meta.clock.syncRate !== null
          ? "only the rate is known"
          : "neither start nor rate is known";
    const message = `the recording is not on the session clock (${known}): its seconds must not be joined with events`;
    notices.push({ code: "clock-unsynced", message, count: 1, where });
  }
  if (meta.clock.knots !== null && clock.kind === "affine") {
    const message = "sync knots cover a part of the recording and the line outside them is unknown; they are not used";
    notices.push({ code: "sync-knots-without-line", message, count: 1, where });
  }
  const jump = findBackwardJump(meta.clock, clock, meta.sampleCount);
  if (jump !== undefined) {
    const message = `times go back at sample ${jump}, where sync knots and fitted line meet; ranges by time may be off by as much there`;
    notices.push({ code: "clock-goes-back", message, count: 1, where });
  }
  return notices;
}

function basisNotices(meta: ScaleMeta, basisSize: number | null, place: Place): readonly Notice[] {
  if (meta.basisSize === null || basisSize === null || meta.basisSize === basisSize) return [];
  const message = `basis_size of meta is ${meta.basisSize}, the basis has ${basisSize} columns; the basis decides`;
  return [{ code: "basis-size-disagrees", message, count: 1, where: `${place.url}#${place.path}/meta` }];
}
