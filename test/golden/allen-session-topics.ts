import { readFileSync } from "node:fs";
import { type AllenSession, openSessionFile, readListedChannels } from "@crossprobe/allen-adapter/session";
import { isDataError, type NdArray } from "@crossprobe/core";
import { parseNpy } from "@crossprobe/formats/npy";
import { LocalStore } from "@crossprobe/storage/node";
import {
  type ArrayFacts,
  type Cells,
  type Frame,
  interleave,
  mapCells,
  ours,
  plain,
  type Recorded,
  sha256,
  theirs,
  toNumber,
  without,
} from "./allen-session-frames.js";
import { SHARED } from "./shared.js";

export const GOLDEN = `${SHARED}/golden/allen`;

/** A session as a topic meets it. */
export interface Subject {
  readonly id: number;
  /** With the tables of the cache. */
  readonly session: AllenSession;
  readonly file: <Value>(name: string) => Value;
}

/** What AllenSDK gives and what we give in one form; where the two differ on purpose, what AllenSDK's would be without its quirk. */
export interface Comparison {
  readonly theirs: unknown;
  readonly ours: unknown;
  readonly repaired?: unknown;
}

/** One thing that the reference program computes. */
export interface Topic {
  readonly name: string;
  /** Why ours differs, where it does. */
  readonly reason?: string;
  readonly compare: (subject: Subject) => Promise<Comparison | undefined>;
}

export function listed() {
  return readListedChannels(new LocalStore(`${GOLDEN}/cache`));
}

export async function openSubject(id: number): Promise<Subject> {
  const store = new LocalStore(`${GOLDEN}/cache/session_${id}`);
  const session = await openSessionFile(store, `session_${id}.nwb`, { channels: await listed() });
  return {
    id,
    session,
    file: (name) => JSON.parse(readFileSync(`${GOLDEN}/expected/session_${id}/${name}`, "utf8")),
  };
}

type Calls = Readonly<Record<string, Recorded<unknown>>>;

function recorded<Value>(subject: Subject, file: string, call: string): Recorded<Value> {
  const calls = subject.file<Calls>(`${file}.json`);
  const found = calls[call];
  if (found === undefined) throw new Error(`no ${call} in ${file}`);
  return found as Recorded<Value>;
}

function npy(subject: Subject, name: string): { readonly shape: readonly number[]; readonly data: NodeJS.TypedArray } {
  const { shape, data } = parseNpy(readFileSync(`${GOLDEN}/expected/session_${subject.id}/${name}`), name);
  return { shape, data: data as NodeJS.TypedArray };
}

/** Coordinates that stand for "not registered" as absent, in all three columns. */
function withoutSentinels(cells: Cells): Cells {
  const names = ["anterior_posterior", "dorsal_ventral", "left_right"].map((axis) => `${axis}_ccf_coordinate`);
  const isMarked = (row: number) =>
    names.some((name) => [-1, -1000, 0].includes(Number(cells.columns[name]?.[row] ?? 1)));
  const columns = Object.fromEntries(
    Object.entries(cells.columns).map(([name, column]) => [
      name,
      names.includes(name) ? column.map((cell, row) => (isMarked(row) ? null : cell)) : column,
    ]),
  );
  return { ...cells, columns };
}

const noRate = (cell: unknown) => (cell === 0 ? null : cell);
const HALFWIDTH = "waveform_halfwidth";
const EVERY_SHOWN = { withDetails: true, withUnused: true } as const;

/** Names as the rename map means them: the reference spells the digit out first and misses its own entry. */
const renamed = (cell: unknown) => (cell === "natural_movie_one_more_repeats" ? "natural_movie_one" : cell);

function withoutQuirks(cells: Cells): Cells {
  return mapCells(mapCells(cells, renamed), toNumber);
}

const QUIRKS =
  "numbers stay numbers where a column of 0 and 1 becomes booleans; `natural_movie_1_more_repeats` is `natural_movie_one`, as the rename map says";

async function frame(
  subject: Subject,
  file: string,
  call: string,
  mine: Promise<Cells>,
  repair?: (cells: Cells) => Cells,
) {
  const other = theirs(recorded<Frame>(subject, file, call).value);
  return { theirs: other, ours: await mine, ...(repair && { repaired: repair(other) }) };
}

