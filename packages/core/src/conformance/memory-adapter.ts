import type {
  Capabilities,
  Capability,
  DatasetAdapter,
  ProbeFingerprint,
  SourceDescription,
  SpikeOptions,
} from "../adapter.js";
import { MODALITIES } from "../adapter.js";
import type { ByteStore } from "../byte-store.js";
import type { CallOptions } from "../call-options.js";
import { FormatError, NotFoundError, UnsupportedError } from "../errors.js";
import { describeVersion, fingerprintOf } from "../fingerprint.js";
import type { ChannelTable } from "../model/channel.js";
import type { EventFilter, EventTable } from "../model/event.js";
import type { InvalidInterval } from "../model/interval.js";
import type { LfpSource } from "../model/lfp.js";
import type { MovementSignal } from "../model/movement.js";
import type { ProbeInsertion } from "../model/probe-insertion.js";
import { isSameRef, type ProbeRef, ref, type SessionRef } from "../model/ref.js";
import type { FileSelection, RemoteFile } from "../model/remote-file.js";
import type { Session, SessionFilter } from "../model/session.js";
import type { SpikeTable } from "../model/spikes.js";
import type { UnitTable } from "../model/unit.js";
import type { WaveformTable } from "../model/waveforms.js";
import { ndArray } from "../nd-array.js";
import {
  amplitudeOf,
  LFP_RATE,
  LFP_START,
  MEMORY_DATASET,
  OTHER_PROBE,
  PROBE,
  SAMPLES,
  SESSION,
  SITES,
  UNIT_SITES,
  waveformUv,
} from "./memory-dataset.js";
import { memoryLfp } from "./memory-lfp.js";
import { channelOf, channelRef, eventOf, expectKnown, trainOf, unitNumber, unitOf, unitRef } from "./memory-rows.js";

interface Tables {
  readonly sites: readonly (string | null)[];
  readonly unitSites: readonly number[];
}

/** Answers from the two tables, the spikes and the LFP of one folder. */
export class MemoryAdapter implements DatasetAdapter {
  readonly #store: ByteStore;
  readonly #capabilities: Capabilities;
  #tables: Tables | undefined;

  constructor(store: ByteStore, capabilities: Capabilities) {
    this.#store = store;
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
        ...{ sessionType: id === "s1" ? "formulas_1.1" : null, hasPupil: id === "s1" ? false : null },
        ...{ probeCount: id === "s1" ? 2 : 0, sex: null, ageDays: null, genotype: null },
      };
    }
  }

  async probes(session: SessionRef, options?: CallOptions): Promise<readonly ProbeInsertion[]> {
    await this.#readTables(options);
    expectKnown(session, ["s1", "s2"]);
    if (session.id === "s2") return [];
    const { channels, units, waveforms, lfp } = this.#capabilities;
    const first = {
      ...{ ref: PROBE, session, label: "first", channelCount: channels ? SITES : null },
      ...{ unitCount: units ? UNIT_SITES.length : null, hasLfp: lfp, hasWaveforms: waveforms },
      ...{ model: null },
    };
    const second = { ref: OTHER_PROBE, label: "second", channelCount: null, unitCount: null };
    return [first, { ...first, ...second, hasLfp: false, hasWaveforms: false }];
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

  async *files(selection: FileSelection, options?: CallOptions): AsyncIterable<RemoteFile> {
    this.#expectHas("files");
    await this.#readTables(options);
    for (const asked of selection.refs) expectKnown(asked, asked.kind === "session" ? ["s1", "s2"] : [PROBE.id]);
    if (selection.refs.every(({ id }) => id === "s2")) return;
    for (const path of ["tables.json", "spikes.f64", "lfp.f32"]) {
      const [object, extension] = path.split(".");
      const { collection = "", name = path } = selection;
      if ((selection.object ?? object) !== object || (selection.extension ?? extension) !== extension) continue;
      if (collection !== "" || name !== path) continue;
      const size = (await this.#store.size(path, options)) ?? null;
      const urls = [`https://memory.example.org/${path}`];
      yield { id: path, source: SESSION, urls, absent: null, path: `s1/${path}`, size, digests: [] };
    }
  }

  async *fingerprints(options?: CallOptions): AsyncIterable<ProbeFingerprint> {
    const version = await describeVersion(this.#store, "tables.json", options);
    for (const probe of [PROBE, OTHER_PROBE]) {
      yield { probe, fingerprint: await fingerprintOf([probe.id, this.#capabilities], [version]) };
    }
  }

  #expectHas(modality: Capability): void {
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
