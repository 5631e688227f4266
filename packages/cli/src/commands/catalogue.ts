import type { CommandDefinition } from "../command-definition.js";
import { DATASET_REPORTS } from "../dataset-reports.js";

/** A command by name, and how to come by the rest: only the command that was asked for is read from disk. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly open: () => Promise<CommandDefinition>;
}

/** Every command of the program, in the order of its help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "Compare the embedded sample cohort (one IBL and one Allen session) and write the report.",
    open: async () => (await import("./demo.js")).demoCommand,
  },
  {
    name: "compare",
    summary: "By brain region, what do all datasets show: counts, rates, responses to visual stimuli, LFP power.",
    open: async () => (await import("./compare.js")).compareCommand,
  },
  {
    name: "sessions",
    summary: "List the sessions of every source.",
    open: async () => (await import("./sessions.js")).sessionsCommand,
  },
  {
    name: "probes",
    summary: "List the probe insertions of every source.",
    open: async () => (await import("./probes.js")).probesCommand,
  },
  {
    name: "channels",
    summary: "List channels with their region and CCF position.",
    open: async () => (await import("./channels.js")).channelsCommand,
  },
  {
    name: "units",
    summary: "List units with their region, rate and the verdict of the dataset's published rule.",
    open: async () => (await import("./units.js")).unitsCommand,
  },
  {
    name: "query",
    summary: "Ask for sessions, probes, channels or units of all datasets by region, quality, subject and more.",
    open: async () => (await import("./query.js")).queryCommand,
  },
  {
    name: "catalogue",
    summary: "Gather the tables of all sources in one file that is asked at once (catalogue build, info, verify).",
    open: async () => (await import("./catalogue-file.js")).catalogueCommand,
  },
  {
    name: "cohort",
    summary: "Save the rows that answer a question, check whether they are still the same, and say what changed.",
    open: async () => (await import("./cohort.js")).cohortCommand,
  },
  {
    name: "sql",
    summary: "Ask a saved catalogue in SQL, by DuckDB: tables sessions, probes, channels, units and regions.",
    open: async () => (await import("./sql.js")).sqlCommand,
  },
  {
    name: "aggregate",
    summary: "Write the units of all probes as one Parquet table, and their spikes as one HDF5 file.",
    open: async () => (await import("./aggregate.js")).aggregateCommand,
  },
  {
    name: "regions",
    summary: "List the regions with channels or units in the sources; search, draw and describe the atlas.",
    open: async () => (await import("./regions.js")).regionsCommand,
  },
  {
    name: "metrics",
    summary:
      "List what the metrics of units mean, or say all of one: formula, source, what it must not be compared with.",
    open: async () => (await import("./metrics.js")).metricsCommand,
  },
  {
    name: "rules",
    summary: "List the rules for good units, or count how they agree on the units of each dataset (rules confusion).",
    open: async () => (await import("./rules.js")).rulesCommand,
  },
  {
    name: "spikes",
    summary: "Read the spike times of a unit, or of every unit of a probe: seconds on the session clock.",
    open: async () => (await import("./spikes.js")).spikesCommand,
  },
  {
    name: "events",
    summary: "Read the events of a session with their attributes: seconds on the session clock.",
    open: async () => (await import("./events.js")).eventsCommand,
  },
  {
    name: "lfp",
    summary: "Describe, read, average or draw the LFP of a probe or file (lfp info, read, export, plot).",
    open: async () => (await import("./lfp.js")).lfpCommand,
  },
  {
    name: "download",
    summary:
      "Fetch files of sessions and probes, or addresses, into a folder: checked, and resumed where they stopped.",
    open: async () => (await import("./download.js")).downloadCommand,
  },
  {
    name: "inspect",
    summary: "Say what a file or folder is, what it holds and what its ALF name means.",
    open: async () => (await import("./inspect.js")).inspectCommand,
  },
  {
    name: "index",
    summary: "Index an HDF5 file, so that it is opened from far away without reading it.",
    open: async () => (await import("./index-file.js")).indexCommand,
  },
  ...DATASET_REPORTS.map((group) => ({
    name: group.dataset,
    summary: group.summary,
    open: async () => (await import("./dataset-report.js")).datasetReportCommand(group, await group.open()),
  })),
];
