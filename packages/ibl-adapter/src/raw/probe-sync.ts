import { type ByteStore, type CallOptions, NotFoundError } from "@crossprobe/core";
import { type NpyArray, readNpy } from "@crossprobe/formats/npy";
import { PiecewiseLinear } from "./piecewise-linear.js";
import { unknownShape, urlOf } from "./place.js";

/** How a probe's own clock runs against the session clock. */
export interface ProbeSync {
  readonly url: string;
  /** What the map starts from: numbers of AP samples, or seconds since the first sample at the probe's stated rate. */
  readonly from: "apSamples" | "probeSeconds";
  /** To seconds on the session clock. */
  readonly map: PiecewiseLinear;
}

/** AP samples of one LFP sample of a 1.0 probe. Source: Neuropixels 1.0 (30 and 2.5 kHz); `SpikeSortingLoader.samples2times`. */
export const AP_SAMPLES_PER_LFP_SAMPLE = 12;

/** Keys of the two files, of which the first that is there counts. */
export interface SyncKeys {
  /** `*.timestamps.npy` `[knots, 2]`: AP sample, session seconds. */
  readonly timestamps?: string | undefined;
  /** `*.sync.npy` `[pulses, 2]`: probe seconds, session seconds. */
  readonly sync?: string | undefined;
}

/**
 * The clock map of a probe; undefined where neither file is there.
 *
 * Source: `SpikeSortingLoader.samples2times`, and `ibllib.ephys.sync_probes` that writes the files.
 *
 * @throws {@link SchemaError} when a file is not two columns that rise
 */
export async function readProbeSync(
  store: ByteStore,
  keys: SyncKeys,
  options: CallOptions = {},
): Promise<ProbeSync | undefined> {
  for (const [key, from] of [
    [keys.timestamps, "apSamples"],
    [keys.sync, "probeSeconds"],
  ] as const) {
    const array = key === undefined ? undefined : await readNpy(store, key, options);
    if (array === undefined || key === undefined) continue;
    const url = urlOf(store, key);
    const [own, session] = twoColumns(array, url);
    return { url, from, map: new PiecewiseLinear(own, session, url) };
  }
  return undefined;
}

function twoColumns({ data, shape }: NpyArray, url: string): readonly [Float64Array, Float64Array] {
  if (shape.length !== 2 || shape[1] !== 2)
    throw unknownShape(url, `its shape is (${shape}), a clock map has two columns`);
  const numbers = Float64Array.from(data as ArrayLike<unknown>, Number);
  return [numbers.filter((_, i) => i % 2 === 0), numbers.filter((_, i) => i % 2 === 1)];
}

/** Changes of the session's digital lines, as extracted from the auxiliary board (3B) or the probe (3A). */
export interface SyncFronts {
  /** `[fronts]`, seconds on the session clock, in the order of the file. */
  readonly times: Float64Array;
  /** `[fronts]`: line, 0 to 15 of the digital word, then analog ones. */
  readonly channels: Int32Array;
  /** `[fronts]`: 1 for a rise, -1 for a fall. */
  readonly polarities: Int8Array;
}

/**
 * `_spikeglx_sync.times`, `.channels` and `.polarities` of a folder.
 *
 * @param prefix the folder's key with `/` at its end, `""` for the store's root
 * @throws {@link NotFoundError} when one is missing; {@link SchemaError} when their lengths differ
 */
export async function readSyncFronts(store: ByteStore, prefix: string, options: CallOptions = {}): Promise<SyncFronts> {
  const read = async (attribute: string): Promise<Float64Array> => {
    const key = `${prefix}_spikeglx_sync.${attribute}.npy`;
    const array = await readNpy(store, key, options);
    if (array !== undefined) return Float64Array.from(array.data as ArrayLike<unknown>, Number);
    throw new NotFoundError(`there is no ${urlOf(store, key)}`, {
      hint: "the three _spikeglx_sync files belong together",
    });
  };
  const [times, channels, polarities] = [await read("times"), await read("channels"), await read("polarities")];
  if (channels.length !== times.length || polarities.length !== times.length) {
    const lengths = `${times.length} times, ${channels.length} channels and ${polarities.length} polarities`;
    throw unknownShape(urlOf(store, `${prefix}_spikeglx_sync.times.npy`), `the sync fronts have ${lengths}`);
  }
  return { times, channels: Int32Array.from(channels), polarities: Int8Array.from(polarities) };
}
