import {
  type AllenSession,
  EVERY_UNIT,
  type OpenSessionOptions,
  openSessionFile,
  type UnitFilters,
} from "@crossprobe/allen-adapter/session";
import { LocalStore } from "@crossprobe/storage/node";
import { type Cells, type Frame, ours, type Recorded, theirs } from "./allen-session-frames.js";
import { GOLDEN, type Subject, type Topic, withoutSentinels } from "./allen-session-subject.js";

async function bare<Value>(
  { id }: Subject,
  use: (session: AllenSession) => Promise<Value>,
  options: OpenSessionOptions = {},
): Promise<Value> {
  const session = await openSessionFile(new LocalStore(`${GOLDEN}/cache/session_${id}`), `session_${id}.nwb`, options);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

type BareCalls = Readonly<Record<string, Recorded<Frame>>>;
const FILE = "bare_path.json";
const IDS = "unit ids kept by filters, in order";
const DORSAL = "dorsal_ventral_ccf_coordinate";

/** The dorsal-ventral coordinate absent throughout, where the file repeats the left-right one. */
function withoutRepeatedAxis(cells: Cells): Cells {
  const [dorsal = [], lateral = []] = [cells.columns[DORSAL], cells.columns.left_right_ccf_coordinate];
  const isRepeated = dorsal.every((value, row) => value === lateral[row]);
  if (!isRepeated) return cells;
  return { ...cells, columns: { ...cells.columns, [DORSAL]: dorsal.map(() => null) } };
}

const noRate = (cell: unknown) => (cell === 0 ? null : cell);

const FILTERS: Readonly<Record<string, UnitFilters>> = {
  default: {},
  "presence_ratio_minimum=0.9": { presenceRatioMinimum: 0.9 },
  "presence_ratio_minimum=None": { presenceRatioMinimum: null },
  "isi_violations_maximum=None": { isiViolationsMaximum: null },
  "filter_by_validity=False": { byValidity: false },
  "filter_out_of_brain_units=False": { inBrain: false },
};

/** Filters whose meaning differs: a bound of none keeps a unit whose metric is missing, and 0 is a bound. */
const OTHER_FILTERS: Readonly<Record<string, UnitFilters>> = {
  "all three None": { amplitudeCutoffMaximum: null, presenceRatioMinimum: null, isiViolationsMaximum: null },
  "amplitude_cutoff_maximum=None": { amplitudeCutoffMaximum: null },
  "amplitude_cutoff_maximum=0 (treated as no bound)": { amplitudeCutoffMaximum: 0 },
  "isi_violations_maximum=0 (treated as no bound)": { isiViolationsMaximum: 0 },
  "filter_by_validity=False, filter_out_of_brain_units=False, all three None": EVERY_UNIT,
};

function recordedIds(subject: Subject): Readonly<Record<string, Recorded<number[]>>> {
  return subject.file<Readonly<Record<string, Readonly<Record<string, Recorded<number[]>>>>>>(FILE)[IDS] ?? {};
}

async function unitIds(subject: Subject, filters: UnitFilters): Promise<readonly number[]> {
  return bare(subject, async (session) => Array.from((await session.units()).columns.get("id") as Float64Array), {
    filters,
  });
}

/** What the bounds keep of every unit of the file, by the plain reading of the bounds. */
async function keptBy(subject: Subject, filters: UnitFilters): Promise<readonly number[]> {
  const others = { ...EVERY_UNIT, byValidity: filters.byValidity ?? true, inBrain: filters.inBrain ?? true };
  return bare(
    subject,
    async (session) => {
      const { columns, rowCount } = await session.units();
      const cell = (name: string, row: number) => Number(columns.get(name)?.[row]);
      const bound = (value: number | null | undefined, standard: number) => (value === undefined ? standard : value);
      const cutoff = bound(filters.amplitudeCutoffMaximum, 0.1);
      const presence = bound(filters.presenceRatioMinimum, 0.95);
      const violations = bound(filters.isiViolationsMaximum, 0.5);
      const rows = Array.from({ length: rowCount }, (_, row) => row).filter(
        (row) =>
          (cutoff === null || cell("amplitude_cutoff", row) <= cutoff) &&
          (presence === null || cell("presence_ratio", row) >= presence) &&
          (violations === null || cell("isi_violations", row) <= violations),
      );
      return rows.map((row) => cell("id", row));
    },
    { filters: others },
  );
}

/** What the same files give without the tables of a cache. */
export const BARE_TOPICS: readonly Topic[] = [
  {
    name: "from_nwb_path: channels",
    reason:
      "a dorsal-ventral coordinate that repeats the left-right one is absent (AllenSDK issue 2776), as are -1000, -1 and 0",
    compare: async (s) => {
      const other = theirs(s.file<BareCalls>(FILE).channels?.value);
      const mine = await bare(s, async (session) => ours(await session.channels()));
      return { theirs: other, ours: mine, repaired: withoutSentinels(withoutRepeatedAxis(other)) };
    },
  },
  {
    name: "from_nwb_path: units",
    reason: "as channels; `waveform_halfwidth` of the file is kept, rates of 0 are absent",
    compare: async (s) => {
      const other = theirs(s.file<BareCalls>(FILE).units?.value);
      const mine = await bare(s, async (session) => ours(await session.units()));
      const repaired = withoutSentinels(withoutRepeatedAxis(other));
      const columns: Record<string, readonly unknown[]> = { ...repaired.columns };
      for (const name of ["probe_sampling_rate", "probe_lfp_sampling_rate"])
        columns[name] = (columns[name] ?? []).map(noRate);
      columns.waveform_halfwidth = mine.columns.waveform_halfwidth ?? [];
      return { theirs: other, ours: mine, repaired: { ...repaired, columns } };
    },
  },
  {
    name: "from_nwb_path: structure_acronyms, structurewise_unit_counts, channel_structure_intervals",
    reason: "labels of the file are used; AllenSDK raises KeyError",
    compare: async (s) => {
      const calls = s.file<BareCalls>(FILE);
      const names = ["structure_acronyms", "structurewise_unit_counts", "channel_structure_intervals"];
      const read = async (session: AllenSession) => {
        const ids = Array.from((await session.channels()).columns.get("id") as Float64Array);
        return [
          await session.structureAcronyms(),
          (await session.structurewiseUnitCounts()).map(({ unitCount }) => unitCount),
          await session.channelStructureIntervals(ids),
        ];
      };
      // With the cache the labels are the same ones, from channels.csv.
      return {
        theirs: names.map((name) => calls[name]?.raises?.type),
        ours: await bare(s, read),
        repaired: await read(s.session),
      };
    },
  },
  {
    name: "from_nwb_path: unit filters",
    compare: async (s) => {
      const recorded = recordedIds(s);
      const [other, mine]: [unknown[], unknown[]] = [[], []];
      for (const [call, filters] of Object.entries(FILTERS)) {
        other.push([call, recorded[call]?.value]);
        mine.push([call, await unitIds(s, filters)]);
      }
      return { theirs: other, ours: mine };
    },
  },
  {
    name: "from_nwb_path: unit filters of None and 0",
    reason: "no bound keeps units whose metric is missing, and 0 is a bound",
    compare: async (s) => {
      const recorded = recordedIds(s);
      const [other, mine, repaired]: [unknown[], unknown[], unknown[]] = [[], [], []];
      for (const [call, filters] of Object.entries(OTHER_FILTERS)) {
        other.push([call, recorded[call]?.value]);
        mine.push([call, await unitIds(s, filters)]);
        repaired.push([call, await keptBy(s, filters)]);
        // A missing metric is all that the plain reading adds to what AllenSDK keeps; 0 drops, and adds nothing.
        const extra = (await keptBy(s, filters)).filter((id) => !recorded[call]?.value?.includes(id));
        if (call.includes("None") ? extra.length > 1 : extra.length > 0) throw new Error(`${call}: ${extra}`);
      }
      return { theirs: other, ours: mine, repaired };
    },
  },
  {
    name: "from_nwb_path: channels with filter_by_validity=False",
    compare: async (s) => {
      type Facts = { columns: string[]; rowCount: number; valid_data: boolean[] };
      const calls = s.file<Readonly<Record<string, Recorded<Facts>>>>(FILE);
      const other = calls["channels with filter_by_validity=False"]?.value;
      const mine = await bare(s, (session) => session.channels(), { filters: { byValidity: false } });
      return {
        theirs: [[...(other?.columns ?? [])].sort(), other?.rowCount, other?.valid_data],
        ours: [
          [...mine.columns.keys()].filter((name) => name !== "id").sort(),
          mine.rowCount,
          mine.columns.get("valid_data"),
        ],
      };
    },
  },
  {
    name: "from_nwb_path: get_lfp; get_lfp, get_current_source_density of a cache",
    reason: "no part of a session file: read from the probe's own file",
    compare: async (s) => ({ theirs: s.file<BareCalls>(FILE).get_lfp?.raises?.type, ours: null, repaired: null }),
  },
];
