import { diffCohorts } from "@crossprobe/catalogue";
import type { Command } from "commander";
import { readCohort } from "../cohort/cohort-file.js";
import { differenceText } from "../cohort/difference-text.js";
import type { CommonOptions } from "../command-context.js";
import type { Run } from "../command-definition.js";
import { toJson } from "../output/json.js";

/** `cohort diff`: what changed from one file to another. */
export function defineDiff(parent: Command, act: (run: Run) => void): void {
  parent
    .command("diff")
    .description("say what changed from one cohort to another, and why")
    .argument("<before>", "the earlier cohort")
    .argument("<after>", "the later one")
    .action((before: string, after: string, options: CommonOptions) => act((io) => diff(before, after, options, io)));
}

async function diff(earlier: string, later: string, { json }: CommonOptions, io: Parameters<Run>[0]): Promise<number> {
  const [before, after] = [await readCohort(earlier, io), await readCohort(later, io)];
  const found = diffCohorts(before, after);
  const sides = { before: { sha256: before.sha256 }, after: { sha256: after.sha256 } };
  if (json) io.out(toJson({ ...found, ...sides }));
  else {
    const same = found.isSame ? "The rows are the same.\n\n" : "";
    io.out(same + differenceText(after.question.kind, found, [], io.columns));
  }
  return 0;
}
