import { findRegion, hemisphereOf, toRegionLabel } from "@crossprobe/atlas";
import type {
  AdapterDeps,
  AdapterPlugin,
  Capabilities,
  DatasetAdapter,
  Modality,
  SourceDescription,
  SpikeOptions,
} from "../adapter.js";
import { MODALITIES } from "../adapter.js";
import type { ByteStore, StoreResolver } from "../byte-store.js";
import type { CallOptions } from "../call-options.js";
import { FormatError, NotFoundError, UnsupportedError } from "../errors.js";
import type { Channel, ChannelTable } from "../model/channel.js";
import type { EventFilter, EventTable, SessionEvent } from "../model/event.js";
import type { InvalidInterval } from "../model/interval.js";
import type { LfpSource } from "../model/lfp.js";
import type { MovementSignal } from "../model/movement.js";
import type { ProbeInsertion } from "../model/probe-insertion.js";
import { formatRef, isSameRef, type ProbeRef, type Ref, ref, type SessionRef, type UnitRef } from "../model/ref.js";
import type { Session, SessionFilter } from "../model/session.js";
import type { SpikeTable } from "../model/spikes.js";
import type { Unit, UnitTable } from "../model/unit.js";
import type { WaveformTable } from "../model/waveforms.js";
import { ndArray } from "../nd-array.js";
import type { KnownFacts } from "./adapter-subject.js";
import { memoryLfp } from "./memory-lfp.js";

/**
 * A small dataset whose numbers follow from formulas on this page: the reference implementation of the adapter contract, for
 * the suite's own test and for trying things out. Its table is one JSON file; the LFP is raw float32 in another.
 */
export const MEMORY_DATASET = "memory";
const SITES = 12;
const SAMPLES = 2000;
/** Effective LFP rate on the session clock: not the nominal 250 Hz, so that a clock made from the nominal rate is found out. */
const LFP_RATE = 250.3;
const LFP_START = 1.5;
const ACRONYMS = ["VISp5", "VISp5", "VISp5", "VISp5", "CA1", "CA1", "CA1", "CA1", "cm", "TH", null, "fi"] as const;
const UNIT_SITES = [1, 5, 6, 9, 10];

const SESSION = ref(MEMORY_DATASET, "session", "s1");
const PROBE = ref(MEMORY_DATASET, "probe", "s1/p1");
const OTHER_PROBE = ref(MEMORY_DATASET, "probe", "s1/p2");

const lfpValue = (sample: number, channel: number) =>
  Math.fround(1e-4 * Math.sin(0.01 * sample * (channel + 1)) + 1e-6 * channel);
const spikeTimesOf = (unit: number) =>
  Array.from({ length: 10 + 7 * unit }, (_, k) => 2 + 0.123 * (k + 1) + 0.01 * unit);
const amplitudeOf = (unit: number, spike: number) => Math.fround(1e-4 * (1 + unit) + 1e-6 * spike);
const eventTime = (index: number) => 2 + 0.75 * index;
const waveformUv = (site: number, peak: number, sample: number) =>
  (80 - 10 * Math.min(6, Math.abs(site - peak))) * Math.sin((Math.PI * sample) / 20);

