import { createHub, type Hub, type NumericArray, type StoreResolver } from "@crossprobe/core";
import { encodeNpy } from "@crossprobe/formats/npy";
import { ibl } from "@crossprobe/ibl-adapter";
import { MemoryStore } from "@crossprobe/storage";

/** What a file holds: an array with its shape (or just values), text, or bytes as they are. */
type Content = { data: NumericArray; shape: readonly number[] } | readonly number[] | string | Uint8Array;
export type Files = Readonly<Record<string, Content | null>>;

export const FOLDER = "examplelab/Subjects/XP_9/2024-05-06/001/";
export const SESSION_ID = "examplelab/XP_9/2024-05-06/001";
export const PROBE_ID = `${SESSION_ID}/probe00`;
export const SORTING = `${FOLDER}alf/probe00/pykilosort/`;

const NaN_ = Number.NaN;
const matrix = (width: number, ...values: number[]) => ({
  data: Float64Array.from(values),
  shape: [values.length / width, width],
});

/**
 * A session of two trials and seven spikes in a folder without index tables, made by hand: three clusters on four channels, the
 * second cluster silent.
 */
export const SMALL: Files = {
  [`${SORTING}spikes.times.npy`]: [0.5, 1, 1.5, 2, 2.5, 3, 3.5],
  [`${SORTING}spikes.clusters.npy`]: { data: Int32Array.of(2, 0, 2, 2, 0, 0, 2), shape: [7] },
  [`${SORTING}spikes.amps.npy`]: [5e-5, 1e-4, 5.1e-5, 5.2e-5, 1.1e-4, 1.2e-4, 5.3e-5],
  [`${SORTING}clusters.channels.npy`]: { data: Int32Array.of(1, 0, 3), shape: [3] },
  [`${SORTING}clusters.uuids.csv`]: "uuids\nuuid-a\nuuid-b\nuuid-c\n",
  [`${SORTING}clusters.metrics.csv`]:
    "cluster_id,spike_count,firing_rate,label,ks2_label\n2,4,1.3,1.0,good\n0,3,1.0,0.6666666,mua\n",
  [`${SORTING}channels.localCoordinates.npy`]: matrix(2, 43, 20, 11, 20, 59, 40, 27, 40),
  [`${SORTING}channels.mlapdv.npy`]: matrix(3, -2500, -3000, -800, -2500, -3000, -790, 10, 0, 0, NaN_, NaN_, NaN_),
  [`${SORTING}channels.brainLocationIds_ccf_2017.npy`]: { data: Int32Array.of(385, -778, 0, 997), shape: [4] },
  [`${SORTING}channels.rawInd.npy`]: { data: Int32Array.of(0, 1, 2, 3), shape: [4] },
  [`${SORTING}clusters.waveforms.npy`]: {
    data: Float32Array.from({ length: 12 }, (_, i) => i * 1e-6),
    shape: [3, 2, 2],
  },
  [`${SORTING}clusters.waveformsChannels.npy`]: { data: Int32Array.of(1, 0, 0, 1, 3, 2), shape: [3, 2] },
  [`${FOLDER}alf/_ibl_trials.stimOn_times.npy`]: [10, NaN_, 30, 40],
  [`${FOLDER}alf/_ibl_trials.stimOff_times.npy`]: [11, 21, NaN_, 41],
  [`${FOLDER}alf/_ibl_trials.contrastLeft.npy`]: [0.5, 1, NaN_, 0],
  [`${FOLDER}alf/_ibl_trials.contrastRight.npy`]: [NaN_, NaN_, 0.0625, NaN_],
  [`${FOLDER}alf/_ibl_trials.feedback_times.npy`]: [12, 22, 32, 42],
  [`${FOLDER}alf/_ibl_trials.feedbackType.npy`]: [1, -1, 1, -1],
  [`${FOLDER}alf/_ibl_wheel.position.npy`]: [0, 0.1, 0.1, -0.1],
  [`${FOLDER}alf/_ibl_wheel.timestamps.npy`]: [1, 1.5, 9, 9.25],
};

function toBytes(content: Content): Uint8Array {
  if (typeof content === "string") return new TextEncoder().encode(content);
  if (content instanceof Uint8Array) return content;
  if ("shape" in content) return encodeNpy(content.data, content.shape);
  return encodeNpy(Float64Array.from(content), [content.length]);
}

/** Stores over the small session with some files replaced, added, or (null) left out. */
export function storesOf(changes: Files = {}, base: Files = SMALL): StoreResolver {
  const entries = new Map<string, Uint8Array>();
  for (const [key, content] of Object.entries({ ...base, ...changes })) {
    if (content !== null) entries.set(key, toBytes(content));
  }
  return { open: (url) => new MemoryStore(url, entries) };
}

/** A hub over the small session with some files changed. */
export function hubOf(changes: Files = {}, sources: readonly string[] = ["memory://one/"], base: Files = SMALL): Hub {
  return createHub({ stores: storesOf(changes, base), adapters: [ibl({ sources })] });
}
