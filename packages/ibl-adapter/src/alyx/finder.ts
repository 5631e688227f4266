import { type CallOptions, ConfigError, UnsupportedError } from "@crossprobe/core";
import type { AlyxClient } from "./client.js";
import type { AlyxSessionFilter } from "./filters.js";

/**
 * Who answers: the tables on disk (`local`), the service (`remote`), the tables and where they cannot the service (`auto`), or the tables and
 * where they cannot stored answers of the service (`offline`, nothing is sent).
 */
export const FIND_MODES = ["local", "remote", "auto", "offline"] as const;
export type FindMode = (typeof FIND_MODES)[number];

/** Tables on disk, as far as finding sessions goes. */
export interface LocalSessions {
  /** Session ids, newest first. Absent: `undefined` when the tables do not know what the filter asks about. */
  find(filter: AlyxSessionFilter, options: CallOptions): Promise<readonly string[] | undefined>;
}

export interface FinderOptions {
  readonly mode: FindMode;
  readonly local?: LocalSessions | undefined;
  /** For `offline`, a client that is offline itself. */
  readonly alyx?: AlyxClient | undefined;
}

/**
 * Finds sessions in the tables on disk, in the service, or in both, by mode.
 *
 * In `auto` the tables come first: they cost no request. What they cannot answer (regions, tags, Django conditions) goes to the service.
 *
 * @throws {@link ConfigError} when there is no such mode, or it needs what was not given
 * @throws {@link UnsupportedError} when nobody of this mode can answer the filter
 * @example
 * const finder = new SessionFinder({ mode: "auto", local, alyx: client });
 * for await (const id of finder.find({ atlasAcronym: "CA1" }, { signal })) console.log(id);
 */
export class SessionFinder {
  readonly mode: FindMode;
  readonly #local: LocalSessions | undefined;
  readonly #alyx: AlyxClient | undefined;

  constructor(options: FinderOptions) {
    this.mode = options.mode;
    if (!FIND_MODES.includes(options.mode)) {
      throw new ConfigError(`There is no mode ${JSON.stringify(options.mode)}.`, {
        hint: `Use one of ${FIND_MODES.join(", ")}.`,
      });
    }
    this.#local = options.mode === "remote" ? undefined : options.local;
    this.#alyx = options.mode === "local" ? undefined : options.alyx;
    if (options.mode === "local" && this.#local === undefined) throw lacking("local", "tables on disk");
    if (options.mode === "remote" && this.#alyx === undefined) throw lacking("remote", "a client of the service");
    if (this.#local === undefined && this.#alyx === undefined) throw lacking(options.mode, "tables or a client");
    if (options.mode === "offline" && this.#alyx !== undefined && !this.#alyx.isOffline) {
      throw new ConfigError("The mode offline was given a client that sends requests.", {
        hint: "Make the client with isOffline: true.",
      });
    }
  }

  /** Ids of sessions, newest first. */
  async *find(filter: AlyxSessionFilter, options: CallOptions = {}): AsyncGenerator<string, void, void> {
    options.signal?.throwIfAborted();
    const found = await this.#local?.find(filter, options);
    if (found !== undefined) yield* found;
    else if (this.#alyx !== undefined) for await (const { id } of this.#alyx.sessions(filter, options)) yield id;
    else {
      throw new UnsupportedError(`The tables on disk cannot answer ${Object.keys(filter).join(", ")}.`, {
        hint: "Use the mode auto or remote, with a client of the service.",
      });
    }
  }
}

function lacking(mode: FindMode, what: string): ConfigError {
  return new ConfigError(`The mode ${mode} needs ${what}.`, { hint: "Give it, or take another mode." });
}
