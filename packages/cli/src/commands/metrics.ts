import { definitionOf } from "@crossprobe/analysis";
import type { MetricDefinition } from "@crossprobe/core";
import type { CommonOptions } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import type { Io } from "../io.js";
import { KNOWN_METRICS } from "../known-definitions.js";
import { toJson } from "../output/json.js";
import { factLines, textTable, wrapText } from "../output/table.js";
import { plural } from "./listing.js";

export const metricsCommand: CommandDefinition = {
  example: "metrics",
  examples: { list: "metrics presence", show: "metrics show ibl.presence_ratio" },
  isWithoutSources: true,
  define: (command, act) => {
    command
      .command("list", { isDefault: true })
      .description("list the definitions (if nothing else is said)")
      .argument("[text]", "only those whose id or title holds this, such as presence")
      .action((text: string | undefined, options: CommonOptions) => act(async (io) => list(io, text ?? "", options)));
    command
      .command("show")
      .description("say how one is computed, what to mind, and what it must not be compared with")
      .argument("<id>", "id of a metric, such as ibl.presence_ratio")
      .action((id: string, options: CommonOptions) => act(async (io) => show(io, id, options)));
  },
};

const BETTER = { "higher-is-better": "higher", "lower-is-better": "lower", none: "–" } as const;

function list(io: Io, text: string, { json }: CommonOptions): number {
  const wanted = text.toLowerCase();
  const found = KNOWN_METRICS.filter(({ id, title }) => `${id} ${title}`.toLowerCase().includes(wanted));
  if (json) {
    io.out(toJson({ rows: found, counts: { metrics: found.length } }));
    return 0;
  }
  const columns = [{ title: "metric", isWhole: true }, { title: "unit" }, { title: "better" }, { title: "spikes" }];
  const rows = found.map(({ id, unit, direction, recipe, title }) => [
    ...[id, unit ?? "–", BETTER[direction], recipe === null ? "no" : "yes", title],
  ]);
  io.out(textTable([...columns, { title: "what" }], rows, io.columns));
  const legend = `${plural(found.length, "metric")}; spikes: whether it can be computed from them; more of one: crossprobe metrics show <metric>`;
  io.err(`${wrapText(legend, io.columns, "  ")}\n`);
  return 0;
}

function show(io: Io, id: string, { json }: CommonOptions): number {
  const definition = definitionOf(KNOWN_METRICS, id);
  io.out(json ? toJson(definition) : `${factLines(factsOf(definition), io.columns).join("\n")}\n`);
  return 0;
}

function factsOf(definition: MetricDefinition) {
  const { id, title, formula, unit, direction, range, source, pitfalls, cousins, recipe } = definition;
  return [
    { name: "metric", value: id },
    { name: "title", value: title },
    { name: "formula", value: formula },
    { name: "unit", value: unit ?? "none" },
    { name: "range", value: `${range[0] ?? "unbounded"} to ${range[1] ?? "unbounded"}` },
    { name: "better", value: direction === "none" ? "says nothing of quality" : BETTER[direction] },
    { name: "from spikes", value: recipe === null ? "cannot be computed" : `by the formula ${recipe}` },
    { name: "source", value: source },
    ...pitfalls.map((value) => ({ name: "mind", value })),
    ...cousins.map((cousin) => ({ name: "not to compare with", value: `${cousin.id}: ${cousin.reason}` })),
  ];
}