const tables: readonly Topic[] = [
  {
    name: "probes",
    reason: "a rate of 0 is none",
    compare: (s) =>
      frame(
        s,
        "tables",
        "probes",
        s.session.probes().then((table) => ours(table)),
        (cells) => mapCells(mapCells(cells, noRate, "sampling_rate", "lfp_sampling_rate"), (cell) => cell, "location"),
      ),
  },
  {
    name: "channels",
    reason: "coordinates of -1000, -1 and 0 are absent",
    compare: (s) =>
      frame(
        s,
        "tables",
        "channels",
        s.session.channels().then((table) => ours(table)),
        withoutSentinels,
      ),
  },
  {
    name: "units",
    reason: "`waveform_halfwidth` of the file is kept; coordinates of -1 and rates of 0 are absent",
    compare: async (s) => {
      const mine = ours(await s.session.units());
      const other = theirs(recorded<Frame>(s, "tables", "units").value);
      const rates = ["probe_sampling_rate", "probe_lfp_sampling_rate"];
      const repaired = mapCells(withoutSentinels(other), noRate, ...rates);
      const halfwidths = mine.columns[HALFWIDTH] ?? [];
      if (halfwidths.length !== other.index.length) throw new Error("no half widths");
      return {
        theirs: other,
        ours: mine,
        repaired: { ...repaired, columns: { ...repaired.columns, [HALFWIDTH]: halfwidths } },
      };
    },
  },
  {
    name: "num_units, num_channels, num_probes, num_stimulus_presentations",
    compare: async (s) => {
      const calls = s.file<{ readonly num: Readonly<Record<string, Recorded<number>>> }>("tables.json").num;
      const counts = await Promise.all([
        s.session.units(),
        s.session.channels(),
        s.session.probes(),
        s.session.stimulusPresentations(),
      ]);
      return {
        theirs: ["num_units", "num_channels", "num_probes", "num_stimulus_presentations"].map((n) => calls[n]?.value),
        ours: counts.map(({ rowCount }) => rowCount),
      };
    },
  },
  {
    name: "structure_acronyms",
    compare: async (s) => ({
      theirs: recorded(s, "tables", "structure_acronyms").value,
      ours: await s.session.structureAcronyms(),
    }),
  },
  {
    name: "structurewise_unit_counts",
    compare: async (s) => {
      const series = recorded<{ index: string[]; values: number[] }>(s, "tables", "structurewise_unit_counts").value;
      return {
        theirs: series?.index.map((acronym, i) => ({ acronym, unitCount: series.values[i] })),
        ours: await s.session.structurewiseUnitCounts(),
      };
    },
  },
  {
    name: "metadata",
    reason: "names of stimuli as above",
    compare: async (s) => {
      const other = recorded<Record<string, unknown>>(s, "metadata", "metadata").value ?? {};
      const identity = await s.session.identity();
      const rig = await s.session.rig();
      const size = async (table: Promise<{ readonly rowCount: number }>) => (await table).rowCount;
      const mine = {
        specimen_name: identity.specimenName,
        session_type: identity.sessionType,
        full_genotype: identity.genotype,
        sex: identity.sex,
        age_in_days: identity.ageDays,
        rig_equipment_name: rig.value?.equipment ?? null,
        num_units: await size(s.session.units()),
        num_channels: await size(s.session.channels()),
        num_probes: await size(s.session.probes()),
        num_stimulus_presentations: await size(s.session.stimulusPresentations()),
        session_start_time: Date.parse(identity.startTime ?? ""),
        ecephys_session_id: identity.sessionId,
        structure_acronyms: await s.session.structureAcronyms(),
        stimulus_names: await s.session.stimulusNames(),
      };
      const instant = { ...other, session_start_time: Date.parse(String(other.session_start_time)) };
      const names = (other.stimulus_names as string[]).map(renamed);
      return { theirs: instant, ours: mine, repaired: { ...instant, stimulus_names: [...new Set(names)] } };
    },
  },
  {
    name: "get_metadata (adapter level)",
    reason: "the strain that the file states is given; AllenSDK finds none",
    compare: async (s) => {
      const other = recorded<Record<string, unknown>>(s, "metadata", "get_metadata").value ?? {};
      const { specimenName, ageDays, genotype, strain, sex, sessionType, donorId, species } =
        await s.session.identity();
      const mine = {
        ...{ specimen_name: specimenName, age_in_days: ageDays, full_genotype: genotype, strain, sex },
        ...{ stimulus_name: sessionType, subject_id: donorId, species },
      };
      const { age: _age, ...rest } = other;
      return { theirs: rest, ours: mine, repaired: { ...rest, strain: "Transgenic" } };
    },
  },
  {
    name: "rig_geometry_data, rig_equipment_name",
    compare: async (s) => {
      const geometry = recorded<Frame | null>(s, "metadata", "rig_geometry_data").value;
      const rig = await s.session.rig();
      return {
        theirs: [geometry ? theirs(geometry) : null, recorded(s, "metadata", "rig_equipment_name").value],
        ours: [rig.value ? ours(rig.value.geometry, "axis") : null, rig.value?.equipment ?? null],
      };
    },
  },
];

