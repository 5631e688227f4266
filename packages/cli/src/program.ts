import { Command, CommanderError, Option } from "commander";
import { collectValue } from "./collect-value.js";
import type { CommandDefinition, Run } from "./command-definition.js";
import { COMMANDS } from "./commands/catalogue.js";
import type { Io } from "./io.js";
import { readVersion } from "./version.js";

/** Wrong usage, as distinct from failure. */
const WRONG_USAGE = 2;
/** Help is no wider than this, however wide the terminal. */
const WIDEST_HELP = 100;

/** Runs one command line. Resolves to the exit code: 0 fine, 1 failed, 2 wrong usage. Never throws. */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  let chosen: Run | undefined;
  try {
    const program = await createProgram(args, io, (run) => {
      chosen = run;
    });
    await program.parseAsync([...args], { from: "user" });
    return chosen === undefined ? 0 : await chosen(io);
  } catch (error) {
    return report(error, args.includes("--debug"), io);
  }
}

/** The program with the one command that the arguments name read in, and the others by name only. */
async function createProgram(args: readonly string[], io: Io, act: (run: Run) => void): Promise<Command> {
  const program = prepare(new Command("crossprobe"), io)
    .description("One analysis over the IBL Brain-Wide Map and Allen Visual Coding Neuropixels data.")
    .version(readVersion(), "--version", "print the version")
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText("after", SOURCES_HELP);
  const asked = args[0] === "help" ? args[1] : args[0];
  for (const { name, summary, open } of COMMANDS) {
    const command = prepare(program.command(name), io).description(summary);
    if (name === asked) define(command, await open(), io, act);
  }
  return program;
}

const SOURCES_HELP = `
Every command has --help with its options and an example.
Sources come from --ibl and --allen of each command, else from the nearest
crossprobe.config.json upwards ({ "ibl": [...], "allen": [...] }), else the
embedded samples are used.
Exit codes: 0 fine, 1 failed, 2 wrong usage.

Example:
  crossprobe compare --ibl ONE/ --allen cache/ --out report/`;

function prepare(command: Command, io: Io): Command {
  return command
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHelpWidth: () => Math.min(io.columns, WIDEST_HELP),
      getErrHelpWidth: () => Math.min(io.columns, WIDEST_HELP),
      outputError: (text, write) => write(usageLine(text, fullName(command))),
    })
    .allowExcessArguments(false);
}

/** What commander says about wrong usage, as one line that ends in the next step. */
function usageLine(text: string, command: string): string {
  const said = text
    .replace(/^error: /, "")
    .replace(/^command-argument value (.*?) is invalid for argument '([^']+)'\. /, "$1 is no <$2>: ")
    .replace(/ not a reference: "(?:[^"\\]|\\.)*";/, "")
    .replace(/\s*\n\s*/g, " ")
    .trim()
    .replace(/\.$/, "");
  return `crossprobe: ${said}; see ${command} --help\n`;
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function define(command: Command, definition: CommandDefinition, io: Io, act: (run: Run) => void): void {
  definition.define(command, act);
  for (const target of [command, ...command.commands]) {
    prepare(target, io);
    if (target.commands.length === 0) addCommonOptions(target, definition);
    target.addHelpText(
      "after",
      `\nExample:\n  crossprobe ${definition.examples?.[target.name()] ?? definition.example}`,
    );
  }
}

function addCommonOptions(command: Command, { isWithoutSources }: CommandDefinition): void {
  if (Array.isArray(isWithoutSources) ? !isWithoutSources.includes(command.name()) : !isWithoutSources) {
    command
      .option("--ibl <source>", "ONE folder, LFPack .h5 or release .csv (repeatable)", collectValue)
      .option("--allen <folder>", "EcephysProjectCache folder (repeatable)", collectValue);
  }
  command
    .option("--json", "print one JSON document and nothing else")
    .addOption(new Option("--debug", "print the stack of an error"));
}

async function report(error: unknown, isDebug: boolean, io: Io): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  // Only a failure needs these, and they bring the model with them.
  const { errorDetails, errorLine } = await import("./output/errors.js");
  io.err(`crossprobe: ${io.signal.aborted ? "interrupted" : errorLine(error)}\n`);
  if (isDebug) io.err(`${errorDetails(error)}\n`);
  return 1;
}
