import type { RefKind, RowKind } from "@crossprobe/core";

/** What a column of the catalogue means. */
export interface ColumnMeaning {
  readonly name: string;
  readonly type: "number" | "text" | "flag";
  /** Whole numbers. */
  readonly isInteger?: boolean;
  readonly unit: string | null;
  readonly title: string;
}

const number = (name: string, title: string, unit: string | null = null): ColumnMeaning => ({
  ...{ name, type: "number", unit, title },
});
const count = (name: string, title: string): ColumnMeaning => ({ ...number(name, title), isInteger: true });
const text = (name: string, title: string): ColumnMeaning => ({ name, type: "text", unit: null, title });
const flag = (name: string, title: string): ColumnMeaning => ({ name, type: "flag", unit: null, title });

const SESSION = [
  text("subject", "the animal, as the source writes it"),
  text("lab", "laboratory"),
  text("startTime", "ISO 8601, as precise as the source states"),
  text("paradigm", "what the animal did, such as task.decision"),
  text("sessionType", "what the source calls the kind of session or task"),
  text("sex", "M or F"),
  number("ageDays", "age at the session", "d"),
  text("genotype", "as the source writes it"),
  flag("hasPupil", "whether there is a measurement of the pupil to read"),
];

const PROBE = [
  text("label", "the source's name of the probe"),
  text("model", "hardware, as the source names it"),
  flag("hasLfp", "whether there is an LFP to read"),
  flag("hasWaveforms", "whether there are waveforms to read"),
];

const PLACE = [
  text("region", "acronym of the region in the mapping of the question; absent where the mapping has none"),
  text("labelRegion", "acronym of the structure that the source assigns"),
  text("granularity", "how fine that label is: layer, area, or parent, which is missing information"),
  text("regionAbsent", "why the source assigns none"),
  number("ap", "CCF, front to back", "um"),
  number("dv", "CCF, top to bottom", "um"),
  number("ml", "CCF, left to right", "um"),
  text("hemisphere", "left or right, from the ML coordinate"),
  number("distanceFromTipUm", "along the probe, from its tip", "um"),
];

/** Columns of each table, in the order in which they are shown; those of metrics and rules follow them for units. */
export const COLUMNS: Readonly<Record<RowKind, readonly ColumnMeaning[]>> = {
  sessions: [text("session", "reference"), ...SESSION, count("probeCount", "probes that the source lists")],
  probes: [
    text("probe", "reference"),
    text("session", "reference of its session"),
    ...PROBE,
    count("channelCount", "rows of the channel table"),
    count("unitCount", "rows of the unit table"),
    ...SESSION,
  ],
  channels: [
    text("channel", "reference"),
    text("probe", "reference of its probe"),
    text("session", "reference of its session"),
    ...PLACE,
    count("siteIndex", "site on the probe, tip first"),
    number("lateralUm", "across the probe", "um"),
    text("quality", "the source's verdict on the signal"),
    ...PROBE,
    ...SESSION,
  ],
  units: [
    text("unit", "reference"),
    text("probe", "reference of its probe"),
    text("session", "reference of its session"),
    ...PLACE,
    text("uuid", "identity that survives another sorting revision"),
    text("peakChannel", "reference of the channel with the largest waveform"),
    count("spikeCount", "as the source states it"),
    number("firingRate", "as the source states it; its denominator is the source's", "Hz"),
    text("firingRateSource", "the column that the rate was read from, and its definition"),
    ...PROBE,
    ...SESSION,
  ],
};

/** Columns that every table begins with. */
export const DATASET_COLUMNS = [
  text("dataset", "name of the dataset in references"),
  text("release", "release of the dataset, as its sources say"),
];

/** Columns stored with the rows of a table; others belong to its session or probe, or follow from the label. */
export const OWN_COLUMNS: Readonly<Record<RowKind, readonly string[]>> = {
  sessions: ["id", ...SESSION.map(({ name }) => name), "probeCount"],
  probes: ["id", "sessionRow", ...PROBE.map(({ name }) => name), "channelCount", "unitCount"],
  channels: [
    ...["id", "probeRow", "labelRegion", "regionAbsent", "ap", "dv", "ml", "hemisphere", "distanceFromTipUm"],
    ...["siteIndex", "lateralUm", "quality"],
  ],
  units: [
    ...["id", "probeRow", "labelRegion", "regionAbsent", "ap", "dv", "ml", "hemisphere", "distanceFromTipUm"],
    ...["uuid", "peakChannelId", "spikeCount", "firingRate", "firingRateSource"],
  ],
};

/** Column of a unit's verdict by a rule. */
export const verdictColumn = (rule: string): string => `quality.${rule}`;

/** What a column of a table holds: one of the layout, a verdict, or else a metric. */
export function typeOfColumn(name: string, kind: RowKind): ColumnMeaning["type"] {
  const known = COLUMNS[kind].find((column) => column.name === name);
  return known?.type ?? (name.startsWith(verdictColumn("")) ? "flag" : "number");
}

/** Where a column that a question names is stored: in which table, under which name, and whether it holds ids of references. */
export interface ColumnOwner {
  readonly kind: RowKind;
  readonly name: string;
  readonly refKind?: RefKind;
}

const REFERENCES: Readonly<Record<string, ColumnOwner>> = {
  session: { kind: "sessions", name: "id", refKind: "session" },
  probe: { kind: "probes", name: "id", refKind: "probe" },
  channel: { kind: "channels", name: "id", refKind: "channel" },
  unit: { kind: "units", name: "id", refKind: "unit" },
  peakChannel: { kind: "units", name: "peakChannelId", refKind: "channel" },
};

const isAmong = (columns: readonly ColumnMeaning[], name: string): boolean =>
  columns.some((column) => column.name === name);

/** The owner of a column as rows of a kind have it. A name that is no column is taken for one of the rows themselves. */
export function ownerOf(column: string, kind: RowKind): ColumnOwner {
  const reference = REFERENCES[column];
  if (reference !== undefined) return reference;
  if (kind !== "sessions" && isAmong(SESSION, column)) return { kind: "sessions", name: column };
  if (kind !== "sessions" && isAmong(PROBE, column)) return { kind: "probes", name: column };
  return { kind, name: column };
}
