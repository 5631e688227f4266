import { unitRate } from "@crossprobe/analysis";
import { type ProbeRef, QueryError, type Unit } from "@crossprobe/core";
import { parseCount } from "../arguments.js";
import { collecting, collectValue } from "../collect-value.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { formatNumber, groupedTable } from "../output/table.js";
import { resolveOut, writeRows } from "../output/write-rows.js";
import { parseOutFile } from "../output/write-table.js";
import { countByDataset, groupRows, plural, probeHeading, probesInScope, readEach, splitRef } from "./listing.js";
import { answeringDatasets } from "./modality-scope.js";
import { noteNotices } from "./notices.js";
import { regionFilter, regionText } from "./region-filter.js";
import { addScopeOptions, type Scope } from "./scope.js";
import { unitColumns } from "./unit-columns.js";
import { checkConditions, parseUnitCondition, type UnitCondition } from "./unit-condition.js";

interface Options extends CommonOptions, Scope {
  readonly region?: readonly string[];
  readonly passing?: boolean;
  readonly rule?: string;
  readonly where?: readonly UnitCondition[];
  readonly spikes?: boolean;
  readonly limit?: number;
  readonly out?: string;
}

export const unitsCommand: CommandDefinition = {
  example: "units --region CA1 --passing",
  define: (command, act) =>
    void addScopeOptions(command, "dataset", "session", "probe")
      .option("--region <acronym>", "only this structure and those below it (repeatable)", collectValue)
      .option("--passing", "only units that pass their dataset's published rule")
      .option("--rule <id>", "only units that pass this published rule, by its id")
      .option(
        "--where <condition>",
        "only units whose number meets a bound, such as 'firingRate>=4' (repeatable)",
        collecting(parseUnitCondition),
      )
      .option("--spikes", "read the spikes: count and rate are computed instead of the source's")
      .option("--limit <count>", "at most so many", parseCount)
      .option("--out <file>", "write them: .csv or .parquet", parseOutFile("csv", "parquet"))
      .action((options: Options) => act((io) => withHub(io, options, (context) => run(context, options)))),
};

async function run(context: CommandContext, options: Options): Promise<void> {
  const path = await resolveOut(context, options.out);
  const passesRegion = regionFilter(options.region);
  const datasets = await answeringDatasets(context, "units", options);
  if (options.spikes) await answeringDatasets(context, "spikes", options);
  const limit = options.limit ?? Infinity;
  const rows: Unit[] = [];
  const selection = new UnitSelection(context, options, passesRegion);
  const probes = (await probesInScope(context, options)).filter(({ dataset }) => datasets.includes(dataset));
  await readEach(context, probes, async (probe) => {
    if (rows.length >= limit) return;
    const { rows: all, notices } = await context.hub.unitTable(probe, { signal: context.io.signal });
    noteNotices(context, notices);
    const found = all.filter((unit) => selection.includes(unit));
    const kept = found.slice(0, limit - rows.length);
    rows.push(...(options.spikes ? await withComputedRates(context, probe, kept) : kept));
  });
  selection.check();
  const passing = rows.filter(
    ({ ref, quality }) => quality[context.hub.dataset(ref.dataset).rules[0]?.id ?? ""] === true,
  );
  const counts = {
    ...{ units: rows.length, passing: passing.length },
    ...{ byDataset: countByDataset(rows), passingByDataset: countByDataset(passing) },
  };
  const ruleOf = ({ ref }: Unit) => context.hub.dataset(ref.dataset).rules[0];
  if (path !== undefined) await writeRows(path, unitColumns(ruleOf), rows);
  if (context.isJson) context.io.out(toJson({ rows, counts, ...(path !== undefined && { out: path }) }));
  else if (path === undefined) printTable(context, rows);
  const written = path === undefined ? "" : `, written to ${path}`;
  if (!context.isJson) context.note(`${plural(rows.length, "unit")}, ${passing.length} of them passing${written}`);
}

