import { MAPPINGS } from "@crossprobe/atlas";
import {
  AVAILABILITIES,
  type Availability,
  describeQuestion,
  POLICIES,
  type QualityRule,
  type Question,
  ROW_KINDS,
  type RowKind,
  UnsupportedError,
} from "@crossprobe/core";
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { parseCount, parseRefArgument } from "../arguments.js";
import { collecting, collectValue } from "../collect-value.js";
import type { CommandDefinition, Run } from "../command-definition.js";
import { PUBLISHED_RULES } from "../known-definitions.js";
import { toJson } from "../output/json.js";
import { withLocalPaths } from "../output/local-paths.js";
import { wrapText } from "../output/table.js";
import { rowsOf } from "../query/answer-rows.js";
import { parseColumnTest, parseMetricTest } from "../query/condition-text.js";
import { coverageOf } from "../query/coverage.js";
import { type CatalogueContext, type CatalogueOptions, withCatalogue } from "../query/open-catalogue.js";
import { type OutputOptions, outputOf, type QueryOutput } from "../query/output-options.js";
import { parseAge, parseBox, parseNear } from "../query/place-arguments.js";
import { type QuestionOptions, questionOf } from "../query/question-of-options.js";
import { parseNames, parseSort, parseSummaries } from "../query/shape-arguments.js";
import { writeAnswer } from "../query/write-answer.js";
import { readRules } from "../rule-files.js";
import { noteNotices } from "./notices.js";

interface Options extends CatalogueOptions, QuestionOptions, OutputOptions {
  readonly rules?: readonly string[];
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
    addPlaceOptions(command);
    addConditionOptions(command);
    addShapeOptions(command);
    addOutputOptions(command);
    command.addHelpText("after", GRAMMAR).action((kind: RowKind | undefined, options: Options) => {
      act(running(command, kind, options));
    });
  },
};

const GRAMMAR = `
Regions: CA1, 382 or "Field CA1", with everything below them; "," joins, "&" is
what both have, "!" everything else, parentheses group; TH@cosmos asks one
structure in another mapping. Several --region are joined.
Options of one name are alternatives, --where and --metric all must hold.
The policy strict (if not said) lists rows that are in; possible also those
whose label is coarser than the question. All are counted in either case.`;

function addPlaceOptions(command: Command): void {
  command
    .option("--region <text>", "rows in this part of the brain (repeatable)", collectValue)
    .addOption(new Option("--mapping <name>", "regions are asked, grouped and shown in it (allen)").choices(MAPPINGS))
    .addOption(new Option("--hemisphere <side>", "rows on this side").choices(["left", "right"]))
    .option("--box <spans>", "rows in a box of the CCF, um: ap:5000:6000,dv:0:3000", parseBox)
    .option("--near <ap,dv,ml,um>", "rows within a distance of a point of the CCF", parseNear)
    .addOption(new Option("--policy <name>", "which rows are listed").choices(POLICIES));
}

function addConditionOptions(command: Command): void {
  const refs = (kind: "session" | "probe") => collecting(parseRefArgument(kind));
  command
    .option("--quality <rule>", "units that pass a rule, by its id; default: their dataset's own")
    .option("--rules <json>", "rules of your own for --quality (repeatable)", collectValue)
    .option(
      "--metric <bound>",
      "units by a metric's definition id, 'a.snr>=2' (repeatable)",
      collecting(parseMetricTest),
    )
    .option(
      "--where <condition>",
      "by a column: 'firingRate>=4', 'lab=a|b', 'genotype~Sst' (repeatable)",
      collecting(parseColumnTest),
    )
    .option("--dataset <id>", "of this dataset (repeatable)", collectValue)
    .option("--release <name>", "of this release (repeatable)", collectValue)
    .option("--session <ref>", "of this session (repeatable)", refs("session"))
    .option("--probe <ref>", "of this probe (repeatable)", refs("probe"))
    .option("--subject <name>", "of this animal (repeatable)", collectValue)
    .option("--lab <name>", "of this laboratory (repeatable)", collectValue)
    .option("--sex <letter>", "M or F (repeatable)", collectValue)
    .option("--age <from:to>", "age in days", parseAge)
    .option("--genotype <text>", "genotypes that hold this text (repeatable)", collectValue)
    .option("--type <name>", "sessions of this type (repeatable)", collectValue)
    .option("--paradigm <name>", "such as task.decision (repeatable)", collectValue)
    .option("--has <what>", "there is lfp, waveforms or pupil to read (repeatable)", collecting(parseAvailability));
}

