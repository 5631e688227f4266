import {
  descendants,
  findRegion,
  granularityOf,
  hemisphereOf,
  type Region,
  regions,
  toRegionLabel,
} from "@crossprobe/atlas";
import type { CatalogueSource } from "@crossprobe/catalogue";
import {
  type AdapterPlugin,
  CAPABILITIES,
  type CallOptions,
  type Capabilities,
  type Channel,
  type MetricDefinition,
  type Notice,
  type ProbeInsertion,
  type ProbeRef,
  type QualityRule,
  ref,
  type Session,
  type SessionRef,
  type Unit,
} from "@crossprobe/core";

/** A dataset as plain rows: what a catalogue is built from, and what its answers are held against. */
export interface DrawnDataset {
  readonly plugin: AdapterPlugin;
  readonly release: string | null;
  readonly notices: readonly Notice[];
  readonly sessions: readonly DrawnSession[];
}

export interface DrawnSession {
  readonly session: Session;
  readonly probes: readonly DrawnProbe[];
}

export interface DrawnProbe {
  readonly probe: ProbeInsertion;
  /** Rows, or what the adapter throws instead. */
  readonly channels: readonly Channel[] | Error;
  readonly units: readonly Unit[] | Error;
  readonly notices: readonly Notice[];
  readonly fingerprint: string | null;
}

/** Mulberry32: numbers in [0, 1), the same in every run. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Draw {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = randomNumbers(seed);
  }

  below(count: number): number {
    return Math.floor(this.random() * count);
  }

  happens(share: number): boolean {
    return this.random() < share;
  }

  one<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)] as Value;
  }

  orNull<Value>(value: Value, share = 0.2): Value | null {
    return this.happens(share) ? null : value;
  }
}

/** Labels that are easily confused or coarse, and what lies about them. */
const AWKWARD = [
  ...[
    "TH",
    "VIS",
    "grey",
    "root",
    "HPF",
    "MB",
    "VISmma",
    "VISmmp",
    "VL",
    "CM",
    "cm",
    "IPF",
    "ipf",
    "CP",
    "fi",
    "CTXsp",
  ],
  ...[
    "VISp",
    "VISp2/3",
    "VISp6a",
    "SSp-bfd",
    "SSp-bfd5",
    "CA1",
    "CA1",
    "CA1",
    "DG",
    "DG-mo",
    "LGd",
    "LGd-sh",
    "LP",
    "VTA",
  ],
].flatMap((acronym): readonly Region[] => [findRegion(acronym)].filter((region) => region !== undefined));
const LEAVES = regions().filter((region) => descendants(region).length === 0);
const AREAS = regions().filter((region) => granularityOf(region) === "area");

function place(draw: Draw, tract: readonly Region[]) {
  const region = draw.happens(0.1) ? null : draw.one(tract);
  const ccf = draw.happens(region === null ? 0.5 : 0.1)
    ? null
    : { ap: draw.below(1000) * 10, dv: draw.below(700) * 10, ml: draw.below(1140) * 10 };
  return {
    region: region && toRegionLabel(region),
    regionAbsent: region ? null : draw.one(["outsideBrain", "notRegistered", "notReleased", "unknown"] as const),
    ccf,
    hemisphere: ccf && draw.orNull(hemisphereOf(ccf), 0.05),
    distanceFromTipUm: draw.orNull(draw.below(384) * 10),
  };
}

export interface DrawnShape {
  readonly id: string;
  readonly sessions: number;
  readonly isWithoutChannels?: boolean;
  /** Of units of a probe, at most. */
  readonly units?: number;
  readonly rules: readonly QualityRule[];
  readonly metrics: readonly string[];
}

const rule = (id: string, missing: "fails" | "unknown", criteria: QualityRule["criteria"]): QualityRule => ({
  ...{ id, title: id, definition: "drawn", source: "this page", missing, criteria },
});

export const SHAPES: readonly DrawnShape[] = [
  {
    ...{ id: "alpha", sessions: 9, metrics: ["alpha.snr", "alpha.firing_rate", "alpha.odd"] },
    rules: [
      rule("alpha-good@2020", "fails", [{ metric: "alpha.snr", op: ">=", bound: 4 }]),
      rule("alpha-strict@2021", "unknown", [
        { metric: "alpha.snr", op: ">", bound: 5 },
        { metric: "alpha.firing_rate", op: "<=", bound: 8 },
      ]),
    ],
  },
  {
    ...{ id: "beta", sessions: 6, metrics: ["beta.snr", "beta.isi_violations"] },
    rules: [rule("beta-default@2019", "unknown", [{ metric: "beta.isi_violations", op: "<", bound: 3 }])],
  },
  {
    ...{ id: "gamma", sessions: 3, metrics: ["gamma.snr"], isWithoutChannels: true },
    rules: [rule("gamma-good@2024", "fails", [{ metric: "gamma.snr", op: ">=", bound: 1 }])],
  },
];

