import type { Command } from "commander";
import type { Io } from "./io.js";

/** Carries out what a command line asks for. Resolves to the exit code. */
export type Run = (io: Io) => Promise<number>;

/** A command of the program: what it takes and what it does. */
export interface CommandDefinition {
  /** One command line that works, without `crossprobe` before it. */
  readonly example: string;
  /** The same for subcommands, by name; {@link example} for those that are not in it. */
  readonly examples?: Readonly<Record<string, string>>;
  /** Adds arguments and options of its own, and its action through `act`. */
  define(command: Command, act: (run: Run) => void): void;
  /** Commands that do not look at sources do without `--ibl` and `--allen`: all of it, or these subcommands. */
  readonly isWithoutSources?: boolean | readonly string[];
}
