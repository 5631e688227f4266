import {
  type ArrayFacts,
  type Frame,
  interleave,
  ours,
  type Recorded,
  sha256,
  theirs,
} from "./allen-session-frames.js";
import { mapValues, npy, recorded, type Topic } from "./allen-session-subject.js";

/** Running, eye, light pulses, spans not to use, and structures along channels. */
export const SIGNAL_TOPICS: readonly Topic[] = [
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
