import { confusionOf, metricsOfUnit, type RuleConfusion, recomputable, recomputeMetrics } from "@crossprobe/analysis";
import {
  evaluateRule,
  formatRef,
  type MetricDefinition,
  type ProbeRef,
  type QualityRule,
  QueryError,
  type Unit,
} from "@crossprobe/core";
import { type Command, InvalidArgumentError } from "commander";
import { collectValue } from "../collect-value.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { Run } from "../command-definition.js";
import { KNOWN_METRICS } from "../known-definitions.js";
import { toJson } from "../output/json.js";
import { groupedTable, wrapText } from "../output/table.js";
import { readRules } from "../rule-files.js";
import { plural, probesInScope, readEach } from "./listing.js";
import { answeringDatasets } from "./modality-scope.js";
import { noteNotices } from "./notices.js";
import { addScopeOptions, type Scope } from "./scope.js";

interface Options extends CommonOptions, Scope {
  readonly rules?: readonly string[];
  readonly file?: readonly string[];
  readonly recompute?: boolean;
}

/** What a rule was applied to: metrics as the source states them, or computed from spikes. */
type Basis = "native" | "recomputed";

export function defineConfusion(parent: Command, act: (run: Run) => void): void {
  const command = parent.command("confusion").description("count how rules agree on the units of each dataset");
  addScopeOptions(command, "dataset", "session", "probe")
    .option("--rules <ids>", "these rules, two or more with commas between; all if not given", parseIds)
    .option("--file <json>", "rules of your own, too: one or a list (repeatable)", collectValue)
    .option("--recompute", "compute the metrics of the rules from spikes, too")
    .action((options: Options) => act((io) => withHub(io, options, (context) => run(context, options))));
}

function parseIds(text: string): readonly string[] {
  const ids = text.split(",").map((id) => id.trim());
  if (ids.length > 1 && ids.every((id, i) => id !== "" && ids.indexOf(id) === i)) return ids;
  throw new InvalidArgumentError("Write two rules or more, each once, such as allen-default@2019,ibl-good@2023.");
}

async function run(context: CommandContext, options: Options): Promise<void> {
  const rules = chosen(await readRules(options.file ?? [], context.io.cwd), options.rules);
  const answering = await answeringDatasets(context, "units", options);
  const withSpikes = options.recompute ? await answeringDatasets(context, "spikes", options) : [];
  const needed = new Set(rules.flatMap(({ criteria }) => criteria.map(({ metric }) => metric)));
  const definitions = recomputable(KNOWN_METRICS).filter(({ id }) => needed.has(id));
  const verdicts = new Verdicts(rules);
  const probes = (await probesInScope(context, options)).filter(({ dataset }) => answering.includes(dataset));
  await readEach(context, probes, async (probe) => {
    const { rows, notices } = await context.hub.unitTable(probe, { signal: context.io.signal });
    noteNotices(context, notices);
    if (withSpikes.includes(probe.dataset)) {
      verdicts.add("recomputed", rows, await recomputed(context, probe, rows, definitions));
    }
    verdicts.add(
      "native",
      rows,
      rows.map(({ metrics }) => metrics),
    );
  });
  const tables = verdicts.tables();
  const counts = { probes: probes.length, units: verdicts.unitCount };
  if (context.isJson) context.io.out(toJson({ rules: rules.map(({ id }) => id), ...tables, counts }));
  else print(context, tables, verdicts.unitCount);
}

function chosen(known: readonly QualityRule[], ids: readonly string[] | undefined): readonly QualityRule[] {
  if (ids === undefined) return known;
  return ids.map((id) => {
    const rule = known.find((candidate) => candidate.id === id);
    if (rule !== undefined) return rule;
    throw new QueryError(`there is no rule ${id}`, { hint: `there are: ${known.map((other) => other.id).join(", ")}` });
  });
}

type Metrics = Readonly<Record<string, number | null>>;

/** Metrics of the units from their spikes, in the order of the units. */
async function recomputed(
  context: CommandContext,
  probe: ProbeRef,
  rows: readonly Unit[],
  definitions: readonly MetricDefinition[],
): Promise<readonly Metrics[]> {
  const units = rows.map(({ ref }) => ref);
  const found = await recomputeMetrics(context.hub, probe, { definitions, units, signal: context.io.signal });
  noteNotices(context, found.notices);
  const rowOf = new Map(found.units.map((ref, index) => [formatRef(ref), index]));
  return units.map((ref) => metricsOfUnit(found, rowOf.get(formatRef(ref)) ?? -1));
}

