import { join } from "node:path";
import {
  type ByteStore,
  type CallOptions,
  type CompanionFile,
  type Downloader,
  type DownloadOptions,
  type DownloadPlan,
  type DownloadResult,
  pause,
  type RemoteFile,
} from "@crossprobe/core";
import { BodiesByScheme } from "../bodies-by-scheme.js";
import type { Bodies } from "../body.js";
import { type Authorize, HttpBodies } from "../http-body.js";
import { LocalStore } from "../local.js";
import { S3Connection, type S3Options } from "../s3.js";
import { S3Bodies } from "../s3-bodies.js";
import { withS3Environment } from "../s3-environment.js";
import { MINIMUM_RATE, type MinimumRate } from "../stall-watch.js";
import { type FetchContext, fetchFile, toDataError } from "./fetch-file.js";
import { FileLock, LOCK_TIMES, type LockTimes } from "./file-lock.js";
import { toHosts } from "./hosts.js";
import { Meter } from "./meter.js";
import { notePaths, writeWhole } from "./notes.js";
import { planDownload } from "./plan-download.js";
import { RETRY, type RetryOptions } from "./retry-wait.js";
import { resolveInside } from "./safe-path.js";

export interface DownloaderOptions {
  /**
   * Gives the `Authorization` header for an address. Asked for every address on the way, redirects included: answer for the server that the
   * credentials belong to and for no other.
   */
  readonly authorize?: Authorize | undefined;
  /** How `s3:` addresses are asked. What it does not say comes from the environment, as for `createStores`; its `stallSeconds` is not used. */
  readonly s3?: S3Options | undefined;
  /** How long a connection may bring nothing, seconds (default 60). */
  readonly stallSeconds?: number | undefined;
  /** What a connection that brings something must bring: 1024 bytes a second over 60 s unless said. A slower one is given up for another. */
  readonly minimumRate?: Partial<MinimumRate> | undefined;
  /**
   * Whether a file of the folder is whole by its own format; `undefined` where that is not known. Asked for files that neither a digest nor a
   * length vouches for, such as `hasWholeStructure` of `@crossprobe/formats/structure`.
   */
  readonly examine?: FetchContext["examine"];
  readonly retry?: Partial<RetryOptions> | undefined;
  readonly lock?: Partial<LockTimes> | undefined;
  /** Waits between tries; for tests. */
  readonly pause?: FetchContext["pause"] | undefined;
}

const DEFAULT_STALL_SECONDS = 60;
const DEFAULT_PARALLEL = 4;

/**
 * Fetches files over http(s) and from S3 into local folders: see `Downloader` of `@crossprobe/core`.
 *
 * Beside the files, the folder gets `.crossprobe/`: parts under way, a record of each file (`records/`), what failed its check (`quarantine/`).
 *
 * @example
 * const hub = createHub({ stores: createStores(), adapters: [ibl({ sources })], downloader: createDownloader() });
 */
export function createDownloader(options: DownloaderOptions = {}): Downloader {
  return new NodeDownloader(options);
}

class NodeDownloader implements Downloader {
  readonly #bodies: Bodies;
  readonly #retry: RetryOptions;
  readonly #lockTimes: LockTimes;
  readonly #pause: FetchContext["pause"];
  readonly #examine: FetchContext["examine"];

  constructor(options: DownloaderOptions) {
    const { authorize, stallSeconds = DEFAULT_STALL_SECONDS } = options;
    const minimumRate = { ...MINIMUM_RATE, ...options.minimumRate };
    const s3 = new S3Connection(withS3Environment(options.s3, process.env));
    this.#bodies = new BodiesByScheme(
      new HttpBodies({ authorize, stallSeconds, minimumRate }),
      new S3Bodies(s3, stallSeconds, minimumRate),
    );
    this.#retry = { ...RETRY, ...options.retry };
    this.#lockTimes = { ...LOCK_TIMES, ...options.lock };
    this.#pause = options.pause ?? pause;
    this.#examine = options.examine;
  }

  async plan(files: readonly RemoteFile[], options: DownloadOptions): Promise<DownloadPlan> {
    options.signal?.throwIfAborted();
    const { allowPrivate = false, signal } = options;
    const allowHosts = toHosts(options.allowHosts ?? []);
    return planDownload(options.to, files, { bodies: this.#bodies, allowPrivate, allowHosts, signal });
  }

  async *run(plan: DownloadPlan, options: DownloadOptions): AsyncIterable<DownloadResult> {
    options.signal?.throwIfAborted();
    const meter = new Meter(plan, options);
    // Ends the rest when the caller stops taking results.
    const leaving = new AbortController();
    const signal = options.signal === undefined ? leaving.signal : AbortSignal.any([options.signal, leaving.signal]);
    const context = this.#context(plan, options, signal, meter);
    const waiting = plan.files.values();
    const running = new Map<number, Promise<{ readonly key: number; readonly result: DownloadResult }>>();
    let key = 0;
    const startNext = () => {
      const next = waiting.next();
      if (next.done === true) return;
      const own = key++;
      running.set(
        own,
        fetchFile(next.value, context).then((result) => ({ key: own, result })),
      );
    };
    try {
      for (let i = 0; i < (options.parallel ?? DEFAULT_PARALLEL); i++) startNext();
      while (running.size > 0) {
        const { key: done, result } = await Promise.race(running.values());
        running.delete(done);
        meter.finishFile();
        startNext();
        yield result;
      }
    } finally {
      leaving.abort();
      // Parts are closed and locks released before the caller goes on.
      await Promise.allSettled(running.values());
    }
  }

  open(to: string): ByteStore {
    return new LocalStore(to);
  }

  async publish(
    to: string,
    make: (folder: ByteStore) => Promise<readonly CompanionFile[]>,
    { signal }: CallOptions = {},
  ): Promise<void> {
    const { work } = notePaths(to, "companions");
    const lock = await FileLock.acquire(work, this.#lockTimes, signal);
    const draft = join(work, "companion.draft");
    try {
      for (const { path, bytes } of await make(new LocalStore(to))) {
        const place = await resolveInside(to, path);
        await writeWhole(place, bytes, draft).catch((error: unknown) => {
          throw toDataError(error, { path });
        });
      }
    } finally {
      await lock.release();
    }
  }

  #context(plan: DownloadPlan, options: DownloadOptions, signal: AbortSignal, meter: Meter): FetchContext {
    return {
      ...{ root: plan.to, bodies: this.#bodies, retry: this.#retry, lockTimes: this.#lockTimes, signal },
      ...{ allowPrivate: options.allowPrivate ?? false, allowHosts: toHosts(options.allowHosts ?? []) },
      ...{ overwrite: options.overwrite ?? false, pause: this.#pause, examine: this.#examine },
      onReceived: (bytes) => meter.receive(bytes),
      onForgotten: (bytes) => meter.forget(bytes),
    };
  }
}
