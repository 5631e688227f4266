import { type Frame, mapCells, ours, plain, type Recorded, theirs, toNumber } from "./allen-session-frames.js";
import {
  EVERY_SHOWN,
  frame,
  mapValues,
  QUIRKS,
  recorded,
  renamed,
  type Topic,
  withoutQuirks,
} from "./allen-session-subject.js";

/** Presentations, conditions, epochs and parameters. */
export const STIMULUS_TOPICS: readonly Topic[] = [
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
