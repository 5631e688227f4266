import { assignRegion } from "@crossprobe/analysis";
import { ancestors, descendants, findRegion, MAPPINGS, type Mapping, mapRegion, type Region } from "@crossprobe/atlas";
import { type AbsentReason, type RegionLabel, resolveRegion } from "@crossprobe/core";
import { Option } from "commander";
import { type CommandContext, type CommonOptions, unanswered, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { factLines, textTable } from "../output/table.js";
import { plural, probesInScope, readEach } from "./listing.js";
import { answeringDatasets } from "./modality-scope.js";

interface Options extends CommonOptions {
  readonly mapping: Mapping;
}

export const regionsCommand: CommandDefinition = {
  example: "regions --mapping cosmos",
  define: (command, act) =>
    void command
      .argument("[acronym]", "describe this structure instead")
      .addOption(new Option("--mapping <name>", "how fine the regions are").choices(MAPPINGS).default("beryl"))
      .action((acronym: string | undefined, options: Options) =>
        act((io) =>
          acronym === undefined
            ? withHub(io, options, (context) => list(context, options.mapping))
            : withHub(io, options, async (context) => describe(context, resolveRegion(acronym))),
        ),
      ),
};

interface RegionCounts {
  channels: number;
  units: { total: number; passing: number };
}

type CountsByDataset = Record<string, RegionCounts>;

async function list(context: CommandContext, mapping: Mapping): Promise<void> {
  const { byRegion, unmapped, unregistered } = await countRegions(context, mapping);
  const rows = [...byRegion]
    .map(([acronym, datasets]) => ({ region: findRegion(acronym), datasets }))
    .flatMap(({ region, datasets }) => (region === undefined ? [] : [{ region, datasets }]))
    .sort((a, b) => a.region.order - b.region.order)
    .map(({ region, datasets }) => ({ region: region.acronym, id: region.id, name: region.name, datasets }));
  const counts = { regions: rows.length };
  if (context.isJson) {
    context.io.out(toJson({ mapping, rows, counts, unmapped, unregistered }));
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
  context.note(`${plural(rows.length, "region")} of the ${mapping} mapping; ch: channels; units as passing/all`);
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
  return { byRegion, unmapped, unregistered };
}

function describe(context: CommandContext, region: Region): void {
  const mapped = Object.fromEntries(MAPPINGS.map((mapping) => [mapping, mapRegion(region, mapping)?.acronym ?? null]));
  const document = {
    ...{ acronym: region.acronym, id: region.id, name: region.name, depth: region.depth, color: `#${region.color}` },
    ...{ mappings: mapped, ancestors: ancestors(region).map(({ acronym }) => acronym) },
    descendants: descendants(region).map(({ acronym }) => acronym),
  };
  if (context.isJson) {
    context.io.out(toJson(document));
    return;
  }
  const facts = [
    { name: "structure", value: region.acronym },
    { name: "id", value: String(region.id) },
    { name: "name", value: region.name },
    { name: "inside", value: document.ancestors.join(" < ") || "nothing: it is the whole" },
    { name: "holds", value: document.descendants.join(", ") || "nothing finer" },
    ...Object.entries(mapped).map(([name, acronym]) => ({ name: `in ${name}`, value: acronym ?? "no region" })),
  ];
  context.io.out(`${factLines(facts, context.io.columns).join("\n")}\n`);
}