/** Facts of {@link memoryPlugin}'s dataset, evaluated from the formulas and not with the adapter. */
export const MEMORY_FACTS: KnownFacts = {
  sessions: 2,
  session: { ref: formatRef(SESSION), subject: "A-1", clock: { start: 0, stop: 60 } },
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

/** Stores that serve {@link memoryFiles} under any URL. */
export function memoryStores(files: ReadonlyMap<string, Uint8Array> = memoryFiles()): StoreResolver {
  return {
    open: (url): ByteStore => ({
      url,
      size: async (key, options) => {
        options?.signal?.throwIfAborted();
        return files.get(key)?.length;
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

/** The dataset as a plugin; `without` takes modalities away, which it then refuses with {@link UnsupportedError}. */
export function memoryPlugin(without: readonly Modality[] = []): AdapterPlugin {
  const capabilities = Object.fromEntries(
    MODALITIES.map((name) => [name, !without.includes(name)]),
  ) as unknown as Capabilities;
  return {
    id: MEMORY_DATASET,
    title: "A dataset made of formulas",
    capabilities,
    rules: [{ id: "memory-good@2026", title: "good", definition: "even unit number", source: "this page" }],
    citations: ["none: made of formulas"],
    licence: "MIT",
    create: (deps) => new MemoryAdapter(deps, capabilities),
  };
}

interface Tables {
  readonly sites: readonly (string | null)[];
  readonly unitSites: readonly number[];
}

class MemoryAdapter implements DatasetAdapter {
  readonly #store: ByteStore;
  readonly #capabilities: Capabilities;
  #tables: Tables | undefined;

  constructor({ stores }: AdapterDeps, capabilities: Capabilities) {
    this.#store = stores.open("memory:dataset/");
    this.#capabilities = capabilities;
  }

  async describe(): Promise<SourceDescription> {
    const answers = Object.fromEntries(
      MODALITIES.map((name) => [name, this.#capabilities[name] || `the dataset has no ${name}`]),
    ) as SourceDescription["answers"];
    return { sources: [{ url: this.#store.url, kind: "formulas" }], release: null, answers, notices: [] };
  }

  async *sessions(filter: SessionFilter, options?: CallOptions): AsyncIterable<Session> {
    await this.#readTables(options);
    for (const [id, subject] of [
      ["s1", "A-1"],
      ["s2", "A-2"],
    ] as const) {
      const session = ref(MEMORY_DATASET, "session", id);
      if (filter.refs && !filter.refs.some((wanted) => isSameRef(wanted, session))) continue;
      if (filter.subject !== undefined && filter.subject !== subject) continue;
      yield {
        ...{ ref: session, dataset: MEMORY_DATASET, subject, lab: null, startTime: null, paradigm: "passive.visual" },
        ...{ probeCount: id === "s1" ? 2 : 0, sex: null, ageDays: null, genotype: null },
      };
    }
  }

  async probes(session: SessionRef, options?: CallOptions): Promise<readonly ProbeInsertion[]> {
    await this.#readTables(options);
    expectKnown(session, ["s1", "s2"]);
    if (session.id === "s2") return [];
    const { channels, units, lfp } = this.#capabilities;
    const first = {
      ...{ ref: PROBE, session, label: "first", channelCount: channels ? SITES : null },
      ...{ unitCount: units ? UNIT_SITES.length : null, hasLfp: lfp, model: null },
    };
    const second = { ref: OTHER_PROBE, label: "second", channelCount: null, unitCount: null, hasLfp: false };
    return [first, { ...first, ...second }];
  }

  async channels(probe: ProbeRef, options?: CallOptions): Promise<ChannelTable> {
    this.#expectHas("channels");
    const { sites } = await this.#readTables(options);
    expectKnown(probe, [PROBE.id]);
    return { probe, rows: sites.map((acronym, site) => channelOf(acronym, site)), provenance: [], notices: [] };
  }

  async units(probe: ProbeRef, options?: CallOptions): Promise<UnitTable> {
    this.#expectHas("units");
    const { sites, unitSites } = await this.#readTables(options);
    expectKnown(probe, [PROBE.id]);
    const rows = unitSites.map((site, unit) => unitOf(channelOf(sites[site] ?? null, site), unit));
    return { probe, rows, provenance: [], notices: [] };
  }

  async spikes(probe: ProbeRef, options?: SpikeOptions): Promise<SpikeTable> {
    this.#expectHas("spikes");
    options?.signal?.throwIfAborted();
    expectKnown(probe, [PROBE.id]);
    const bytes = await this.#store.read("spikes.f64", options);
    if (bytes === undefined) throw new FormatError("spikes.f64 is gone", { format: "memory" });
    const all = new Float64Array(bytes.slice().buffer);
    const units = options?.units ?? UNIT_SITES.map((_, unit) => unitRef(unit));
    const trains = units.map((unit) => trainOf(all, unitNumber(unit)));
    const offsets = new Uint32Array(units.length + 1);
    for (const [i, train] of trains.entries()) offsets[i + 1] = (offsets[i] ?? 0) + train.length;
    const amplitudesV = Float32Array.from(
      units.flatMap((unit, i) => [...(trains[i] ?? [])].map((_, k) => amplitudeOf(unitNumber(unit), k))),
    );
    return {
      ...{ probe, units, offsets, amplitudesV, times: Float64Array.from(trains.flatMap((train) => [...train])) },
      ...{ observed: units.map(() => null), coverage: { first: Math.min(...all), last: Math.max(...all) } },
      ...{ provenance: [], notices: [] },
    };
  }

  async waveforms(probe: ProbeRef, options?: SpikeOptions): Promise<WaveformTable> {
    this.#expectHas("waveforms");
    await this.#readTables(options);
    expectKnown(probe, [PROBE.id]);
    const sites = Array.from({ length: SITES }, (_, site) => site);
    const rows = (options?.units ?? UNIT_SITES.map((_, unit) => unitRef(unit))).map((unit) => {
      const peak = UNIT_SITES[unitNumber(unit)] ?? 0;
      const values = Array.from({ length: 40 }, (_, sample) =>
        sites.map((site) => waveformUv(site, peak, sample)),
      ).flat();
      return {
        unit,
        data: ndArray(Float32Array.from(values), [40, SITES], "uV"),
        siteIndices: sites,
        channels: sites.map(channelRef),
      };
    });
    return { probe, rows, samplingRate: 30_000, provenance: [], notices: [] };
  }

  async events(session: SessionRef, { types, interval }: EventFilter, options?: CallOptions): Promise<EventTable> {
    this.#expectHas("events");
    await this.#readTables(options);
    expectKnown(session, ["s1"]);
    const rows = Array.from({ length: 8 }, (_, index) => eventOf(index)).filter(
      ({ type, time }) =>
        (types?.includes(type) ?? true) && (!interval || (time >= interval.start && time < interval.stop)),
    );
    return { session, rows, excluded: [], provenance: [], notices: [] };
  }

  async movement(session: SessionRef, options?: CallOptions): Promise<MovementSignal> {
    this.#expectHas("movement");
    await this.#readTables(options);
    expectKnown(session, ["s1"]);
    const startTimes = Float64Array.from({ length: 100 }, (_, i) => i / 10);
    return {
      ...{ session, kind: "runningWheel", positive: "forward", startTimes, stopTimes: startTimes.map((t) => t + 0.1) },
      ...{ displacementCm: startTimes.map(() => 0.05), provenance: [], notices: [] },
    };
  }

  async invalidIntervals(session: SessionRef, options?: CallOptions): Promise<readonly InvalidInterval[]> {
    await this.#readTables(options);
    expectKnown(session, ["s1", "s2"]);
    return session.id === "s1" ? [{ start: 5, stop: 5.25, kind: "saturated", probe: PROBE, tags: [] }] : [];
  }

  async lfp(probe: ProbeRef, options?: CallOptions): Promise<LfpSource> {
    this.#expectHas("lfp");
    const { sites } = await this.#readTables(options);
    expectKnown(probe, [PROBE.id]);
    const invalid = await this.invalidIntervals(SESSION, options);
    return memoryLfp({
      store: this.#store,
      probe,
      channels: sites.map((acronym, site) => channelOf(acronym, site)),
      samples: SAMPLES,
      start: LFP_START,
      rate: LFP_RATE,
      invalid,
    });
  }

  #expectHas(modality: Modality): void {
    if (this.#capabilities[modality]) return;
    throw new UnsupportedError(`the ${MEMORY_DATASET} dataset has no ${modality}`, {
      hint: "look at the dataset's capabilities before asking",
    });
  }

  async #readTables(options?: CallOptions): Promise<Tables> {
    options?.signal?.throwIfAborted();
    if (this.#tables !== undefined) return this.#tables;
    const bytes = await this.#store.read("tables.json", options);
    if (bytes === undefined) throw new NotFoundError("tables.json is gone");
    this.#tables = JSON.parse(new TextDecoder().decode(bytes)) as Tables;
    return this.#tables;
  }
}

const unitRef = (unit: number) => ref(MEMORY_DATASET, "unit", `${PROBE.id}/${unit}`);
const channelRef = (site: number) => ref(MEMORY_DATASET, "channel", `${PROBE.id}/${site}`);

function expectKnown(wanted: Ref, ids: readonly string[]): void {
  if (!ids.includes(wanted.id)) throw new NotFoundError(`no ${wanted.kind} ${formatRef(wanted)} here`);
}

function unitNumber(unit: UnitRef): number {
  const index = Number(unit.id.slice(PROBE.id.length + 1));
  if (!unit.id.startsWith(`${PROBE.id}/`) || UNIT_SITES[index] === undefined)
    throw new NotFoundError(`no ${formatRef(unit)}`);
  return index;
}

function trainOf(all: Float64Array, unit: number): Float64Array {
  const before = UNIT_SITES.slice(0, unit).reduce((sum, _, earlier) => sum + spikeTimesOf(earlier).length, 0);
  return all.subarray(before, before + spikeTimesOf(unit).length);
}

function channelOf(acronym: string | null, site: number): Channel {
  const region = acronym === null ? undefined : findRegion(acronym);
  const ccf = region === undefined ? null : { ap: 8000 + 10 * site, dv: 3000 - 100 * site, ml: 5000 };
  return {
    ...{ ref: channelRef(site), probe: PROBE, region: region ? toRegionLabel(region) : null },
    ...{ regionAbsent: region ? null : "notRegistered", ccf, hemisphere: ccf && hemisphereOf(ccf) },
    ...{ distanceFromTipUm: 20 * (site + 1), siteIndex: site, lateralUm: 11, quality: null },
  };
}

function unitOf(channel: Channel, unit: number): Unit {
  const { region, regionAbsent, ccf, hemisphere, distanceFromTipUm } = channel;
  return {
    ...{ ref: unitRef(unit), probe: PROBE, session: SESSION, uuid: null, peakChannel: channel.ref },
    ...{ region, regionAbsent, ccf, hemisphere, distanceFromTipUm, spikeCount: 10 + 7 * unit, firingRate: null },
    ...{
      firingRateSource: null,
      quality: { "memory-good@2026": unit % 2 === 0 },
      metrics: { "memory.snr": unit + 0.5 },
    },
  };
}

function eventOf(index: number): SessionEvent {
  return {
    ...{ type: "stimulus.visual.onset", time: eventTime(index), stopTime: eventTime(index) + 0.5, stimulus: "gabors" },
    ...{ contrast: 0.5, side: index % 2 === 0 ? "right" : "left", polarity: null, azimuthDeg: 10, elevationDeg: -1 },
    ...{ orientationDeg: null, temporalFrequency: null, spatialFrequencyCpd: null, frame: null, choice: null },
    ...{ isCorrect: null, nativeRow: index },
  };
}
