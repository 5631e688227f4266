import type { QualityRule } from "@crossprobe/core";
import { collectValue } from "../collect-value.js";
import type { CommonOptions } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import type { Io } from "../io.js";
import { toJson } from "../output/json.js";
import { textTableWithNotes } from "../output/table.js";
import { readRules } from "../rule-files.js";
import { plural } from "./listing.js";
import { defineConfusion } from "./rules-confusion.js";

interface Options extends CommonOptions {
  readonly file?: readonly string[];
}

export const rulesCommand: CommandDefinition = {
  example: "rules",
  examples: {
    confusion:
      "rules confusion --recompute\n  crossprobe rules confusion --file mine.json --rules mine@2026,ibl-good@2023",
  },
  isWithoutSources: ["list"],
  define: (command, act) => {
    command
      .command("list", { isDefault: true })
      .description("list the rules for good units (if nothing else is said)")
      .option(
        "--file <json>",
        "rules of your own, too: one or a list, as --json prints them (repeatable)",
        collectValue,
      )
      .action((options: Options) => act((io) => list(io, options)));
    defineConfusion(command, act);
  },
};

async function list(io: Io, { json, file = [] }: Options): Promise<number> {
  const rules = await readRules(file, io.cwd);
  if (json) {
    io.out(toJson(rules));
    return 0;
  }
  const columns = [{ title: "rule", isWhole: true }, { title: "no value" }, { title: "title" }];
  const rows = rules.map(({ id, missing, title }) => [id, missing, title]);
  const notes = rules.map((rule) => `${criteriaText(rule)} (${rule.source})`);
  io.out(textTableWithNotes(columns, rows, notes, io.columns));
  io.err(`${plural(rules.length, "rule")}; no value: what follows where a metric has none\n`);
  return 0;
}

/** The bounds of a rule as one line. */
function criteriaText({ criteria }: QualityRule): string {
  return criteria.map(({ metric, op, bound }) => `${metric} ${op} ${bound}`).join(" and ");
}