/** Rules of a user's own: both kinds of missing values, criteria of one dataset and of two. */
export const OWN_RULES = [
  rule("mine@1", "unknown", [
    { metric: "alpha.snr", op: ">=", bound: 2 },
    { metric: "alpha.firing_rate", op: "<", bound: 9 },
  ]),
  rule("mine@2", "fails", [
    { metric: "alpha.snr", op: "<=", bound: 8 },
    { metric: "beta.snr", op: ">", bound: 1.5 },
  ]),
  rule("mine@3", "fails", [
    { metric: "alpha.snr", op: "<=", bound: 8 },
    { metric: "alpha.odd", op: ">", bound: 1.5 },
  ]),
  // In place of the published one.
  rule("gamma-good@2024", "unknown", [{ metric: "gamma.snr", op: "<", bound: 5 }]),
];

function pluginOf({ id, rules, metrics, isWithoutChannels = false }: DrawnShape): AdapterPlugin {
  const capabilities = Object.fromEntries(
    CAPABILITIES.map((name) => [name, name === "units" || (name === "channels" && !isWithoutChannels)]),
  ) as unknown as Capabilities;
  return {
    ...{ id, title: `Drawn ${id}`, version: "1.0.0", capabilities, rules, citations: [`Drawn, ${id}`], licence: "MIT" },
    metrics: metrics.map(
      (metric): MetricDefinition => ({
        ...{ id: metric, name: metric, title: metric, formula: "drawn", unit: null, direction: "none" },
        ...{ range: [null, null], source: "this page", pitfalls: [], cousins: [], recipe: null },
      }),
    ),
    create: () => {
      throw new Error("rows come from the source");
    },
  };
}

function drawSession(draw: Draw, dataset: string, index: number): Session {
  const id = dataset === "beta" ? `${7_000 + index}` : `${dataset}-s${index}-é`;
  return {
    ...{ ref: ref(dataset, "session", id), dataset, subject: draw.orNull(`${dataset}_${index % 4}`) },
    ...{ lab: draw.orNull(draw.one(["Lab A", "lab b", "实验室", "labC"])) },
    ...{
      startTime: draw.orNull(`2020-0${1 + draw.below(9)}-11`),
      paradigm: draw.one(["task.decision", "passive.visual"]),
    },
    ...{ sessionType: draw.orNull(draw.one(["brain_observatory_1.1", "functional_connectivity"])) },
    ...{ sex: draw.orNull(draw.one(["M", "F"] as const)), ageDays: draw.orNull(80 + draw.below(60) / 2) },
    ...{ genotype: draw.orNull(draw.one(["wt/wt", "Sst-IRES-Cre/wt;Ai32", "Pvalb-IRES-Cre/wt", ""])) },
    ...{ hasPupil: draw.orNull(draw.happens(0.5)), probeCount: draw.orNull(draw.below(7)) },
  };
}

function drawChannels(draw: Draw, probe: ProbeRef, tract: readonly Region[]): readonly Channel[] {
  return Array.from({ length: 20 + draw.below(40) }, (_, i): Channel => {
    const id = probe.dataset === "beta" ? `${850_000_000 + draw.below(1e8)}${i}` : `${probe.id}/${i}`;
    return {
      ...{ ref: ref(probe.dataset, "channel", id), probe, ...place(draw, tract) },
      ...{ siteIndex: draw.orNull(i), lateralUm: draw.orNull(11 + 16 * (i % 4)) },
      quality: draw.orNull(draw.one(["good", "dead", "noisy", "outside"] as const)),
    };
  });
}

/** Bounds of conditions and rules among them. */
export const AMOUNTS = [0, -0, 1e-300, 1.5, 2.25, 3, 4, 4.000000000000001, 5, 6.5, 1e300] as const;

function drawUnits(draw: Draw, { id: dataset, metrics, rules, units = 60 }: DrawnShape, owner: Owner): readonly Unit[] {
  const { probe, session, tract, channels } = owner;
  return Array.from({ length: draw.below(units) }, (_, i): Unit => {
    const amount = () => (draw.happens(0.3) ? draw.one(AMOUNTS) : draw.random() * 10);
    const firingRate = draw.orNull(draw.random() * 30);
    return {
      ...{
        ref: ref(dataset, "unit", dataset === "beta" ? `95${draw.below(1e7)}${i}` : `${probe.id}/${i}`),
        probe,
        session,
      },
      ...{ uuid: draw.orNull(`${draw.below(1e9).toString(16)}-${i}`) },
      ...{ peakChannel: channels.length === 0 ? null : draw.orNull(draw.one(channels).ref), ...place(draw, tract) },
      ...{ spikeCount: draw.orNull(draw.below(1e6)), firingRate },
      ...{ firingRateSource: firingRate === null ? null : `rate ${draw.below(400)} of ${dataset}` },
      quality: Object.fromEntries(rules.map((each) => [each.id, draw.orNull(draw.happens(0.4))])),
      metrics: Object.fromEntries(metrics.map((metric) => [metric, draw.orNull(amount())])),
    };
  });
}

