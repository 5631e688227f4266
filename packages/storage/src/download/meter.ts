import type { DownloadOptions, DownloadPlan, DownloadProgress } from "@crossprobe/core";

/** Span over which the rate is taken. */
const WINDOW_MS = 5000;
/** Events come no closer than this. */
const PACE_MS = 100;

/** Counts what comes, and tells it on at a pace that a line on a screen can follow. */
export class Meter {
  readonly #tell: ((progress: DownloadProgress) => void) | undefined;
  readonly #files: number;
  readonly #bytes: number | null;
  #bytesDone: number;
  #filesDone = 0;
  #told = Number.NEGATIVE_INFINITY;
  /** Bytes received until a time, oldest first. */
  #samples: { readonly time: number; readonly received: number }[] = [];
  #received = 0;

  constructor({ files, missingBytes, unknownSizes }: DownloadPlan, options: DownloadOptions) {
    this.#tell = options.onProgress;
    this.#files = files.length;
    const wanted = files.filter(({ state }) => state === "fetch" || state === "resume");
    const total = wanted.reduce((sum, { size }) => sum + (size ?? 0), 0);
    this.#bytes = unknownSizes > 0 ? null : total;
    this.#bytesDone = unknownSizes > 0 ? 0 : total - missingBytes;
  }

  receive(bytes: number): void {
    this.#received += bytes;
    this.#bytesDone += bytes;
    this.#report(false);
  }

  forget(bytes: number): void {
    this.#bytesDone -= bytes;
  }

  finishFile(): void {
    this.#filesDone++;
    this.#report(true);
  }

  #report(isDue: boolean): void {
    const time = performance.now();
    if (this.#tell === undefined || (!isDue && time - this.#told < PACE_MS)) return;
    this.#told = time;
    this.#samples.push({ time, received: this.#received });
    while (this.#samples.length > 2 && time - (this.#samples[0]?.time ?? time) > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    const seconds = first === undefined ? 0 : (time - first.time) / 1000;
    const bytesPerSecond = seconds > 0 ? (this.#received - (first?.received ?? 0)) / seconds : 0;
    const left = this.#bytes === null ? null : Math.max(0, this.#bytes - this.#bytesDone);
    this.#tell({
      ...{ filesDone: this.#filesDone, files: this.#files, bytesDone: this.#bytesDone, bytes: this.#bytes },
      ...{ bytesPerSecond, secondsLeft: left === null || bytesPerSecond === 0 ? null : left / bytesPerSecond },
    });
  }
}
