interface Waiting {
  readonly begin: () => void;
  readonly fail: (reason: unknown) => void;
}

/** Lets a number of tasks run at once; the others wait in the order they came, and may stop waiting. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<Waiting>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves when a slot is the caller's; rejects with the signal's reason when it is aborted before. */
  async take(signal?: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => waiting.fail(signal?.reason);
      const leave = (): void => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener("abort", abort);
      };
      const waiting: Waiting = {
        begin: () => {
          leave();
          resolve();
        },
        fail: (reason) => {
          leave();
          reject(reason);
        },
      };
      this.#waiting.add(waiting);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Gives a slot back: to who has waited longest, if anyone does. */
  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free++;
    else next.begin();
  }

  /** Rejects all who wait. */
  close(reason: unknown): void {
    for (const waiting of [...this.#waiting]) waiting.fail(reason);
  }
}