interface Owner {
  readonly probe: ProbeRef;
  readonly session: SessionRef;
  readonly tract: readonly Region[];
  readonly channels: readonly Channel[];
}

function drawProbe(draw: Draw, shape: DrawnShape, session: SessionRef, name: string): DrawnProbe {
  const { id: dataset } = shape;
  const probe = ref(dataset, "probe", dataset === "beta" ? `${draw.below(1e9)}` : `${session.id}/${name}`);
  const tract = Array.from({ length: 1 + draw.below(6) }, () => draw.one(draw.one([AWKWARD, LEAVES, AREAS])));
  const channels = shape.isWithoutChannels || draw.happens(0.15) ? [] : drawChannels(draw, probe, tract);
  const units = draw.happens(0.15) ? [] : drawUnits(draw, shape, { probe, session, tract, channels });
  return {
    probe: {
      ...{ ref: probe, session, label: name, model: draw.orNull(draw.one(["3A", "3B2"])) },
      ...{ channelCount: draw.orNull(channels.length), unitCount: draw.orNull(units.length) },
      ...{ hasLfp: draw.orNull(draw.happens(0.6)), hasWaveforms: draw.orNull(draw.happens(0.6)) },
    },
    ...{ channels, units, notices: [], fingerprint: `${probe.id} 1` },
  };
}

export function drawDataset(seed: number, shape: DrawnShape): DrawnDataset {
  const draw = new Draw(seed);
  const sessions = Array.from({ length: shape.sessions }, (_, i): DrawnSession => {
    const session = drawSession(draw, shape.id, i);
    const probes = Array.from({ length: draw.below(4) }, (__, k) => drawProbe(draw, shape, session.ref, `probe0${k}`));
    return { session, probes };
  });
  return { plugin: pluginOf(shape), release: draw.orNull(`${shape.id} 2024`, 0.3), notices: [], sessions };
}

export const drawAll = (seed: number): readonly DrawnDataset[] =>
  SHAPES.map((shape, i) => drawDataset(seed + i, shape));

/** Answers the questions of a hub from plain rows, and keeps what was asked. */
export class DrawnSource implements CatalogueSource {
  readonly tablesRead: string[] = [];
  readonly #datasets: readonly DrawnDataset[];

  constructor(datasets: readonly DrawnDataset[]) {
    this.#datasets = datasets;
  }

  datasets(): readonly AdapterPlugin[] {
    return this.#datasets.map(({ plugin }) => plugin);
  }

  async describe(id: string) {
    const { release, notices } = this.#dataset(id);
    return { sources: [{ url: `memory:${id}`, kind: "drawn" }], release, notices, answers: {} as never };
  }

  async *sessions({ dataset = "" }: { readonly dataset?: string } = {}): AsyncIterable<Session> {
    for (const { session } of this.#dataset(dataset).sessions) yield session;
  }

  async probes({ dataset, id }: SessionRef): Promise<readonly ProbeInsertion[]> {
    const found = this.#dataset(dataset).sessions.find(({ session }) => session.ref.id === id);
    return (found?.probes ?? []).map(({ probe }) => probe);
  }

  async channels(probe: ProbeRef, options?: CallOptions) {
    return {
      probe,
      rows: await this.#rows(probe, "channels", options),
      provenance: [],
      notices: this.#probe(probe).notices,
    };
  }

  async unitTable(probe: ProbeRef, options?: CallOptions) {
    return { probe, rows: await this.#rows(probe, "units", options), provenance: [], notices: [] };
  }

  async *fingerprints(id: string) {
    for (const { probes } of this.#dataset(id).sessions)
      for (const { probe, fingerprint } of probes) yield { probe: probe.ref, fingerprint };
  }

  async #rows<Name extends "channels" | "units">(probe: ProbeRef, name: Name, options?: CallOptions) {
    this.tablesRead.push(`${probe.id} ${name}`);
    options?.signal?.throwIfAborted();
    // Tables of several probes are read at a time, and do not end in the order in which they were begun.
    for (let turns = this.tablesRead.length % 5; turns > 0; turns--) await Promise.resolve();
    const rows = this.#probe(probe)[name];
    if (rows instanceof Error) throw rows;
    return rows as Exclude<DrawnProbe[Name], Error>;
  }

  #dataset(id: string): DrawnDataset {
    const found = this.#datasets.find(({ plugin }) => plugin.id === id);
    if (found === undefined) throw new Error(`no dataset ${id} was drawn`);
    return found;
  }

  #probe({ dataset, id }: ProbeRef): DrawnProbe {
    const all = this.#dataset(dataset).sessions.flatMap(({ probes }) => probes);
    const found = all.find(({ probe }) => probe.ref.id === id);
    if (found === undefined) throw new Error(`no probe ${id} was drawn`);
    return found;
  }
}
