import { type CohortVerification, verifyCohort } from "@crossprobe/catalogue";
import type { Command } from "commander";
import { readCohort } from "../cohort/cohort-file.js";
import { differenceText } from "../cohort/difference-text.js";
import { collectValue } from "../collect-value.js";
import type { Run } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { type CatalogueOptions, withCatalogue } from "../query/open-catalogue.js";
import { checkOrigin, ownRules } from "../query/question-options.js";
import { plural } from "./listing.js";

interface Options extends CatalogueOptions {
  readonly rules?: readonly string[];
}

/** `cohort verify`: whether the sources still give the rows of a file. */
export function defineVerify(parent: Command, act: (run: Run) => void): void {
  const command = parent
    .command("verify")
    .description("ask the question of a cohort again: exit code 1 if its rows are not the same")
    .argument("<file>", "the cohort")
    .option("--catalogue <file>", "a catalogue that catalogue build made, in place of sources")
    .option("--rules <json>", "rules of your own, in place of those that the cohort keeps (repeatable)", collectValue);
  command.action((file: string, options: Options) => {
    checkOrigin(command, options);
    act((io) => verify(file, options, io));
  });
}

async function verify(file: string, options: Options, io: Parameters<Run>[0]): Promise<number> {
  const cohort = await readCohort(file, io);
  const rules = await ownRules(options.rules ?? [], io.cwd);
  let isSame = false;
  const code = await withCatalogue(io, options, async ({ catalogue }) => {
    const found = await verifyCohort(cohort, catalogue, { signal: io.signal, rules });
    isSame = found.isSame;
    const { kind } = cohort.question;
    if (options.json === true) io.out(toJson(documentOf(cohort.sha256, found)));
    else
      io.out(
        `${verdict(plural(cohort.rowCount, kind.slice(0, -1)), found)}${differenceText(kind, found, found.left, io.columns)}`,
      );
  });
  return code === 0 && !isSame ? 1 : code;
}

function verdict(rows: string, { isSame, reasons }: CohortVerification): string {
  if (!isSame) return "The rows are not the same.\n\n";
  return `The same ${rows}${reasons.length > 0 ? "; what they come from has changed" : ""}.\n\n`;
}

function documentOf(sha256: string, { now, ...difference }: CohortVerification) {
  return { ...difference, before: { sha256 }, after: { sha256: now.sha256 } };
}