const stimuli: readonly Topic[] = [
  {
    name: "stimulus_names",
    reason: "`natural_movie_1_more_repeats` as above",
    compare: async (s) => {
      const other = recorded<string[]>(s, "stimulus_presentations", "stimulus_names").value ?? [];
      return { theirs: other, ours: await s.session.stimulusNames(), repaired: [...new Set(other.map(renamed))] };
    },
  },
  {
    name: "stimulus_presentations",
    reason: QUIRKS,
    compare: (s) =>
      frame(
        s,
        "stimulus_presentations",
        "stimulus_presentations",
        s.session.stimulusPresentations().then((table) => ours(table)),
        withoutQuirks,
      ),
  },
  {
    name: "get_stimulus_table with detailed and unused parameters",
    reason: QUIRKS,
    compare: (s) =>
      frame(
        s,
        "stimulus_presentations",
        "presentations with detailed and unused parameters",
        s.session.stimulusPresentations(EVERY_SHOWN).then((table) => ours(table)),
        withoutQuirks,
      ),
  },
  {
    name: "stimulus_conditions",
    reason: QUIRKS,
    compare: (s) =>
      frame(
        s,
        "stimulus_presentations",
        "stimulus_conditions",
        s.session.stimulusConditions().then((table) => ours(table)),
        withoutQuirks,
      ),
  },
  {
    name: "get_stimulus_table of each stimulus",
    reason: QUIRKS,
    compare: async (s) => {
      const calls = s.file<Readonly<Record<string, Recorded<Frame>>>>("stimulus_tables.json");
      const [other, mine, repaired]: [unknown[], unknown[], unknown[]] = [[], [], []];
      for (const [call, { value }] of Object.entries(calls)) {
        const name = /^get_stimulus_table\('([^']+)'\)$/.exec(call)?.[1];
        if (name === undefined || name === "no_such_stimulus") continue;
        const cells = theirs(value);
        other.push(cells);
        repaired.push(withoutQuirks(cells));
        mine.push(ours(await s.session.stimulusPresentations({ stimuli: String(renamed(name)) })));
      }
      return { theirs: other, ours: mine, repaired };
    },
  },
  {
    name: "get_stimulus_table: several stimuli, detailed parameters",
    compare: async (s) => {
      const calls = s.file<Readonly<Record<string, Recorded<never>>>>("stimulus_tables.json");
      const two = calls["get_stimulus_table(['flashes','gabors'])"]?.value as unknown as {
        columns: string[];
        index: number[];
      };
      const detailed = calls["get_stimulus_table('flashes', include_detailed_parameters=True)"]
        ?.value as unknown as string[];
      const both = ours(await s.session.stimulusPresentations({ stimuli: ["flashes", "gabors"] }));
      const full = ours(await s.session.stimulusPresentations({ stimuli: "flashes", withDetails: true }));
      return {
        theirs: [[...two.columns].sort(), two.index, [...detailed].sort()],
        ours: [Object.keys(both.columns).sort(), both.index, Object.keys(full.columns).sort()],
      };
    },
  },
  {
    name: "get_stimulus_table of an unknown stimulus",
    reason: "no rows, and the columns of every presentation table",
    compare: async (s) => {
      const other = theirs(recorded<Frame>(s, "stimulus_tables", "get_stimulus_table('no_such_stimulus')").value);
      const mine = ours(await s.session.stimulusPresentations({ stimuli: "no_such_stimulus" }));
      const columns = Object.keys(ours(await s.session.stimulusPresentations()).columns);
      return {
        theirs: other,
        ours: mine,
        repaired: { index: [], columns: Object.fromEntries(columns.map((name) => [name, []])) },
      };
    },
  },
  {
    name: "get_stimulus_epochs, with and without thresholds",
    reason: "names of stimuli as above",
    compare: async (s) => {
      const calls = [
        ["get_stimulus_epochs()", {}],
        ["get_stimulus_epochs({'spontaneous': 90.0})", { spontaneous: 90 }],
        ["get_stimulus_epochs({'spontaneous': 9.0, 'flashes': 100.0})", { spontaneous: 9, flashes: 100 }],
      ] as const;
      const other = calls.map(([call]) => theirs(recorded<Frame>(s, "stimulus_epochs", call).value));
      const mine = [];
      for (const [, shortest] of calls) mine.push(ours(await s.session.stimulusEpochs(shortest)));
      return { theirs: other, ours: mine, repaired: other.map((cells) => mapCells(cells, renamed)) };
    },
  },
  {
    name: "get_stimulus_parameter_values",
    reason: "absent values of masked rows are dropped with the others; numbers stay numbers",
    compare: async (s) => {
      const calls = [
        ["get_stimulus_parameter_values()", {}],
        ["get_stimulus_parameter_values(drop_nulls=False)", { withAbsent: true }],
        ["get_stimulus_parameter_values([1, 2, 3])", { presentations: [1, 2, 3] }],
      ] as const;
      type Values = Readonly<Record<string, readonly unknown[]>>;
      const other = calls.map(([call]) => recorded<Values>(s, "stimulus_parameters", call).value ?? {});
      const mine = [];
      for (const [, choice] of calls) mine.push(Object.fromEntries(await s.session.parameterValues(choice)));
      const repaired = other.map((values, i) =>
        mapValues(values, (list) => {
          const present = list
            .map(plain)
            .map(toNumber)
            .filter((value) => value !== null);
          return i === 1 && list.includes("null") ? [...present, null] : present;
        }),
      );
      return { theirs: other.map((values) => mapValues(values, (list) => list.map(plain))), ours: mine, repaired };
    },
  },
  {
    name: "get_parameter_values_for_stimulus",
    reason: "numbers stay numbers",
    compare: async (s) => {
      const calls = s.file<Readonly<Record<string, Recorded<Record<string, unknown[]>>>>>("stimulus_parameters.json");
      const [other, mine]: [Record<string, unknown[]>[], unknown[]] = [[], []];
      for (const [call, { value }] of Object.entries(calls)) {
        const name = /^get_parameter_values_for_stimulus\('([^']+)'\)$/.exec(call)?.[1];
        if (name === undefined) continue;
        other.push(value ?? {});
        mine.push(Object.fromEntries(await s.session.parameterValues({ stimuli: String(renamed(name)) })));
      }
      const repaired = other.map((values) => mapValues(values, (list) => list.map(toNumber)));
      return { theirs: other, ours: mine, repaired };
    },
  },
  {
    name: "inter_presentation_intervals, of some stimuli",
    compare: async (s) => {
      const calls = [
        ["inter_presentation_intervals", undefined],
        ["get_inter_presentation_intervals_for_stimulus('flashes')", "flashes"],
        ["get_inter_presentation_intervals_for_stimulus(['gabors','spontaneous'])", ["gabors", "spontaneous"]],
      ] as const;
      const [other, mine]: [unknown[], unknown[]] = [[], []];
      for (const [call, names] of calls) {
        const { value } = recorded<Frame & { index: { values: unknown[] } }>(s, "stimulus_parameters", call);
        other.push([value?.index.values, value?.data.interval]);
        const { columns } = ours(await s.session.presentationIntervals(names));
        const [from = [], to = [], interval] = Object.values(columns);
        mine.push([from.map((id, row) => [id, to[row]]), interval]);
      }
      return { theirs: other, ours: mine };
    },
  },
];

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