function parseAvailability(text: string): Availability {
  const found = AVAILABILITIES.find((one) => one === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`Write ${AVAILABILITIES.join(", ")}.`);
}

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
    .option("--catalogue <file>", "a catalogue that catalogue build made, in place of sources")
    .option("--question <json>", "ask the question of a file; options add to it")
    .option("--print-question", "print the question as JSON, and read nothing")
    .option("--explain", "say in words what is asked, and how it is answered");
}

function running(command: Command, kind: RowKind | undefined, options: Options): Run {
  if (kind === undefined && options.question === undefined) {
    command.error(`error: say what is asked for: ${ROW_KINDS.join(", ")}`);
  }
  if (options.catalogue !== undefined && (options.ibl ?? options.allen) !== undefined) {
    command.error("error: --catalogue stands in place of sources: leave out --ibl and --allen");
  }
  if (options.rules !== undefined && options.quality === undefined && options.question === undefined) {
    command.error("error: --rules gives rules; say which with --quality");
  }
  return async (io) => {
    const output = outputOf(options, io, (text) => command.error(`error: ${text}`));
    const question = await questionOf(kind, options, io.cwd);
    if (options.printQuestion === true) {
      io.out(toJson(question));
      return 0;
    }
    const rules = await ownRules(options.rules ?? [], io.cwd);
    const isExplained = options.explain === true;
    return withCatalogue(io, options, (context) => answer(context, { question, rules, output, isExplained }));
  };
}

/** Verdicts of published rules are in the catalogue as their source gives them: only others are computed. */
async function ownRules(files: readonly string[], cwd: string): Promise<readonly QualityRule[]> {
  return (await readRules(files, cwd)).filter((rule) => !PUBLISHED_RULES.includes(rule));
}

interface Asked {
  readonly question: Question;
  readonly rules: readonly QualityRule[];
  readonly output: QueryOutput;
  readonly isExplained: boolean;
}

async function answer(context: CatalogueContext, { question, rules, output, isExplained }: Asked): Promise<void> {
  const { io, catalogue } = context;
  const call = { signal: io.signal };
  const found = await catalogue.answer(question, { ...call, rules });
  requireRows(context, question);
  const coverage = await coverageOf(found, catalogue, call);
  if (output.format !== "json" && !output.isReported) noteNotices(noting(context), coverage.notices);
  if (!isExplained) return writeAnswer(io, output, question, await rowsOf(found, call), coverage);
  const asked = describeQuestion(question);
  const [, ...answered] = found.explain();
  if (output.format === "json") io.out(toJson({ question, asked, answered, ...coverage }));
  else io.out(`${[...asked, ...answered].map((line) => wrapText(line, io.columns, "  ")).join("\n")}\n`);
}

function noting({ io }: CatalogueContext) {
  return { io, note: (text: string) => io.err(`${text}\n`) };
}

/** A listing without a row is an answer; a table without one is none. */
function requireRows({ catalogue, origin }: CatalogueContext, { kind }: Question): void {
  if (catalogue.rowCount(kind) > 0) return;
  const reasons = catalogue.datasets().flatMap(({ id, notices }) => notices.map(({ message }) => `${id}: ${message}`));
  throw new UnsupportedError(
    withLocalPaths(`there are no ${kind} in ${origin}: ${reasons.join("; ") || "nothing says why"}`),
    {
      hint: "add a source that holds them",
    },
  );
}
