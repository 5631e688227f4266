import { MAPPINGS, mapRegion, regions } from "@crossprobe/atlas";
import {
  type Condition,
  parseQuestion,
  type Question,
  type RegionSet,
  type RowKind,
  type Summary,
} from "@crossprobe/core";
import { AMOUNTS, type Draw } from "./drawn-source.js";

const ASKED = [
  "CA1",
  "HPF",
  "TH",
  "LP",
  "VIS",
  "VISp",
  "VISp2/3",
  "grey",
  "root",
  "VL",
  "CM",
  "cm",
  "fi",
  "DG",
  "Isocortex",
  "LGd",
];
const METRICS = ["alpha.snr", "alpha.firing_rate", "alpha.odd", "beta.snr", "beta.isi_violations", "gamma.snr"];
const RULES = [
  "default",
  "alpha-good@2020",
  "alpha-strict@2021",
  "beta-default@2019",
  "mine@1",
  "mine@2",
  "mine@3",
  "gamma-good@2024",
];

const SESSION_TEXTS = ["subject", "lab", "startTime", "paradigm", "sessionType", "sex", "genotype"];
const PLACED = ["region", "labelRegion", "granularity", "regionAbsent", "hemisphere"];
const PLACED_NUMBERS = ["ap", "dv", "ml", "distanceFromTipUm"];
const DATASET = ["dataset", "release"];
const BELOW_PROBE = ["probe", "session", "label", "model", "hasLfp", "hasWaveforms", ...SESSION_TEXTS, "hasPupil"];

/** Columns of each kind, by what can be done with them. */
export const GROUPABLE: Readonly<Record<RowKind, readonly string[]>> = {
  sessions: [...DATASET, "session", ...SESSION_TEXTS, "hasPupil"],
  probes: [...DATASET, ...BELOW_PROBE],
  channels: [...DATASET, "channel", "quality", ...PLACED, ...BELOW_PROBE],
  units: [...DATASET, "unit", "uuid", "peakChannel", "firingRateSource", ...PLACED, ...BELOW_PROBE],
};
export const NUMBERS: Readonly<Record<RowKind, readonly string[]>> = {
  sessions: ["ageDays", "probeCount"],
  probes: ["ageDays", "channelCount", "unitCount"],
  channels: ["ageDays", ...PLACED_NUMBERS, "siteIndex", "lateralUm"],
  units: ["ageDays", ...PLACED_NUMBERS, "spikeCount", "firingRate", ...METRICS],
};
const NOT_ASKED = new Set(["region", "granularity", "hasLfp", "hasWaveforms", "hasPupil"]);
/** A part of a value that some rows have. */
const PARTS = ["a", "LAB", "1", "-", "Sst", "/", "probe", "7", "é", "rate 1", "实"];

function regionSet(draw: Draw, depth: number): RegionSet {
  const inner = () => regionSet(draw, depth - 1);
  const some = () => Array.from({ length: 1 + draw.below(3) }, inner);
  if (depth > 0 && draw.happens(0.4))
    return draw.one([() => ({ anyOf: some() }), () => ({ allOf: some() }), () => ({ not: inner() })])();
  const mapping = draw.one(MAPPINGS);
  if (draw.happens(0.6) || mapping === "allen") return { region: draw.one(ASKED) };
  const shown = mapRegion(draw.one(regions()), mapping);
  return shown === undefined ? { region: draw.one(ASKED) } : { region: shown.acronym, mapping };
}

function bounds(draw: Draw, scale: number) {
  const end = () => (draw.happens(0.5) ? draw.one(AMOUNTS) : draw.random() * scale);
  const [min, max] = [end(), end()].sort((a, b) => a - b) as [number, number];
  return { ...(draw.happens(0.7) && { min }), ...(draw.happens(0.7) && { max }) };
}

const span = (draw: Draw, scale: number): [number, number] => {
  const low = draw.below(scale / 10) * 10;
  return [low, low + draw.below(scale / 10) * 10];
};