export interface CountsFacts {
  readonly coords: Readonly<Record<string, { readonly values: readonly number[] }>>;
  readonly array: ArrayFacts & { readonly values: unknown };
}

interface CountArguments {
  readonly arguments: {
    readonly flash_ids: number[];
    readonly grating_ids: number[];
    readonly edges: number[];
    readonly "most active unit": number;
    readonly "unit with spikes on edges": number;
    readonly "other units": number[];
  };
}

function nested({ data, shape }: NdArray): unknown {
  const [, middle = 0, last = 0] = shape;
  return Array.from({ length: shape[0] ?? 0 }, (_, i) =>
    Array.from({ length: middle }, (_, j) =>
      Array.from(data.subarray((i * middle + j) * last, (i * middle + j + 1) * last)),
    ),
  );
}

/** numpy's linspace: the last value is the end itself. */
function linspace(start: number, stop: number, count: number): number[] {
  const step = (stop - start) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? stop : start + i * step));
}

function countCases({ arguments: given }: CountArguments) {
  const [flashes, edges, first] = [given.flash_ids, given.edges, given["most active unit"]];
  const edgeUnit = given["unit with spikes on edges"];
  return {
    flashes: { presentations: flashes, units: [first, ...given["other units"]], edges },
    "ids in descending order": { presentations: [...flashes].reverse(), units: [first], edges },
    "edges that meet a spike exactly (presentations 1, 2, 3, 10, 11)": {
      presentations: [1, 2, 3, 10, 11],
      units: [edgeUnit],
      edges: [0, 0.05, 0.1],
    },
    binarize: { presentations: flashes, units: [first], edges, asBinary: true },
    "dtype float32": { presentations: flashes, units: [first], edges },
    "scalar ids": { presentations: flashes[0] ?? -1, units: first, edges },
    "equal edges": { presentations: [10, 11], units: [edgeUnit], edges: [0, 0.05, 0.05, 0.1] },
    "overlapping windows": { presentations: [1, 2], units: [first], edges: [0, 0.2, 0.4] },
    "time_domain_callback adds 0.1 s": {
      presentations: flashes,
      units: [first],
      edges,
      changeEdges: (domain: Float64Array) => domain.map((edge) => edge + 0.1),
    },
    "no presentations": { presentations: [], units: [first], edges },
  } as const;
}

