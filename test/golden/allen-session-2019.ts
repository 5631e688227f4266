import { type AllenSession, openSessionFile } from "@crossprobe/allen-adapter/session";
import { LocalStore } from "@crossprobe/storage/node";
import {
  type ArrayFacts,
  type Cells,
  type Frame,
  mapCells,
  ours,
  type Recorded,
  sha256,
  theirs,
} from "./allen-session-frames.js";
import { GOLDEN, type Subject, type Topic, withoutSentinels } from "./allen-session-subject.js";

/** The session of the 2019 layout, opened without a cache as AllenSDK 1.1.1 was. */
export async function openOldSubject(): Promise<Subject> {
  const store = new LocalStore(`${GOLDEN}/cache/session_900000003`);
  const { readFileSync } = await import("node:fs");
  return {
    id: 900_000_003,
    session: await openSessionFile(store, "session_900000003.nwb"),
    file: (name) => JSON.parse(readFileSync(`${GOLDEN}/expected/session_900000003/by_1_1_1/${name}`, "utf8")),
  };
}

function recorded<Value>(subject: Subject, call: string): Value {
  const found = subject.file<Readonly<Record<string, Recorded<Value>>>>("session.json")[call];
  if (found?.value === undefined) throw new Error(`no value of ${call}`);
  return found.value;
}

/** Columns under today's names. */
function rename(cells: Cells, names: Readonly<Record<string, string>>): Cells {
  const entries = Object.entries(cells.columns).map(([name, column]) => [names[name] ?? name, column] as const);
  return { ...cells, columns: Object.fromEntries(entries) };
}

/** Only the columns that the other side has. */
function common(cells: Cells, other: Cells): Cells {
  const entries = Object.entries(cells.columns).filter(([name]) => name in other.columns);
  return { ...cells, columns: Object.fromEntries(entries) };
}

const emptyAsAbsent = (cell: unknown) => (cell === "" ? null : cell);
const CHANNEL_NAMES = { local_index: "probe_channel_number" };
const UNIT_NAMES = { local_index_unit: "local_index", channel_local_index: "probe_channel_number" };

async function unitIds(session: AllenSession): Promise<readonly number[]> {
  return Array.from((await session.units()).columns.get("id") as Float64Array);
}