/** Conditions of every form that a kind can be asked, each by itself. */
export function conditionForms(draw: Draw, kind: RowKind): readonly (() => Condition)[] {
  const texts = GROUPABLE[kind].filter((name) => !NOT_ASKED.has(name));
  const forms: (() => Condition)[] = [
    () => ({ inRegion: regionSet(draw, 2) }),
    () => ({ inRegion: { region: draw.one(ASKED) } }),
    () => ({ hemisphere: draw.one(["left", "right"] as const) }),
    () => ({
      inBox: {
        ...(draw.happens(0.8) && { ap: span(draw, 10_000) }),
        ...(draw.happens(0.5) && { dv: span(draw, 7000) }),
        ...(draw.happens(0.5) && { ml: span(draw, 11_400) }),
      },
    }),
    () => ({ near: { ap: 5000, dv: draw.below(7000), ml: 5700, withinUm: 1000 + draw.below(5000) } }),
    () => ({ column: draw.one(texts), contains: draw.one(PARTS) }),
    () => ({ column: "paradigm", oneOf: ["task.decision"] }),
    () => ({ column: "lab", oneOf: draw.one([["Lab A", "labC"], ["nobody"], ["实验室"]]) }),
    () => ({ column: "dataset", oneOf: draw.one([["alpha"], ["beta", "gamma"]]) }),
    () => ({ column: draw.one(NUMBERS[kind]), ...bounds(draw, draw.one([10, 200, 10_000])) }),
    () => ({ has: draw.one(["lfp", "waveforms", "pupil"] as const) }),
  ];
  if (kind !== "units") return forms;
  const ofUnits: (() => Condition)[] = [
    ...RULES.map((rule) => () => ({ rule })),
    () => ({ metric: draw.one(METRICS), ...bounds(draw, 10) }),
  ];
  return [...forms, ...ofUnits];
}

function condition(draw: Draw, kind: RowKind, depth: number): Condition {
  const inner = () => condition(draw, kind, depth - 1);
  const some = () => Array.from({ length: 1 + draw.below(3) }, inner);
  if (depth > 0 && draw.happens(0.25)) {
    return draw.one<() => Condition>([
      () => ({ anyOf: some() }),
      () => ({ allOf: some() }),
      () => ({ not: inner() }),
    ])();
  }
  return draw.one(conditionForms(draw, kind))();
}

const few = <Value>(draw: Draw, most: number, make: () => Value) => Array.from({ length: draw.below(most + 1) }, make);

function summary(draw: Draw, kind: RowKind): Summary {
  const statistic = draw.one([
    "median",
    "mean",
    "min",
    "max",
    { quantile: 0.1 },
    { quantile: 0.75 },
    { quantile: 1 },
  ] as const);
  return { of: draw.one(NUMBERS[kind]), statistic };
}

/** A question of any kind; half of them ask for groups. */
export function drawQuestion(draw: Draw, kind: RowKind): Question {
  const groupBy = draw.happens(0.5)
    ? [...new Set([...few(draw, 2, () => draw.one(GROUPABLE[kind])), draw.one(["dataset", "lab"])])]
    : [];
  const summaries = groupBy.length > 0 ? few(draw, 3, () => summary(draw, kind)) : [];
  const sortable =
    groupBy.length > 0
      ? ["count", ...groupBy, ...summaries.map(({ of }) => of)]
      : [...GROUPABLE[kind], ...NUMBERS[kind]];
  return parseQuestion({
    ...{ kind, where: few(draw, 3, () => condition(draw, kind, 2)), policy: draw.one(["strict", "possible"]) },
    ...{ mapping: draw.one(MAPPINGS), groupBy, summaries, limit: draw.orNull(draw.below(20), 0.7) },
    sort: few(draw, 2, () => ({ by: draw.one(sortable), descending: draw.happens(0.5) })),
    columns: draw.happens(0.7) ? null : [draw.one(GROUPABLE[kind]), draw.one(NUMBERS[kind])],
  });
}