/** Which units the options ask for, and whether any unit had what they ask about. */
class UnitSelection {
  readonly #context: CommandContext;
  readonly #options: Options;
  readonly #passesRegion: (region: Unit["region"]) => boolean;
  readonly #known = new Set<string>();
  readonly #metrics = new Set<string>();
  #tested = 0;

  constructor(context: CommandContext, options: Options, passesRegion: (region: Unit["region"]) => boolean) {
    this.#context = context;
    this.#options = options;
    this.#passesRegion = passesRegion;
    if (options.rule === undefined) return;
    const rules = context.hub.datasets().flatMap(({ rules }) => rules.map(({ id }) => id));
    if (rules.includes(options.rule)) return;
    throw new QueryError(`there is no rule ${options.rule}`, { hint: `there are: ${rules.join(", ")}` });
  }

  includes(unit: Unit): boolean {
    const { passing, rule, where = [] } = this.#options;
    if (where.length > 0) this.#note(unit, where);
    const published = this.#context.hub.dataset(unit.ref.dataset).rules[0]?.id ?? "";
    return (
      this.#passesRegion(unit.region) &&
      (!passing || unit.quality[published] === true) &&
      (rule === undefined || unit.quality[rule] === true) &&
      where.every(({ isMet }) => isMet(unit))
    );
  }

  /** @throws {@link QueryError} for a condition on what none of the units had */
  check(): void {
    if (this.#tested > 0) checkConditions(this.#options.where ?? [], this.#known, this.#metrics);
  }

  #note(unit: Unit, where: readonly UnitCondition[]): void {
    this.#tested++;
    for (const { field, isKnown } of where) if (isKnown(unit)) this.#known.add(field);
    for (const name in unit.metrics) this.#metrics.add(name);
  }
}

/** Count and rate from the spikes themselves; the source's own stay in `metrics`. */
async function withComputedRates(context: CommandContext, probe: ProbeRef, units: readonly Unit[]): Promise<Unit[]> {
  if (units.length === 0) return [];
  const spikes = await context.hub.spikes(probe, { units: units.map(({ ref }) => ref), signal: context.io.signal });
  noteNotices(context, spikes.notices);
  return units.map((unit, index) => {
    const { rate, kind, seconds } = unitRate(spikes, index);
    const spikeCount = (spikes.offsets[index + 1] ?? 0) - (spikes.offsets[index] ?? 0);
    if (rate === null) return { ...unit, spikeCount, firingRate: null, firingRateSource: null };
    return { ...unit, spikeCount, firingRate: rate, firingRateSource: `computed: spikes over ${seconds} s (${kind})` };
  });
}

function printTable(context: CommandContext, rows: readonly Unit[]): void {
  const rules = ({ quality }: Unit) => Object.keys(quality).map((rule) => `passes: ${rule}`);
  const groups = groupRows(
    rows,
    (unit) => probeHeading(unit.ref, unit.probe, ...rules(unit)),
    ({ ref, ccf, spikeCount, firingRate, quality, ...unit }) => [
      ...[splitRef(ref).rest, regionText(unit), formatNumber(ccf?.ap), formatNumber(ccf?.dv), formatNumber(ccf?.ml)],
      ...[formatNumber(spikeCount), formatNumber(firingRate), Object.values(quality).map(verdict).join(" ")],
    ],
  );
  const numbers = right("AP um", "DV um", "ML um", "spikes", "rate Hz");
  const titles = [{ title: "unit", isWhole: true }, { title: "region" }, ...numbers, { title: "passes" }];
  context.io.out(groupedTable(titles, groups, context.io.columns));
}

function verdict(passes: boolean | null): string {
  return passes === null ? "?" : passes ? "yes" : "no";
}

function right(...titles: readonly string[]) {
  return titles.map((title) => ({ title, align: "right" as const }));
}
