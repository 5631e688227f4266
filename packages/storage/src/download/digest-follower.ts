import { Worker } from "node:worker_threads";
import { type FileDigest, StoreError } from "@crossprobe/core";
import type { FollowAnswer, FollowQuestion, FollowStart } from "./digest-worker.js";
import type { ContentDigest } from "./digests.js";

/** Node 20 runs no TypeScript in a thread, so the sources start the built one. */
const WORKER_URL = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/download/digest-worker.js" : "./digest-worker.js",
  import.meta.url,
);

/** A thread that computes digests of a file while it grows, by reading after the one who writes. */
export class DigestFollower {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #answer: Promise<FollowAnswer>;

  /** @param fd open until {@link close} has ended */
  constructor(path: string, fd: number, kinds: readonly ContentDigest["kind"][]) {
    this.#path = path;
    const workerData: FollowStart = { fd, kinds };
    this.#worker = new Worker(WORKER_URL, { workerData, execArgv: [], name: "digests" });
    this.#answer = new Promise((resolve, reject) => {
      this.#worker.once("message", resolve);
      this.#worker.once("error", reject);
      this.#worker.once("exit", (code) => reject(new Error(`its thread ended with ${code}`)));
    });
    // Nobody may ask for it.
    this.#answer.catch(() => undefined);
  }

  /** So many bytes are there by now, and stay as they are. */
  tell(length: number): void {
    this.#ask({ until: length, isLast: false });
  }

  /** @throws {@link StoreError} when the file does not give back what was written */
  async finish(length: number): Promise<FileDigest[]> {
    this.#ask({ until: length, isLast: true });
    const { read, digests } = await this.#answer.catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new StoreError(`the digests of ${this.#path} could not be computed: ${why}`, { url: this.#path, cause });
    });
    if (read === length) return [...digests];
    throw new StoreError(`${read} of ${length} bytes of ${this.#path} could be read back`, {
      url: this.#path,
      hint: "something else changed it, or the disk is at fault",
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(question: FollowQuestion): void {
    this.#worker.postMessage(question);
  }
}
