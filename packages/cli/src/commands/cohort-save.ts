import { resolve } from "node:path";
import { type Cohort, createCohort, formatCohort } from "@crossprobe/catalogue";
import { ROW_KINDS, type RowKind } from "@crossprobe/core";
import { Argument, type Command } from "commander";
import type { Run } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { checkWritable, writeFiles } from "../output/write-file.js";
import { coverageOf, coverageText } from "../query/coverage.js";
import { withCatalogue } from "../query/open-catalogue.js";
import { questionOf } from "../query/question-of-options.js";
import { type AskedOptions, addQuestionOptions, checkAsked, ownRules } from "../query/question-options.js";
import { requireRows } from "../query/require-rows.js";
import { plural } from "./listing.js";
import { noteNotices } from "./notices.js";

/** `cohort save`: the rows that answer a question, in a file. */
export function defineSave(parent: Command, act: (run: Run) => void): void {
  const command = parent
    .command("save")
    .description("write the rows that answer a question to a file, with all that they depend on")
    .argument("<file>", "the file, such as ca1.cohort.json; replaced if it is there")
    .addArgument(new Argument("[rows]", "what is asked for").choices(ROW_KINDS));
  addQuestionOptions(command);
  command.action((file: string, kind: RowKind | undefined, options: AskedOptions) => {
    checkAsked(command, kind, options);
    act((io) => save(file, kind, options, io));
  });
}

async function save(
  file: string,
  kind: RowKind | undefined,
  options: AskedOptions,
  io: Parameters<Run>[0],
): Promise<number> {
  const path = resolve(io.cwd, file);
  const question = await questionOf(kind, options, io.cwd);
  const rules = await ownRules(options.rules ?? [], io.cwd);
  await checkWritable([path]);
  return withCatalogue(io, options, async (context) => {
    const { catalogue } = context;
    const call = { signal: io.signal, rules };
    const cohort = await createCohort(catalogue, question, call);
    requireRows(context, question);
    const coverage = await coverageOf(await catalogue.answer(question, call), catalogue, call);
    await writeFiles(new Map([[path, formatCohort(cohort)]]));
    if (options.json === true) {
      io.out(toJson({ path, ...summaryOf(cohort), ...coverage }));
      return;
    }
    noteNotices({ io, note: (text) => io.err(`${text}\n`) }, coverage.notices);
    io.out(coverageText(question, coverage, io.columns));
    io.out(`\nSaved ${plural(cohort.rowCount, question.kind.slice(0, -1))} to ${file}\nsha256 ${cohort.sha256}\n`);
  });
}

function summaryOf({ question, ontology, rowCount, sha256 }: Cohort) {
  return { question, ontology, rowCount, sha256 };
}
