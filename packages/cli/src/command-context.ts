import { type Hub, isDataError, type Modality } from "@crossprobe/core";
import { chooseSources, type Sources } from "./config.js";
import type { Io } from "./io.js";
import { errorLine } from "./output/errors.js";

/** Options that every command has. */
export interface CommonOptions {
  readonly ibl?: readonly string[];
  readonly allen?: readonly string[];
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** What a command works with. */
export interface CommandContext {
  readonly io: Io;
  readonly hub: Hub;
  readonly sources: Sources;
  readonly isJson: boolean;
  /** Says something on standard error. */
  readonly note: (text: string) => void;
  /** Remembers that something could not be read: it is printed, and the exit code becomes 1. */
  readonly fail: (what: string, error: unknown) => void;
}

/** Opens the hub over the chosen sources, runs the body, closes everything. Resolves to the exit code: 1 when something failed. */
export function withHub(
  io: Io,
  options: CommonOptions,
  body: (context: CommandContext) => Promise<void>,
): Promise<number> {
  const sources = chooseSources({ ibl: options.ibl ?? [], allen: options.allen ?? [] }, io.cwd);
  let failures = 0;
  return withSources(io, sources, options, async (context) => {
    await body({
      ...context,
      fail: (what, error) => {
        failures++;
        context.fail(what, error);
      },
    });
    return failures > 0 ? 1 : 0;
  });
}

/** The same over given sources; the body decides the exit code. */
export async function withSources(
  io: Io,
  sources: Sources,
  options: CommonOptions,
  body: (context: CommandContext) => Promise<number>,
): Promise<number> {
  // Adapters and stores are read from disk only when there is something to open.
  const { compose } = await import("./compose.js");
  const hub = compose(sources);
  const note = (text: string) => io.err(`${text}\n`);
  const fail = (what: string, error: unknown) => {
    if (io.signal.aborted || !isDataError(error)) throw error;
    note(`crossprobe: ${what}: ${errorLine(error)}`);
  };
  try {
    return await body({ io, hub, sources, isJson: options.json === true, note, fail });
  } finally {
    hub.dispose();
  }
}

/** Why each dataset cannot answer for some modalities; a dataset that answers for all is not in it. */
export async function unanswered(
  { hub, io }: CommandContext,
  modalities: readonly Modality[],
): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const result: Record<string, Record<string, string>> = {};
  for (const { id } of hub.datasets()) {
    const { answers } = await hub.describe(id, { signal: io.signal });
    const missing = modalities.flatMap((name) => (answers[name] === true ? [] : [[name, answers[name]] as const]));
    if (missing.length > 0) result[id] = Object.fromEntries(missing);
  }
  return result;
}
