import { Command, CommanderError, Option } from "commander";
import { collectValue } from "./arguments.js";
import type { CommonOptions } from "./command-context.js";
import { channelsCommand } from "./commands/channels.js";
import { compareCommand } from "./commands/compare.js";
import { demoCommand } from "./commands/demo.js";
import { eventsCommand } from "./commands/events.js";
import { inspectCommand } from "./commands/inspect.js";
import { lfpCommand } from "./commands/lfp.js";
import { probesCommand } from "./commands/probes.js";
import { regionsCommand } from "./commands/regions.js";
import { sessionsCommand } from "./commands/sessions.js";
import { spikesCommand } from "./commands/spikes.js";
import { unitsCommand } from "./commands/units.js";
import type { Io } from "./io.js";
import { errorDetails, errorLine } from "./output/errors.js";
import { readVersion } from "./version.js";

/** Wrong usage, as distinct from failure. */
const WRONG_USAGE = 2;

/** A command of the program: what it is called, how it is used, what it does. `run` gives the exit code. */
export interface CommandDefinition {
  readonly name: string;
  readonly summary: string;
  /** One command line that works, without `crossprobe` before it. */
  readonly example: string;
  /** Adds arguments and options of its own, and its action through `act`. */
  define(command: Command, act: (run: (io: Io) => Promise<number>) => void): void;
  /** Commands that look at files rather than sources do without `--ibl` and `--allen`. */
  readonly isWithoutSources?: boolean;
}

const COMMANDS: readonly CommandDefinition[] = [
  demoCommand,
  compareCommand,
  sessionsCommand,
  probesCommand,
  channelsCommand,
  unitsCommand,
  regionsCommand,
  spikesCommand,
  eventsCommand,
  lfpCommand,
  inspectCommand,
];

/** Runs one command line. Resolves to the exit code: 0 fine, 1 failed, 2 wrong usage. Never throws. */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  let chosen: (() => Promise<number>) | undefined;
  const program = createProgram(io, (run) => {
    chosen = () => run(io);
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return chosen === undefined ? 0 : await chosen();
  } catch (error) {
    return report(error, args.includes("--debug"), io);
  }
}

function createProgram(io: Io, act: (run: (io: Io) => Promise<number>) => void): Command {
  const program = prepare(new Command("crossprobe"), io)
    .description("One analysis over the IBL Brain-Wide Map and Allen Visual Coding Neuropixels data.")
    .version(readVersion(), "--version", "print the version")
    .addHelpText("after", SOURCES_HELP);
  for (const definition of COMMANDS) {
    const command = prepare(program.command(definition.name), io).description(definition.summary);
    definition.define(command, act);
    addCommonOptions(command, definition);
    command.addHelpText("after", `\nExample:\n  crossprobe ${definition.example}`);
  }
  return program;
}

const SOURCES_HELP = `
Sources come from --ibl and --allen of each command, else from the nearest crossprobe.config.json
upwards ({ "ibl": [...], "allen": [...] }), else the embedded samples are used.
Exit codes: 0 fine, 1 failed, 2 wrong usage.`;

function prepare(command: Command, io: Io): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err, getOutHelpWidth: () => Math.min(io.columns, 100) })
    .showHelpAfterError("(add --help for the options)")
    .allowExcessArguments(false);
}

function addCommonOptions(command: Command, { isWithoutSources }: CommandDefinition): void {
  for (const target of command.commands.length > 0 ? command.commands : [command]) {
    if (!isWithoutSources) {
      target
        .option("--ibl <source>", "ONE folder, LFPack .h5 or release .csv (repeatable)", collectValue)
        .option("--allen <folder>", "EcephysProjectCache folder (repeatable)", collectValue);
    }
    target
      .option("--json", "print one JSON document and nothing else")
      .addOption(new Option("--debug", "print the stack of an error"));
  }
}

function report(error: unknown, isDebug: boolean, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  if (io.signal.aborted) io.err("crossprobe: interrupted\n");
  else io.err(`crossprobe: ${errorLine(error)}\n`);
  if (isDebug) io.err(`${errorDetails(error)}\n`);
  return 1;
}

export type { CommonOptions };
