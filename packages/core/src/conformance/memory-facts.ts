import type { ByteStore, StoreResolver } from "../byte-store.js";
import { formatRef } from "../model/ref.js";
import type { KnownFacts } from "./adapter-subject.js";
import {
  ACRONYMS,
  LFP_START,
  lfpValue,
  MEMORY_DATASET,
  PROBE,
  SAMPLES,
  SESSION,
  SITES,
  spikeTimesOf,
  UNIT_SITES,
} from "./memory-dataset.js";

/** Facts of {@link memoryPlugin}'s dataset, evaluated from the formulas and not with the adapter. */
export const MEMORY_FACTS: KnownFacts = {
  sessions: 2,
  session: { ref: formatRef(SESSION), subject: "A-1", sessionType: "formulas_1.1", clock: { start: 0, stop: 60 } },
  probes: 2,
  probe: { ref: formatRef(PROBE), label: "first" },
  channels: {
    count: SITES,
    sample: {
      ref: `${MEMORY_DATASET}:channel:s1/p1/8`,
      acronym: "cm",
      ccf: { ap: 8080, dv: 2200, ml: 5000, within: 0 },
      hemisphere: "left",
      distanceFromTipUm: 180,
      siteIndex: 8,
    },
  },
  units: {
    count: 5,
    passing: 3,
    sample: { ref: `${MEMORY_DATASET}:unit:s1/p1/1`, acronym: "CA1", distanceFromTipUm: 120 },
  },
  spikes: {
    unit: `${MEMORY_DATASET}:unit:s1/p1/2`,
    count: 24,
    first: { value: 2 + 0.123 + 0.02, within: 0 },
    last: { value: 2 + 0.123 * 24 + 0.02, within: 0 },
    firstAmplitudeV: { value: Math.fround(3e-4), within: 1e-11 },
  },
  waveform: { unit: `${MEMORY_DATASET}:unit:s1/p1/0`, siteIndex: 2, sample: 10, uv: { value: 70, within: 1e-4 } },
  events: {
    visualOnsets: 8,
    sample: { index: 2, time: 3.5, stopTime: 4, contrast: 0.5, side: "right" },
  },
  movement: { start: 1, stop: 3, displacementCm: { value: 2 * 0.5, within: 1e-12 } },
  invalid: { count: 1, start: { value: 5, within: 0 }, stop: { value: 5.25, within: 0 }, probe: formatRef(PROBE) },
  lfp: {
    channels: SITES,
    samples: SAMPLES,
    firstTime: { value: LFP_START, within: 0 },
    lastTime: { value: LFP_START + (SAMPLES - 1) / 250.3, within: 1e-12 },
    sample: {
      sample: 17,
      channel: 3,
      ref: `${MEMORY_DATASET}:channel:s1/p1/3`,
      volts: { value: lfpValue(17, 3), within: 0 },
    },
    other: { sample: 1900, channel: 7, volts: { value: lfpValue(1900, 7), within: 0 } },
  },
};

/** The two files of the dataset. */
export function memoryFiles(): ReadonlyMap<string, Uint8Array> {
  const lfp = new Float32Array(SAMPLES * SITES);
  for (let sample = 0; sample < SAMPLES; sample++) {
    for (let channel = 0; channel < SITES; channel++) lfp[sample * SITES + channel] = lfpValue(sample, channel);
  }
  const spikes = Float64Array.from(UNIT_SITES.flatMap((_, unit) => spikeTimesOf(unit)));
  const tables = { sites: ACRONYMS, unitSites: UNIT_SITES };
  return new Map([
    ["tables.json", new TextEncoder().encode(JSON.stringify(tables))],
    ["spikes.f64", new Uint8Array(spikes.buffer)],
    ["lfp.f32", new Uint8Array(lfp.buffer)],
  ]);
}

/** A number for every array of bytes: arrays that were served are never written into. */
const NUMBERS = new WeakMap<Uint8Array, number>();
let count = 0;

function numberOf(bytes: Uint8Array): number {
  const number = NUMBERS.get(bytes) ?? ++count;
  NUMBERS.set(bytes, number);
  return number;
}

let shared: ReadonlyMap<string, Uint8Array> | undefined;

/** The files of every store that is given none: the same ones, whose versions are then the same too. */
function sharedFiles(): ReadonlyMap<string, Uint8Array> {
  shared ??= memoryFiles();
  return shared;
}

/** Stores that serve {@link memoryFiles} under any URL. */
export function memoryStores(files: ReadonlyMap<string, Uint8Array> = sharedFiles()): StoreResolver {
  return {
    open: (url): ByteStore => ({
      url,
      size: async (key, options) => {
        options?.signal?.throwIfAborted();
        return files.get(key)?.length;
      },
      stat: async (key, options) => {
        options?.signal?.throwIfAborted();
        const bytes = files.get(key);
        return bytes && { size: bytes.length, validator: `"${numberOf(bytes)}"` };
      },
      read: async (key, options) => {
        options?.signal?.throwIfAborted();
        const bytes = files.get(key);
        const range = options?.range;
        if (bytes === undefined || range === undefined) return bytes?.slice();
        if ("suffix" in range) return bytes.slice(Math.max(0, bytes.length - range.suffix));
        return bytes.slice(range.offset, range.offset + range.length);
      },
    }),
  };
}
