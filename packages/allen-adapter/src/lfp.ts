import {
  type CallOptions,
  type Channel,
  type InvalidInterval,
  type LfpSource,
  NotFoundError,
  type Notice,
  type ProbeInsertion,
} from "@crossprobe/core";
import { readLfpClock } from "./lfp-clock.js";
import { openLfpSeries, readLfpColumns } from "./lfp-series.js";
import { NwbLfpSource } from "./lfp-source.js";
import type { ProjectCache } from "./project-cache.js";
import { type OpenedFile, openReleaseFile } from "./session-file.js";

/** Bytes of decoded chunks kept for one LFP file: a chunk of one channel is 189 kB, so this holds one chunk of each of 384. */
const LFP_CACHE_BYTES = 80 * 2 ** 20;

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
  async open(probe: ProbeInsertion, context: LfpContext, options?: CallOptions): Promise<LfpSource> {
    const key = await this.#requireKey(probe, options);
    const wanted = { kind: "LFP", id: probe.ref.id, cacheBytes: LFP_CACHE_BYTES } as const;
    const opened = await openReleaseFile(this.#cache.store, key, wanted, options);
    try {
      const source = await this.#toSource(opened, probe, context, options);
      this.#open.add(source);
      return source;
    } catch (error) {
      await opened.file.close();
      throw error;
    }
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

  async #toSource(
    { file, nwb }: OpenedFile,
    probe: ProbeInsertion,
    { listed, invalid }: LfpContext,
    options?: CallOptions,
  ): Promise<LfpSource> {
    const series = await openLfpSeries(file, options);
    const { channels, notices } = await readLfpColumns(file, series, { id: probe.ref.id, listed }, options);
    const clock = await readLfpClock(series, file.url, options);
    const isOwn = (span: InvalidInterval) => span.probe === null || span.probe.id === probe.ref.id;
    const source = new NwbLfpSource({
      probe: probe.ref,
      file,
      series,
      channels,
      clock: clock.clock,
      provenance: [
        { url: file.url, path: series.path, conversion: "volts as stored" },
        { url: file.url, path: `${series.path}/timestamps` },
      ],
      notices: [
        ...nwb.notices,
        ...series.notices,
        ...notices,
        ...clock.notices,
        ...flagNotices(probe, file.url, invalid),
      ],
      taggedIntervals: async (inner) => ((await invalid?.(inner)) ?? []).filter(isOwn),
      onClose: () => {
        this.#open.delete(source);
        // Nothing was written and nobody waits: a failure to close has no one to tell.
        file.close().catch(() => undefined);
      },
    });
    return source;
  }
}

function flagNotices({ hasLfp }: ProbeInsertion, url: string, invalid: LfpContext["invalid"]): readonly Notice[] {
  const notices: Notice[] = [];
  if (hasLfp === false) {
    const message = "probes.csv says that this probe has no LFP; the file is there and was read.";
    notices.push({ code: "lfp-flag-false", message, count: 1, where: url });
  }
  if (!invalid) {
    const message = "The session file is not in the cache: spans that the release tags as invalid are not known.";
    notices.push({ code: "invalid-times-unknown", message, count: 1, where: url });
  }
  return notices;
}