const spikes: readonly Topic[] = [
  {
    name: "spike_times",
    compare: async (s) => {
      const facts = recorded<Record<string, ArrayFacts>>(s, "spike_times", "spike_times").value ?? {};
      const mine: Record<string, string> = {};
      for (const id of Array.from((await s.session.units()).columns.get("id") as Float64Array)) {
        mine[id] = sha256(await s.session.spikeTimes(id));
      }
      return { theirs: mapValues(facts, (fact) => fact.sha256), ours: mine };
    },
  },
  {
    name: "spike_amplitudes",
    reason: "of the units in the unit table; AllenSDK gives those of every unit of the file",
    compare: async (s) => {
      const call = "spike_amplitudes (every unit of the file)";
      const facts = recorded<Record<string, ArrayFacts>>(s, "spike_times", call).value ?? {};
      const mine: Record<string, string> = {};
      for (const id of Array.from((await s.session.units()).columns.get("id") as Float64Array)) {
        mine[id] = sha256(await s.session.spikeAmplitudes(id));
      }
      const all = mapValues(facts, (fact) => fact.sha256);
      const kept = Object.fromEntries(Object.entries(all).filter(([id]) => id in mine));
      return { theirs: all, ours: mine, repaired: kept };
    },
  },
  {
    name: "mean_waveforms",
    reason: "`[samples, sites]` with every site of the file; no time axis where the rate is 0",
    compare: async (s) => {
      type Facts = ArrayFacts & { channel_id: number[]; time: { nanCount: number; first: (number | null)[] } };
      const facts = recorded<Record<string, Facts>>(s, "mean_waveforms", "units").value ?? {};
      const [other, mine, repaired]: [unknown[], unknown[], unknown[]] = [[], [], []];
      for (const [unit, fact] of Object.entries(facts)) {
        const { data, channelIds, times } = await s.session.meanWaveform(Number(unit));
        const [samples = 0, sites = 0] = data.shape;
        const known = channelIds.flatMap((id, site) => (id === null ? [] : [site]));
        const turned = Float64Array.from(
          known.flatMap((site) => Array.from({ length: samples }, (_, i) => data.data[i * sites + site] ?? Number.NaN)),
        );
        const first = times ? Array.from(times.subarray(0, 3)) : null;
        mine.push([unit, sha256(turned), known.map((site) => channelIds[site]), first, [samples, sites]]);
        const hasTimes = fact.time.nanCount === 0;
        other.push([unit, fact.sha256, fact.channel_id, fact.time.first, fact.shape]);
        repaired.push([unit, fact.sha256, fact.channel_id, hasTimes ? fact.time.first : null, [fact.shape[1], sites]]);
      }
      return { theirs: other, ours: mine, repaired };
    },
  },
  {
    name: 'presentationwise_spike_counts with `binEdges: "allensdk"`',
    compare: async (s) => {
      const cases = countCases(s.file<CountArguments>("presentationwise_spike_counts.json"));
      const [other, mine]: [unknown[], unknown[]] = [[], []];
      for (const [name, choice] of Object.entries(cases)) {
        const { value } = recorded<CountsFacts>(s, "presentationwise_spike_counts", name);
        if (!value) throw new Error(name);
        other.push([
          name,
          value.array.shape,
          value.array.values,
          Object.values(value.coords).map(({ values }) => values),
        ]);
        const { counts, ...axes } = await s.session.presentationwiseSpikeCounts({ ...choice, binEdges: "allensdk" });
        const coords = [axes.presentationIds, axes.binCentres, axes.unitIds].map((axis) => Array.from(axis));
        mine.push([name, counts.shape, nested(counts), coords]);
      }
      return { theirs: other, ours: mine };
    },
  },
  {
    name: "presentationwise_spike_counts, 200 bins of every unit",
    compare: async (s) => {
      const { arguments: given } = s.file<CountArguments>("presentationwise_spike_counts.json");
      const theirCounts = npy(s, "counts_gratings.npy");
      const edges = linspace(0, 2, 201);
      const choice = { presentations: given.grating_ids, edges };
      const { counts, binCentres } = await s.session.presentationwiseSpikeCounts({ ...choice, binEdges: "allensdk" });
      return {
        theirs: [theirCounts.shape, sha256(theirCounts.data), sha256(npy(s, "counts_gratings_centres.npy").data)],
        ours: [counts.shape, sha256(counts.data), sha256(binCentres)],
      };
    },
  },
  {
    name: "presentationwise_spike_counts as it is by default",
    reason: "bins are half-open: a spike on an inner edge counts once, one on the last edge not at all",
    compare: async (s) => {
      const cases = countCases(s.file<CountArguments>("presentationwise_spike_counts.json"));
      const [other, mine, repaired]: [unknown[], unknown[], unknown[]] = [[], [], []];
      for (const name of ["edges that meet a spike exactly (presentations 1, 2, 3, 10, 11)", "equal edges"] as const) {
        other.push(recorded<CountsFacts>(s, "presentationwise_spike_counts", name).value?.array.values);
        const choice = cases[name];
        mine.push(nested((await s.session.presentationwiseSpikeCounts(choice)).counts));
        repaired.push(await countByHand(s, choice));
      }
      return { theirs: other, ours: mine, repaired };
    },
  },
  {
    name: "presentationwise_spike_counts: unknown ids, descending edges",
    reason: "errors name the nearest id, or the edge",
    compare: async (s) => {
      const cases = countCases(s.file<CountArguments>("presentationwise_spike_counts.json"));
      const calls = [
        ["unknown presentation", { ...cases.flashes, presentations: [10 ** 6] }],
        ["unknown unit", { ...cases.flashes, units: [1] }],
        ["descending edges", { ...cases.flashes, edges: [...cases.flashes.edges].reverse() }],
      ] as const;
      const other = calls.map(([call]) => recorded(s, "presentationwise_spike_counts", call).raises?.type);
      const mine = [];
      for (const [, choice] of calls) mine.push(await codeOf(s.session.presentationwiseSpikeCounts(choice)));
      return { theirs: other, ours: mine, repaired: ["not-found", "not-found", "query"] };
    },
  },
  {
    name: 'presentationwise_spike_times with `binEdges: "allensdk"`',
    compare: async (s) => {
      const { arguments: given } = s.file<CountArguments>("presentationwise_spike_counts.json");
      const first = given["most active unit"];
      const calls = [
        ["flashes, some units", { presentations: given.flash_ids, units: [first, ...given["other units"]] }],
        [
          "presentations 1, 2, 3, 10, 11, 20, 21, 22 (spikes on the boundaries)",
          { presentations: [1, 2, 3, 10, 11, 20, 21, 22], units: given["unit with spikes on edges"] },
        ],
      ] as const;
      const [other, mine]: [unknown[], unknown[]] = [[], []];
      for (const [call, choice] of calls) {
        other.push(theirs(recorded<Frame>(s, "presentationwise_spike_times", call).value));
        const table = await s.session.presentationwiseSpikeTimes({ ...choice, binEdges: "allensdk" });
        mine.push(ours(table, "spike_time"));
      }
      const { value: big } = recorded<Record<string, unknown>>(
        s,
        "presentationwise_spike_times",
        "gratings, every unit",
      );
      other.push([big?.rowCount, big?.spike_time_sha256, big?.unit_id_sha256, big?.stimulus_presentation_id_sha256]);
      const table = await s.session.presentationwiseSpikeTimes({
        presentations: given.grating_ids,
        binEdges: "allensdk",
      });
      const column = (name: string) => table.columns.get(name) as Float64Array;
      const integers = (name: string) => sha256(BigInt64Array.from(column(name), BigInt));
      mine.push([
        ...[table.rowCount, sha256(column("spike_time")), integers("unit_id")],
        integers("stimulus_presentation_id"),
      ]);
      return { theirs: other, ours: mine };
    },
  },
  {
    name: "presentationwise_spike_times: no spikes, no presentations, ids out of order",
    reason: "the columns are the same without spikes, no presentations give no rows, and ids need no order",
    compare: async (s) => {
      const { arguments: given } = s.file<CountArguments>("presentationwise_spike_counts.json");
      const first = given["most active unit"];
      const columns = ["spike_time", "stimulus_presentation_id", "unit_id", "time_since_stimulus_presentation_onset"];
      const none = await s.session.presentationwiseSpikeTimes({ presentations: [], units: first });
      const inOrder = ours(
        await s.session.presentationwiseSpikeTimes({ presentations: given.flash_ids, units: first }),
      );
      const reversed = [...given.flash_ids].reverse();
      const outOfOrder = ours(await s.session.presentationwiseSpikeTimes({ presentations: reversed, units: first }));
      const { value } = recorded<Frame>(
        s,
        "presentationwise_spike_times",
        "ids in descending order (wrong without a word)",
      );
      return {
        theirs: [recorded(s, "presentationwise_spike_times", "no presentations").raises?.type, value?.columns],
        ours: [none.rowCount, [...none.columns.keys()], outOfOrder],
        repaired: [0, columns, inOrder],
      };
    },
  },
  {
    name: "conditionwise_spike_statistics, also as rates",
    reason: "a unit named twice counts once (means and deviations to 12 digits)",
    compare: async (s) => {
      const { arguments: given } = s.file<CountArguments>("presentationwise_spike_counts.json");
      const first = given["most active unit"];
      const twice = given["other units"].includes(first) ? first : undefined;
      const gratings = { presentations: given.grating_ids, units: [first, ...given["other units"]] };
      const movies = await s.session.stimulusPresentations({ stimuli: "natural_movie_one" });
      const calls = [
        ["gratings", gratings],
        ["gratings, use_rates", { ...gratings, asRates: true }],
        ["movie frames, unit_ids=None", { presentations: Array.from(movies.columns.get("id") as Float64Array) }],
        ["flashes", { presentations: given.flash_ids, units: [first] }],
      ] as const;
      const [other, mine, repaired]: [unknown[], unknown[], unknown[]] = [[], [], []];
      for (const [call, choice] of calls) {
        const { value } = recorded<Frame>(s, "conditionwise_spike_statistics", call);
        const ids = value?.index.values as number[][];
        const columns = { unit_id: ids.map(([unit]) => unit), stimulus_condition_id: ids.map(([, id]) => id) };
        const recordedColumns = rounded({ ...columns, ...theirs(value).columns });
        other.push(recordedColumns);
        const asRates = "asRates" in choice;
        const isTwice = twice !== undefined && "units" in choice && choice.units.length > 1;
        repaired.push(
          isTwice ? await countedOnce(s, recordedColumns, twice, choice.presentations, asRates) : recordedColumns,
        );
        const statistics = await s.session.conditionwiseSpikeStatistics({ ...choice, binEdges: "allensdk" });
        mine.push(rounded(ours(statistics, undefined).columns));
      }
      return { theirs: other, ours: mine, repaired };
    },
  },
];

