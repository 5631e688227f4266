import type { Answer } from "@crossprobe/catalogue";
import { isAboutPlace, type QualityRule, type Question, ROW_KINDS, type RowKind } from "@crossprobe/core";
import { Argument, type Command } from "commander";
import { parseCount } from "../arguments.js";
import type { CommandDefinition, Run } from "../command-definition.js";
import type { Io } from "../io.js";
import { toJson } from "../output/json.js";
import { parsePictureFile } from "../output/picture-file.js";
import { wrapText } from "../output/table.js";
import { type AnswerCoverage, coverageOf } from "../query/coverage.js";
import { drawAnswer, type PlotOptions } from "../query/draw-answer.js";
import { type CatalogueContext, withCatalogue } from "../query/open-catalogue.js";
import { type OutputOptions, outputOf, type QueryOutput } from "../query/output-options.js";
import { questionOf } from "../query/question-of-options.js";
import { type AskedOptions, addQuestionOptions, checkAsked, ownRules } from "../query/question-options.js";
import { requireNamed, requireRows } from "../query/require-rows.js";
import { parseNames, parseSort, parseSummaries } from "../query/shape-arguments.js";
import { writeAnswer } from "../query/write-answer.js";
import { noteNotices } from "./notices.js";

interface Options extends AskedOptions, OutputOptions, PlotOptions {
  readonly explain?: boolean;
  readonly printQuestion?: boolean;
}

export const queryCommand: CommandDefinition = {
  example: [
    "query units --region CA1 --quality default",
    "crossprobe query units --region 'HPF & !CA1' --mapping beryl --group-by dataset,region --summary 'median(firingRate)'",
    "crossprobe query channels --near 7500,1800,4200,300 --format csv --out near.csv",
  ].join("\n  "),
  define: (command, act) => {
    command.addArgument(new Argument("[rows]", "what is asked for").choices(ROW_KINDS));
    addQuestionOptions(command);
    addShapeOptions(command);
    addOutputOptions(command);
    command.action((kind: RowKind | undefined, options: Options) => {
      act(running(command, kind, options));
    });
  },
};

function addShapeOptions(command: Command): void {
  command
    .option("--group-by <columns>", "count the rows of each group: dataset,region", parseNames)
    .option(
      "--summary <list>",
      "numbers of each group: 'median(firingRate)', q25, mean, min, max (repeatable)",
      parseSummaries,
    )
    .option("--sort <columns>", "count:desc,region", parseSort)
    .option("--limit <count>", "at most so many rows or groups; counts are of all", parseCount)
    .option("--columns <names>", "these columns", parseNames);
}

function addOutputOptions(command: Command): void {
  command
    .option("--format <name>", "table, json, csv, parquet or arrow (if not said: by --out, else table)")
    .option("--out <file>", "write there: .json, .csv, .parquet, .arrow")
    .option("--plot <file>", "draw counts by region and dataset: .svg or .png", parsePictureFile)
    .option("--plot-depth <file>", "draw counts along the one --probe: .svg or .png", parsePictureFile)
    .option("--print-question", "print the question as JSON, and read nothing")
    .option("--explain", "say in words what is asked, and how it is answered");
}

function running(command: Command, kind: RowKind | undefined, options: Options): Run {
  checkAsked(command, kind, options);
  return async (io) => {
    const output = outputOf(options, io, (text) => command.error(`error: ${text}`));
    const question = await questionOf(kind, options, io.cwd);
    if (options.printQuestion === true) {
      io.out(toJson(question));
      return 0;
    }
    const rules = await ownRules(options.rules ?? [], io.cwd);
    const needsRows = isAboutRows(question) || options.plot !== undefined || options.plotDepth !== undefined;
    return withCatalogue(io, options, (context) => answer(context, { question, rules, output }, options), needsRows);
  };
}

/** Sessions and probes are placed by their channels; asked for anything else they stand for themselves. */
function isAboutRows({ kind, where }: Question): boolean {
  return kind === "channels" || kind === "units" || where.some(isAboutPlace);
}

interface Asked {
  readonly question: Question;
  readonly rules: readonly QualityRule[];
  readonly output: QueryOutput;
}

async function answer(context: CatalogueContext, asked: Asked, { explain, plot, plotDepth }: Options): Promise<void> {
  const { question, rules, output } = asked;
  const { io, catalogue } = context;
  const call = { signal: io.signal };
  const found = await catalogue.answer(question, { ...call, rules });
  requireRows(context, question);
  await requireNamed(context, question);
  const coverage = await coverageOf(found, catalogue, call);
  if (output.format !== "json" && !output.isReported) noteNotices(noting(context), coverage.notices);
  if (explain === true) {
    explainAnswer(io, found, coverage, output);
    return;
  }
  const plots = await drawAnswer(context, { question, rules, coverage }, { plot, plotDepth });
  await writeAnswer(io, { ...output, plots }, found, coverage);
}

function explainAnswer(io: Io, found: Answer, coverage: AnswerCoverage, { format }: QueryOutput): void {
  const { asked, answered } = found.explain();
  if (format === "json") io.out(toJson({ question: found.question, asked, answered, ...coverage }));
  else io.out(`${[...asked, ...answered].map((line) => wrapText(line, io.columns, "  ")).join("\n")}\n`);
}

function noting({ io }: CatalogueContext) {
  return { io, note: (text: string) => io.err(`${text}\n`) };
}
