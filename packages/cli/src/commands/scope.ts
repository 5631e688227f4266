import type { ProbeRef, SessionRef } from "@crossprobe/core";
import type { Command } from "commander";
import { parseRefArgument } from "../arguments.js";
import { collecting, collectValue } from "../collect-value.js";

/** Which part of the sources a listing covers: any of the values of an option, and all options together. */
export interface Scope {
  readonly dataset?: readonly string[];
  readonly session?: readonly SessionRef[];
  readonly probe?: readonly ProbeRef[];
}

/** Adds the options of a {@link Scope}, each repeatable. */
export function addScopeOptions(command: Command, ...names: readonly (keyof Scope)[]): Command {
  for (const name of names) {
    if (name === "dataset") command.option("--dataset <id>", "only this dataset (repeatable)", collectValue);
    else {
      const parse = collecting(parseRefArgument(name));
      command.option(`--${name} <ref>`, `only this ${name} (repeatable)`, parse);
    }
  }
  return command;
}