/** Recorded statistics with the rows of one unit worked out from its spikes. */
async function countedOnce(
  s: Subject,
  columns: Readonly<Record<string, readonly unknown[]>>,
  unit: number,
  ids: readonly number[],
  asRates: boolean,
) {
  const { columns: shown } = await s.session.stimulusPresentations({ presentations: ids });
  const [starts, stops] = [shown.get("start_time") as Float64Array, shown.get("stop_time") as Float64Array];
  const conditions = shown.get("stimulus_condition_id") as Float64Array;
  const spikes = await s.session.spikeTimes(unit);
  const statistics = (condition: unknown) => {
    const values = ids.flatMap((_, i) => {
      if (conditions[i] !== condition) return [];
      const [start = 0, stop = 0] = [starts[i], stops[i]];
      const count = spikes.filter((t) => t > start && t <= stop).length;
      return [asRates ? count / (stop - start) : count];
    });
    const sum = values.reduce((a, b) => a + b, 0);
    const mean = sum / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
    const spike_std = Number.isNaN(variance) ? null : Math.sqrt(variance);
    const spike_sem = spike_std === null ? null : spike_std / Math.sqrt(values.length);
    return { spike_count: sum, stimulus_presentation_count: values.length, spike_mean: mean, spike_std, spike_sem };
  };
  const entries = Object.entries(columns).map(([name, cells]) => {
    const repair = (cell: unknown, row: number) =>
      columns.unit_id?.[row] === unit && name.startsWith("s") && name !== "stimulus_condition_id"
        ? statistics(columns.stimulus_condition_id?.[row])[name as "spike_count"]
        : cell;
    return [name, cells.map(repair)] as const;
  });
  return rounded(Object.fromEntries(entries));
}

