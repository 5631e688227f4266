import type { NdArray } from "@crossprobe/core";
import { type ArrayFacts, type Frame, ours, sha256, theirs } from "./allen-session-frames.js";
import { codeOf, mapValues, npy, recorded, type Subject, type Topic } from "./allen-session-subject.js";

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

/** Spikes, counts and statistics. */
export const SPIKE_TOPICS: readonly Topic[] = [
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
