import { MAPPINGS } from "@crossprobe/atlas";
import {
  AVAILABILITIES,
  type Availability,
  POLICIES,
  type QualityRule,
  ROW_KINDS,
  type RowKind,
} from "@crossprobe/core";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseRefArgument } from "../arguments.js";
import { collecting, collectValue } from "../collect-value.js";
import { PUBLISHED_RULES } from "../known-definitions.js";
import { readRules } from "../rule-files.js";
import { parseColumnTest, parseMetricTest } from "./condition-text.js";
import type { CatalogueOptions } from "./open-catalogue.js";
import { parseAge, parseBox, parseNear } from "./place-arguments.js";
import type { QuestionOptions } from "./question-of-options.js";

const GRAMMAR = `
Regions: CA1, 382 or "Field CA1", with everything below them; "," joins, "&" is
what both have, "!" everything else, parentheses group; TH@cosmos asks one
structure in another mapping. Several --region are joined.
Options of one name are alternatives, --where and --metric all must hold.
The policy strict (if not said) lists rows that are in; possible also those
whose label is coarser than the question. All are counted in either case.`;

/** What a command that asks a catalogue is given. */
export interface AskedOptions extends CatalogueOptions, QuestionOptions {
  readonly rules?: readonly string[];
}

/** Options by which rows are chosen, and where the rows come from. */
export function addQuestionOptions(command: Command): void {
  addPlaceOptions(command);
  addConditionOptions(command);
  command
    .option("--catalogue <file>", "a catalogue that catalogue build made, in place of sources")
    .option("--question <json>", "ask the question of a file; options add to it")
    .addHelpText("after", GRAMMAR);
}

/** Refuses what these options do not say, or say twice. */
export function checkAsked(command: Command, kind: RowKind | undefined, options: AskedOptions): void {
  if (kind === undefined && options.question === undefined) {
    command.error(`error: say what is asked for: ${ROW_KINDS.join(", ")}`);
  }
  if (options.rules !== undefined && options.quality === undefined && options.question === undefined) {
    command.error("error: --rules gives rules; say which with --quality");
  }
  checkOrigin(command, options);
}

/** Refuses rows of two origins. */
export function checkOrigin(command: Command, { catalogue, ibl, allen }: CatalogueOptions): void {
  if (catalogue === undefined || (ibl ?? allen) === undefined) return;
  command.error("error: --catalogue stands in place of sources: leave out --ibl and --allen");
}

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

/** Verdicts of published rules are in the catalogue as their source gives them: only others are computed. */
export async function ownRules(files: readonly string[], cwd: string): Promise<readonly QualityRule[]> {
  return (await readRules(files, cwd)).filter((rule) => !PUBLISHED_RULES.includes(rule));
}