/** Twelve significant digits: numpy and we add in another order. */
function rounded(columns: Readonly<Record<string, readonly unknown[]>>) {
  return mapValues(columns, (cells) =>
    cells.map((cell) => (typeof cell === "number" ? Number(cell.toPrecision(12)) : cell)),
  );
}

/** Counts of half-open bins, spike by spike. */
async function countByHand(
  s: Subject,
  {
    presentations,
    units,
    edges,
  }: { presentations: readonly number[]; units: readonly number[]; edges: readonly number[] },
) {
  const starts = (await s.session.stimulusPresentations()).columns.get("start_time") as Float64Array;
  const result = [];
  for (const id of presentations) {
    const absolute = edges.map((edge) => (starts[id] ?? 0) + edge);
    const bins = [];
    for (const [i, from] of absolute.slice(0, -1).entries()) {
      const to = absolute[i + 1] ?? 0;
      const row = [];
      for (const unit of units) row.push((await s.session.spikeTimes(unit)).filter((t) => t >= from && t < to).length);
      bins.push(row);
    }
    result.push(bins);
  }
  return result;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "no error";
  } catch (error) {
    return isDataError(error) ? error.code : String(error);
  }
}

const signals: readonly Topic[] = [
  {
    name: "running_speed, get_running_speed(include_rotation=True)",
    compare: async (s) => {
      const { columns } = await s.session.runningSpeed();
      const column = (name: string) => columns.get(name) as Float64Array;
      const values = interleave([
        Float64Array.from(column("start_time"), (_, i) => i),
        ...["start_time", "end_time", "velocity"].map(column),
      ]);
      const turned = recorded<{ net_rotation: ArrayFacts }>(s, "running", "get_running_speed(include_rotation=True)");
      return {
        theirs: [sha256(npy(s, "running_speed.npy").data), turned.value?.net_rotation.sha256],
        ours: [sha256(values), sha256(column("net_rotation"))],
      };
    },
  },
  {
    name: "get_raw_running_data",
    compare: async (s) => {
      const facts = recorded<Record<string, ArrayFacts>>(s, "running", "get_raw_running_data").value ?? {};
      const { columns } = await s.session.rawRunning();
      return {
        theirs: mapValues(facts, (fact) => fact.sha256),
        ours: Object.fromEntries([...columns].map(([name, values]) => [name, sha256(values as Float64Array)])),
      };
    },
  },
  {
    name: "get_pupil_data",
    compare: async (s) => {
      const facts = recorded<{ columns: string[] } | null>(s, "eye", "get_pupil_data").value;
      const { value } = await s.session.pupil();
      return {
        theirs: facts && [facts.columns, sha256(npy(s, "pupil.npy").data)],
        ours: value && [
          [...value.columns.keys()].slice(1),
          sha256(interleave([...value.columns.values()] as Float64Array[])),
        ],
      };
    },
  },
  {
    name: "get_screen_gaze_data, with and without filtered data",
    compare: async (s) => {
      const raw = recorded<string[] | null>(s, "eye", "get_screen_gaze_data").value;
      const facts = recorded<{ columns: string[] } | null>(
        s,
        "eye",
        "get_screen_gaze_data(include_filtered_data=True)",
      ).value;
      const [plainGaze, full] = [await s.session.gaze(), await s.session.gaze({ withFiltered: true })];
      return {
        theirs: facts && [raw, facts.columns, sha256(npy(s, "gaze.npy").data)],
        ours: full.value && [
          [...(plainGaze.value?.columns.keys() ?? [])].slice(1),
          [...full.value.columns.keys()].slice(1),
          sha256(interleave([...full.value.columns.values()] as Float64Array[])),
        ],
      };
    },
  },
  {
    name: "optogenetic_stimulation_epochs",
    reason: "absent with a reason where the module or its table is missing, instead of an error",
    compare: async (s) => {
      const call = recorded<Frame>(s, "optotagging_and_invalid_times", "optogenetic_stimulation_epochs");
      const { value } = await s.session.lightPulses();
      return {
        theirs: call.value ? theirs(call.value) : call.raises?.type,
        ours: value && ours(value),
        ...(call.raises && { repaired: null }),
      };
    },
  },
  {
    name: "get_invalid_times, invalid_times",
    reason: "the columns are the same where there are none",
    compare: async (s) => {
      const other = theirs(recorded<Frame>(s, "optotagging_and_invalid_times", "get_invalid_times").value);
      const empty = { index: [], columns: { start_time: [], stop_time: [], tags: [] } };
      return {
        theirs: other,
        ours: ours(await s.session.invalidTimes()),
        ...(other.index.length === 0 && { repaired: empty }),
      };
    },
  },
  {
    name: "channel_structure_intervals",
    compare: async (s) => {
      const calls = s.file<Readonly<Record<string, Recorded<[unknown[], number[]]>>>>(
        "channel_structure_intervals.json",
      );
      const { columns } = await s.session.channels();
      const [ids, owners] = [columns.get("id") as Float64Array, columns.get("probe_id") as Float64Array];
      const [other, mine]: [unknown[], unknown[]] = [[], []];
      for (const [call, { value }] of Object.entries(calls)) {
        if (call === "arguments") continue;
        const probe = /^channels of probe (\d+)$/.exec(call)?.[1];
        const own = [...ids].filter((_, i) => probe === undefined || owners[i] === Number(probe));
        const chosen = call === "descending order" ? own.slice(0, 20).reverse() : own;
        const { labels, boundaries } = await s.session.channelStructureIntervals(chosen);
        other.push([call, ...(value ?? [])]);
        mine.push([call, labels, boundaries]);
      }
      return { theirs: other, ours: mine };
    },
  },
];

/** Every topic of the 2020 sessions that a session file can answer. */
export const TOPICS: readonly Topic[] = [...tables, ...stimuli, ...spikes, ...signals];
export { without, withoutSentinels };