/** What AllenSDK 1.1.1 computes from a file of 2019. */
export const OLD_TOPICS: readonly Topic[] = [
  {
    name: "2019: probes",
    reason: "a location of no text is absent",
    compare: async (s) => {
      const other = theirs(recorded<Frame>(s, "probes"));
      return { theirs: other, ours: ours(await s.session.probes()), repaired: mapCells(other, emptyAsAbsent) };
    },
  },
  {
    name: "2019: channels",
    reason: "`probe_channel_number` for `local_index`, as in 2020; coordinates of -1000 are absent",
    compare: async (s) => {
      const other = theirs(recorded<Frame>(s, "channels"));
      const repaired = rename(withoutSentinels(other), CHANNEL_NAMES);
      return { theirs: other, ours: common(ours(await s.session.channels()), repaired), repaired };
    },
  },
  {
    name: "2019: units",
    reason: "the names of 2020; coordinates of -1000 are absent",
    compare: async (s) => {
      const other = theirs(recorded<Frame>(s, "units"));
      const repaired = mapCells(rename(withoutSentinels(other), UNIT_NAMES), emptyAsAbsent, "location");
      return { theirs: other, ours: common(ours(await s.session.units()), repaired), repaired };
    },
  },
  ...(["stimulus_presentations", "stimulus_conditions"] as const).map(
    (name): Topic => ({
      name: `2019: ${name}`,
      compare: async (s) => {
        const table =
          name === "stimulus_conditions" ? s.session.stimulusConditions() : s.session.stimulusPresentations();
        return { theirs: theirs(recorded<Frame>(s, name)), ours: ours(await table) };
      },
    }),
  ),
  {
    name: "2019: get_stimulus_epochs, inter_presentation_intervals, stimulus_names",
    compare: async (s) => {
      const gaps = recorded<Frame>(s, "inter_presentation_intervals");
      const mine = ours(await s.session.presentationIntervals()).columns;
      return {
        theirs: [
          theirs(recorded<Frame>(s, "get_stimulus_epochs()")),
          gaps.data.interval,
          recorded(s, "stimulus_names"),
        ],
        ours: [ours(await s.session.stimulusEpochs()), mine.interval, await s.session.stimulusNames()],
      };
    },
  },
  {
    name: "2019: running_speed",
    compare: async (s) => {
      const facts = recorded<{ arrays: Record<string, ArrayFacts> }>(s, "running_speed").arrays;
      const { columns } = await s.session.runningSpeed();
      const names = Object.keys(facts);
      return {
        theirs: names.map((name) => facts[name]?.sha256),
        ours: names.map((name) => sha256(columns.get(name) as Float64Array)),
      };
    },
  },
  {
    name: "2019: optogenetic_stimulation_epochs, invalid_times",
    reason: "the column `name` is `stimulus_name`, as in 2020",
    compare: async (s) => {
      const pulses = theirs(recorded<Frame>(s, "optogenetic_stimulation_epochs"));
      const invalid = theirs(recorded<Frame>(s, "invalid_times"));
      const mine = (await s.session.lightPulses()).value;
      return {
        theirs: [pulses, invalid],
        ours: [mine && ours(mine), ours(await s.session.invalidTimes())],
        repaired: [rename(pulses, { name: "stimulus_name" }), invalid],
      };
    },
  },
  {
    name: "2019: metadata, rig, structure counts",
    compare: async (s) => {
      const names = ["specimen_name", "session_type", "full_genotype", "sex", "age_in_days", "ecephys_session_id"];
      const geometry = theirs(recorded<Frame>(s, "rig_geometry_data")).columns;
      const { specimenName, sessionType, genotype, sex, ageDays, sessionId, startTime } = await s.session.identity();
      const rig = (await s.session.rig()).value;
      const positions = rig && ours(rig.geometry, "axis").columns;
      const columns = ["monitor_position_mm", "monitor_rotation_deg", "camera_position_mm", "camera_rotation_deg"];
      const counts = (await s.session.structurewiseUnitCounts()).map(({ acronym, unitCount }) => [acronym, unitCount]);
      return {
        theirs: [
          ...[names.map((name) => recorded(s, name)), Date.parse(recorded<string>(s, "session_start_time"))],
          ...[columns.map((name) => geometry[name]), geometry.led_position, recorded(s, "rig_equipment_name")],
          ...[recorded(s, "structurewise_unit_counts"), recorded(s, "structure_acronyms")],
        ],
        ours: [
          ...[[specimenName, sessionType, genotype, sex, ageDays, sessionId], Date.parse(startTime ?? "")],
          ...[columns.map((name) => positions?.[name]), positions?.led_position_mm, rig?.equipment],
          ...[Object.fromEntries(counts), await s.session.structureAcronyms()],
        ],
      };
    },
  },
  {
    name: "2019: spike_times, spike_amplitudes",
    reason: "sorted, and none before zero: the file keeps the sorter's order and times of -1",
    compare: async (s) => {
      const times = recorded<Record<string, ArrayFacts & { first: number[] }>>(s, "spike_times");
      const amplitudes = recorded<Record<string, ArrayFacts>>(s, "spike_amplitudes");
      const { readFileSync } = await import("node:fs");
      const { errata } = JSON.parse(readFileSync(`${GOLDEN}/errata/errata.json`, "utf8"));
      const right = errata.find(({ id }: { id: string }) => id === "negative-times").right as ArrayFacts;
      const [other, mine, repaired]: [unknown[], unknown[], unknown[]] = [[], [], []];
      for (const id of await unitIds(s.session)) {
        const [own, volts] = [await s.session.spikeTimes(id), await s.session.spikeAmplitudes(id)];
        const isSorted = own.every((time, i) => time >= 0 && (i === 0 || time >= (own[i - 1] ?? 0)));
        const isRepaired = own.length < (times[id]?.shape[0] ?? 0) || sha256(own) !== times[id]?.sha256;
        other.push([id, times[id]?.sha256, amplitudes[id]?.sha256]);
        mine.push([id, isSorted, isRepaired && own.length === volts.length, id === 950004000 && sha256(own)]);
        repaired.push([id, true, true, id === 950004000 && right.sha256]);
      }
      return { theirs: other, ours: mine, repaired };
    },
  },
  {
    name: "2019: mean_waveforms",
    reason: "`[samples, sites]` with every site of the file",
    compare: async (s) => {
      const facts = recorded<Record<string, ArrayFacts & { channel_id: number[] }>>(s, "mean_waveforms");
      const [other, mine, repaired]: [unknown[], unknown[], unknown[]] = [[], [], []];
      for (const [unit, { shape, sha256: digest, channel_id }] of Object.entries(facts)) {
        const { data, channelIds } = await s.session.meanWaveform(Number(unit));
        const [samples = 0, sites = 0] = data.shape;
        const known = channelIds.flatMap((id, site) => (id === null ? [] : [site]));
        const turned = known.flatMap((site) =>
          Array.from({ length: samples }, (_, i) => data.data[i * sites + site] ?? Number.NaN),
        );
        mine.push([sha256(Float64Array.from(turned)), known.map((site) => channelIds[site]), data.shape]);
        other.push([digest, channel_id, shape]);
        repaired.push([digest, channel_id, [shape[1], sites]]);
      }
      return { theirs: other, ours: mine, repaired };
    },
  },
  {
    name: "2019: get_pupil_data",
    reason: "whole axes as in 2020: 1.1.1 gives half heights and widths",
    compare: async (s) => {
      const facts = recorded<Record<string, ArrayFacts>>(s, "get_pupil_data");
      const pupil = (await s.session.pupil()).value;
      if (!pupil) throw new Error("no pupil");
      const columns = new Map(pupil.columns as ReadonlyMap<string, Float64Array>);
      const names = [...columns.keys()].filter((name) => name !== "time");
      const halved = (name: string) =>
        /height|width/.test(name) ? columns.get(name)?.map((value) => value / 2) : columns.get(name);
      const other = names.map((name) => facts[name]?.sha256);
      return {
        theirs: other,
        ours: names.map((name) => [
          sha256(columns.get(name) ?? new Float64Array(0)),
          sha256(halved(name) ?? new Float64Array(0)),
        ]),
        repaired: names.map((name, i) => [sha256(columns.get(name) ?? new Float64Array(0)), other[i]]),
      };
    },
  },
  {
    name: "2019: get_screen_gaze_data, get_raw_running_data",
    reason: "read too; 1.1.1 has no gaze",
    compare: async (s) => ({
      theirs: s.file<Readonly<Record<string, Recorded<unknown>>>>("session.json").get_screen_gaze_data?.raises?.type,
      ours: [
        (await s.session.gaze({ withFiltered: true })).value?.columns.size,
        (await s.session.rawRunning()).rowCount,
      ],
      repaired: [13, 953],
    }),
  },
];
