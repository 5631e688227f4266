import { assignRegion } from "@crossprobe/analysis";
import { findRegion, MAPPINGS, type Mapping } from "@crossprobe/atlas";
import type { AbsentReason, RegionLabel } from "@crossprobe/core";
import { type Command, Option } from "commander";
import { type CommandContext, type CommonOptions, unanswered, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { textTable } from "../output/table.js";
import { type FileColumn, resolveOut, writeRows } from "../output/write-rows.js";
import { parseOutFile } from "../output/write-table.js";
import { plural, probesInScope, readEach } from "./listing.js";
import { answeringDatasets } from "./modality-scope.js";
import { defineRegionsSearch } from "./regions-search.js";
import { defineRegionsShow, showRegion } from "./regions-show.js";
import { defineRegionsTree } from "./regions-tree.js";

interface Options extends CommonOptions {
  readonly mapping: Mapping;
  readonly out?: string;
}

export const regionsCommand: CommandDefinition = {
  example: "regions --mapping cosmos",
  examples: {
    search: "regions search primary visual",
    tree: "regions tree HPF --mapping beryl",
    show: "regions show CA1",
  },
  isWithoutSources: ["search", "tree", "show"],
  define: (command, act) => {
    command
      .command("list", { isDefault: true })
      .description("list the regions with channels or units in the sources (if nothing else is said)")
      .argument("[structure]", "describe this structure instead, as show does")
      .addOption(new Option("--mapping <name>", "how fine the regions are").choices(MAPPINGS).default("beryl"))
      .option(
        "--out <file>",
        "write the list, a row a region and dataset: .csv or .parquet",
        parseOutFile("csv", "parquet"),
      )
      .action((structure: string | undefined, options: Options, own: Command) => {
        if (structure !== undefined && options.out !== undefined) {
          own.error("error: --out writes the list of regions; leave out the structure");
        }
        act(async (io) =>
          structure === undefined
            ? withHub(io, options, (context) => list(context, options))
            : showRegion(io, structure, options),
        );
      });
    defineRegionsSearch(command, act);
    defineRegionsTree(command, act);
    defineRegionsShow(command, act);
  },
};

interface RegionCounts {
  channels: number;
  units: { total: number; passing: number };
}

const NONE: RegionCounts = { channels: 0, units: { total: 0, passing: 0 } };

/** A region, or what is in none (`kind`), in one dataset; `units` is null where the dataset has no units. */
interface RegionRow {
  readonly mapping: Mapping;
  readonly kind: string;
  readonly region: string | null;
  readonly id: number | null;
  readonly name: string | null;
  readonly dataset: string;
  readonly channels: number;
  readonly units: RegionCounts["units"] | null;
}

/** Columns of `regions --out`. */
const COLUMNS: readonly FileColumn<RegionRow>[] = [
  { name: "mapping", type: "string", of: ({ mapping }) => mapping },
  { name: "kind", type: "string", of: ({ kind }) => kind },
  { name: "regionAcronym", type: "string", of: ({ region }) => region },
  { name: "regionId", type: "int32", of: ({ id }) => id },
  { name: "regionName", type: "string", of: ({ name }) => name },
  { name: "dataset", type: "string", of: ({ dataset }) => dataset },
  { name: "channels", type: "int32", of: ({ channels }) => channels },
  { name: "unitsTotal", type: "int32", of: ({ units }) => units?.total ?? null },
  { name: "unitsPassing", type: "int32", of: ({ units }) => units?.passing ?? null },
];

type CountsByDataset = Record<string, RegionCounts>;

async function list(context: CommandContext, { mapping, out }: Options): Promise<void> {
  const path = await resolveOut(context, out);
  const { byRegion, unmapped, unregistered, answering, unitless } = await countRegions(context, mapping);
  const rows = [...byRegion]
    .map(([acronym, datasets]) => ({ region: findRegion(acronym), datasets }))
    .flatMap(({ region, datasets }) => (region === undefined ? [] : [{ region, datasets }]))
    .sort((a, b) => a.region.order - b.region.order)
    .map(({ region, datasets }) => ({ region: region.acronym, id: region.id, name: region.name, datasets }));
  const counts = { regions: rows.length };
  if (path !== undefined) {
    const all = [
      ...rows.map((row) => ({ ...row, kind: "region" })),
      { kind: "unmapped", region: null, id: null, name: null, datasets: unmapped },
      { kind: "unregistered", region: null, id: null, name: null, datasets: unregistered },
    ];
    const flat = all.flatMap(({ datasets, ...row }) =>
      answering.map((dataset) => {
        const { channels, units } = datasets[dataset] ?? NONE;
        return { mapping, ...row, dataset, channels, units: unitless.includes(dataset) ? null : units };
      }),
    );
    await writeRows(path, COLUMNS, flat);
  }
  if (context.isJson) {
    const written = path !== undefined && { out: path };
    context.io.out(toJson({ mapping, rows, counts, unmapped, unregistered, ...written }));
    return;
  }
  const summary = `${plural(rows.length, "region")} of the ${mapping} mapping`;
  if (path !== undefined) {
    context.note(`${summary} written to ${path}`);
    return;
  }
  const datasets = context.hub.datasets().map(({ id }) => id);
  const cells = (found: CountsByDataset) =>
    datasets.flatMap((id) => [
      `${found[id]?.channels ?? 0}`,
      `${found[id]?.units.passing ?? 0}/${found[id]?.units.total ?? 0}`,
    ]);
  const text = rows.map((row) => [row.region, row.name, ...cells(row.datasets)]);
  text.push(
    ["unmapped", "outside this mapping", ...cells(unmapped)],
    ["unregistered", "without a label", ...cells(unregistered)],
  );
  const titles = datasets
    .flatMap((id) => [`${id} ch`, `${id} units`])
    .map((title) => ({ title, align: "right" as const }));
  context.io.out(
    textTable([{ title: "region", isWhole: true }, { title: "name" }, ...titles], text, context.io.columns),
  );
  context.note(`${summary}; ch: channels; units as passing/all`);
}

async function countRegions(context: CommandContext, mapping: Mapping) {
  const byRegion = new Map<string, CountsByDataset>();
  const unmapped: CountsByDataset = {};
  const unregistered: CountsByDataset = {};
  const bucket = (
    row: { region: RegionLabel | null; regionAbsent: AbsentReason | null },
    dataset: string,
  ): RegionCounts => {
    const assignment = assignRegion(row, mapping);
    let home = assignment.kind === "unmapped" ? unmapped : unregistered;
    if (assignment.kind === "mapped") {
      home = byRegion.get(assignment.region.acronym) ?? {};
      byRegion.set(assignment.region.acronym, home);
    }
    home[dataset] ??= { channels: 0, units: { total: 0, passing: 0 } };
    return home[dataset];
  };
  const datasets = await answeringDatasets(context, "channels", {});
  const unitless = await unanswered(context, ["units"]);
  for (const [dataset, { units }] of Object.entries(unitless)) {
    if (datasets.includes(dataset)) context.note(`note: no units from ${dataset}: ${units}`);
  }
  const probes = (await probesInScope(context, {})).filter(({ dataset }) => datasets.includes(dataset));
  await readEach(context, probes, async (probe) => {
    const rule = context.hub.dataset(probe.dataset).rules[0]?.id ?? "";
    for (const channel of (await context.hub.channels(probe, { signal: context.io.signal })).rows)
      bucket(channel, probe.dataset).channels++;
    if (unitless[probe.dataset] !== undefined) return;
    for (const unit of (await context.hub.unitTable(probe, { signal: context.io.signal })).rows) {
      const { units } = bucket(unit, probe.dataset);
      units.total++;
      if (unit.quality[rule] === true) units.passing++;
    }
  });
  return { byRegion, unmapped, unregistered, answering: datasets, unitless: Object.keys(unitless) };
}
