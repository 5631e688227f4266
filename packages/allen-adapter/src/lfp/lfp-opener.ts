import {
  type CallOptions,
  type Channel,
  type InvalidInterval,
  type LfpSource,
  NotFoundError,
  type Notice,
  type ProbeInsertion,
} from "@crossprobe/core";
import type { ProjectCache } from "../project-cache.js";
import { type LfpFile, openLfp, toLfpFile } from "./lfp-file.js";

/** What the tables and the session file say of the probe whose LFP is opened. */
export interface LfpContext {
  /** Channels of the probe in `channels.csv`, by id; empty when the folder has no such table. */
  readonly listed: ReadonlyMap<string, Channel>;
  /** Tagged spans of the session; `undefined` when its file is not in the folder. */
  readonly invalid: ((options?: CallOptions) => Promise<readonly InvalidInterval[]>) | undefined;
}

/** Opens LFP files of one cache folder. Each source has a file of its own, which closes with it or with the adapter. */
export class LfpOpener {
  readonly #cache: ProjectCache;
  readonly #open = new Set<LfpSource>();

  constructor(cache: ProjectCache) {
    this.#cache = cache;
  }

  /**
   * The LFP of a probe. Reads the file's header, electrodes, and the first and last times.
   *
   * @throws {@link NotFoundError} when the release has no LFP for the probe, or the folder lacks the file
   */
  async open(probe: ProbeInsertion, { listed, invalid }: LfpContext, options?: CallOptions): Promise<LfpSource> {
    const key = await this.#requireKey(probe, options);
    const opened = await openLfp(this.#cache.store, key, probe.ref.id, options);
    const source: LfpFile = await toLfpFile(
      opened,
      {
        ...{ probe: probe.ref, listed, tagged: invalid, notices: flagNotices(probe, opened.file.url) },
        onClose: () => this.#open.delete(source),
      },
      options,
    );
    this.#open.add(source);
    return source;
  }

  dispose(): void {
    for (const source of this.#open) source.close();
  }

  /** Source: `has_lfp_data` of probes.csv; it is also true for a few probes whose file was never published. */
  async #requireKey({ ref, session, label, hasLfp }: ProbeInsertion, options?: CallOptions): Promise<string> {
    const key = await this.#cache.keyOf(["probe_lfp_nwb", session.id, ref.id], options);
    if ((await this.#cache.store.size(key, options)) !== undefined) return key;
    const what = `LFP of probe ${ref.id} (${label} of session ${session.id})`;
    if (hasLfp === false) {
      throw new NotFoundError(`There is no ${what}: has_lfp_data is false in probes.csv, the release has none.`, {
        hint: "Ask another probe of the session.",
      });
    }
    throw new NotFoundError(`There is no ${what}: ${key} is not in the cache ${this.#cache.url}.`, {
      hint: "Download the file into the cache; for a few probes the release lists an LFP and has no file.",
    });
  }
}

function flagNotices({ hasLfp }: ProbeInsertion, url: string): readonly Notice[] {
  if (hasLfp !== false) return [];
  const message = "probes.csv says that this probe has no LFP; the file is there and was read.";
  return [{ code: "lfp-flag-false", message, count: 1, where: url }];
}
