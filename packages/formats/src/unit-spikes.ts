/** Spike times of many units in one HDF5 file, a group a unit, as psyfun's `spikes.h5` has them. */

import { type ByteStore, type CallOptions, FormatError, NotFoundError } from "@crossprobe/core";
import type { Hdf5ArrayInfo, Hdf5File } from "./hdf5/hdf5-file.js";
import { openHdf5 } from "./hdf5/open-hdf5.js";
import { createHdf5Encoder } from "./hdf5/write/hdf5-encoder.js";
import { urlOf } from "./place.js";

/** What is kept of a unit. */
export interface UnitSpikeArrays {
  /** Seconds on the session clock, ascending. */
  readonly times: Float64Array;
  /** Volts, aligned with `times`; left out where there are none. */
  readonly amplitudes?: Float64Array | Float32Array | null | undefined;
}

/** Makes a spikes file piece by piece. The bytes, one after the other, are the file; `head` then replaces its first bytes. */
export interface UnitSpikesEncoder {
  /** First bytes of the file. */
  begin(): readonly Uint8Array[];
  /** Bytes of a unit; they are views of its arrays. @throws {@link QueryError} for a key that is taken or no name in HDF5 */
  unit(key: string, arrays: UnitSpikeArrays): readonly Uint8Array[];
  finish(): { readonly tail: readonly Uint8Array[]; readonly head: Uint8Array };
}

/**
 * Encodes spikes by unit: group `<key>` with `times` (float64, seconds) and, where given, `amplitudes` (volts).
 *
 * Keeps a key and an address a unit, no spikes. Until `head` is written the file is no HDF5, so a half-written one is never taken
 * for a whole.
 *
 * Source: psyfun `io.py`, `fetch_unit_info`: `h5file[uuid]["times"]`, which `load_spikes` reads.
 */
export function createUnitSpikesEncoder(): UnitSpikesEncoder {
  const encoder = createHdf5Encoder(
    new Map([
      ["layout", "one group a unit: times, and amplitudes where known"],
      ["times", "seconds on the session clock"],
      ["amplitudes", "volts"],
    ]),
  );
  return {
    begin: () => encoder.begin(),
    unit: (key, { times, amplitudes }) =>
      encoder.group(
        key,
        new Map([["times", times] as const, ...(amplitudes ? [["amplitudes", amplitudes] as const] : [])]),
      ),
    finish: () => encoder.finish(),
  };
}

export interface UnitSpikesOptions extends CallOptions {
  /** Leaves out what the unit's `duplicates` marks, where it has such a mask. Off unless given. */
  readonly withoutDuplicates?: boolean | undefined;
}

/** A file of spikes by unit, open. Close it when done. */
export interface UnitSpikes {
  readonly url: string;
  /** Keys of all units, in the order of code points. Reads the whole list of names: about a second for 100 000 units. */
  keys(options?: CallOptions): Promise<readonly string[]>;
  /** Whether a unit is in the file. Reads a few kB. */
  has(key: string, options?: CallOptions): Promise<boolean>;
  /**
   * Times of a unit: `[k]`, float64, seconds on the session clock, in the order of the file. Reads that unit and no other.
   *
   * @throws {@link NotFoundError} when the file has no such unit
   * @throws {@link FormatError} when the unit has no times of one dimension, or a mask of another length
   */
  times(key: string, options?: UnitSpikesOptions): Promise<Float64Array>;
  /** Amplitudes of a unit in volts, aligned with `times`. Absent: `undefined` where the file has none. */
  amplitudes(key: string, options?: UnitSpikesOptions): Promise<Float64Array | undefined>;
  close(): Promise<void>;
}

/** Values that one read gives at most: 8 MiB of float64. */
const PART = 1 << 20;

/**
 * Opens a file of spikes by unit, written by {@link createUnitSpikesEncoder} or by psyfun. Units are read when they are asked for.
 *
 * Absent: `undefined` when the store has no such key.
 *
 * @throws {@link FormatError} when it is no HDF5
 * @example
 * const spikes = await openUnitSpikes(new LocalStore("/data/"), "spikes.h5");
 * const times = await spikes?.times("5f1d2b0c-7d1e-4b62-9f0e-0c4d3f1a2b3c");
 */
export async function openUnitSpikes(
  store: ByteStore,
  key: string,
  options: CallOptions = {},
): Promise<UnitSpikes | undefined> {
  const file = await openHdf5(store, key, options);
  return file === undefined ? undefined : new UnitSpikesFile(file, urlOf(store, key));
}

class UnitSpikesFile implements UnitSpikes {
  readonly url: string;
  readonly #file: Hdf5File;

  constructor(file: Hdf5File, url: string) {
    this.#file = file;
    this.url = url;
  }

  async keys(options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#file.list("/", options)).map(({ name }) => name);
  }

  async has(key: string, options: CallOptions = {}): Promise<boolean> {
    if (!isName(key)) return false;
    return (await this.#file.find(`/${key}`, options))?.kind === "group";
  }

  async times(key: string, options: UnitSpikesOptions = {}): Promise<Float64Array> {
    if (!(await this.has(key, options))) {
      throw new NotFoundError(`no unit ${JSON.stringify(key)} in ${this.url}`, {
        hint: "its keys are in the column key of the units table",
      });
    }
    const times = await this.#array(key, "times", options);
    if (times === undefined) throw this.#failure(`unit ${key} has no times`, `/${key}`);
    return this.#chosen(key, times, options);
  }

  async amplitudes(key: string, options: UnitSpikesOptions = {}): Promise<Float64Array | undefined> {
    const values = isName(key) ? await this.#array(key, "amplitudes", options) : undefined;
    return values && this.#chosen(key, values, options);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #chosen(key: string, values: Float64Array, options: UnitSpikesOptions): Promise<Float64Array> {
    const mask = options.withoutDuplicates ? await this.#array(key, "duplicates", options) : undefined;
    if (mask === undefined) return values;
    if (mask.length === values.length) return values.filter((_, i) => mask[i] === 0);
    throw this.#failure(`the mask of unit ${key} has ${mask.length} values for ${values.length}`, `/${key}/duplicates`);
  }

  async #array(key: string, name: string, options: CallOptions): Promise<Float64Array | undefined> {
    const path = `/${key}/${name}`;
    const info = await this.#file.find(path, options);
    if (info === undefined) return undefined;
    if (info.kind !== "array" || info.shape?.length !== 1 || !isNumber(info)) {
      throw this.#failure(`${name} of unit ${key} is no list of numbers`, path);
    }
    const [length = 0] = info.shape;
    const values = new Float64Array(length);
    for (let at = 0; at < length; at += PART) {
      const slices = [[at, Math.min(length, at + PART)] as const];
      values.set((await this.#file.read(path, { signal: options.signal, slices })).values as ArrayLike<number>, at);
    }
    return values;
  }

  #failure(message: string, at: string): FormatError {
    return new FormatError(`${message} in ${this.url}`, {
      ...{ format: "hdf5", url: this.url, at },
      hint: "is it a file of spikes by unit?",
    });
  }
}

function isNumber({ type: { kind } }: Hdf5ArrayInfo): boolean {
  return kind === "float" || kind === "int" || kind === "uint" || kind === "bool";
}

/** A path with `/` in it would lead into a unit. */
function isName(key: string): boolean {
  return key !== "" && key !== "." && !key.includes("/");
}