/** How two rules, or a stated verdict and its rule, agree in one dataset. */
interface Row extends RuleConfusion {
  readonly dataset: string;
  readonly metrics: Basis;
}

interface Tables {
  /** Rules beside each other. */
  readonly rows: readonly (Row & { readonly first: string; readonly second: string })[];
  /** The verdict that unit tables carry (first), as the source states it where it does, beside the same rule over metrics (second). */
  readonly stated: readonly (Row & { readonly rule: string })[];
}

/** Verdicts of every rule on every unit, by dataset and by what they rest on. */
class Verdicts {
  readonly #rules: readonly QualityRule[];
  readonly #byPlace = new Map<string, { dataset: string; metrics: Basis; units: Unit[]; values: Metrics[] }>();

  constructor(rules: readonly QualityRule[]) {
    this.#rules = rules;
  }

  add(metrics: Basis, units: readonly Unit[], values: readonly Metrics[]): void {
    for (const [i, unit] of units.entries()) {
      const { dataset } = unit.ref;
      const key = `${dataset} ${metrics}`;
      const place = this.#byPlace.get(key) ?? { dataset, metrics, units: [], values: [] };
      this.#byPlace.set(key, place);
      place.units.push(unit);
      place.values.push(values[i] ?? {});
    }
  }

  get unitCount(): number {
    return [...this.#byPlace.values()].reduce(
      (sum, { metrics, units }) => sum + (metrics === "native" ? units.length : 0),
      0,
    );
  }

  tables(): Tables {
    const places = [...this.#byPlace.values()].sort(
      (a, b) => order(a.dataset, b.dataset) || order(a.metrics, b.metrics),
    );
    const pairs = this.#rules.flatMap((first, i) => this.#rules.slice(i + 1).map((second) => [first, second] as const));
    return {
      rows: pairs.flatMap(([first, second]) =>
        places.map(({ dataset, metrics, values }) => ({
          ...{ first: first.id, second: second.id, dataset, metrics },
          ...confusionOf(
            values.map((value) => evaluateRule(first, value)),
            values.map((value) => evaluateRule(second, value)),
          ),
        })),
      ),
      stated: this.#rules.flatMap((rule) =>
        places
          .filter(({ units }) => units.some(({ quality }) => rule.id in quality))
          .map(({ dataset, metrics, units, values }) => ({
            ...{ rule: rule.id, dataset, metrics },
            ...confusionOf(
              units.map(({ quality }) => quality[rule.id] ?? null),
              values.map((value) => evaluateRule(rule, value)),
            ),
          })),
      ),
    };
  }
}

function order(first: string, second: string): number {
  return first < second ? -1 : Number(first > second);
}

const COLUMNS = [
  ...[
    { title: "dataset", isWhole: true },
    { title: "metrics", isWhole: true },
  ],
  ...["units", "both", "only A", "only B", "neither", "unknown"].map((title) => ({ title, align: "right" as const })),
];

function print({ io, note }: CommandContext, { rows, stated }: Tables, unitCount: number): void {
  const groups = [
    ...grouped(rows, ({ first, second }) => `A: ${first}  B: ${second}`),
    ...grouped(stated, ({ rule }) => `A: ${rule} as unit tables give it  B: the same over metrics`),
  ];
  io.out(groupedTable(COLUMNS, groups, io.columns));
  const isComputed = rows.some(({ metrics }) => metrics === "recomputed");
  const step = isComputed ? "" : "; --recompute computes those that spikes suffice for";
  const unknown = rows.some((row) => row.unknown > 0) ? `; unknown: without a metric that a rule needs${step}` : "";
  note(wrapText(`${plural(unitCount, "unit")}, each counted once a row${unknown}`, io.columns, "  "));
}

function grouped<Each extends Row>(rows: readonly Each[], heading: (row: Each) => string) {
  const headings = [...new Set(rows.map(heading))];
  return headings.map((text) => ({
    heading: text,
    rows: rows
      .filter((row) => heading(row) === text)
      .map(({ dataset, metrics, units, both, onlyFirst, onlySecond, neither, unknown }) => [
        ...[`  ${dataset}`, metrics],
        ...[units, both, onlyFirst, onlySecond, neither, unknown].map(String),
      ]),
  }));
}
