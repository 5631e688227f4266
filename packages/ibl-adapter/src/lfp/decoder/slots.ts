interface Waiting {
  readonly begin: (slot: number) => void;
  readonly fail: (reason: unknown) => void;
}

/** Lets a number of tasks run at once, each with a slot of its own; the others wait in the order they came, and may stop waiting. */
export class Slots {
  readonly #free: number[];
  readonly #waiting = new Set<Waiting>();

  constructor(count: number) {
    this.#free = Array.from({ length: count }, (_, slot) => slot);
  }

  /** Resolves with the number of a slot when it is the caller's; rejects with the signal's reason when it is aborted before. */
  async take(signal?: AbortSignal | undefined): Promise<number> {
    signal?.throwIfAborted();
    const free = this.#free.pop();
    if (free !== undefined) return free;
    return new Promise<number>((resolve, reject) => {
      const abort = (): void => waiting.fail(signal?.reason);
      const leave = (): void => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener("abort", abort);
      };
      const waiting: Waiting = {
        begin: (slot) => {
          leave();
          resolve(slot);
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
  give(slot: number): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free.push(slot);
    else next.begin(slot);
  }

  /** Rejects all who wait. */
  close(reason: unknown): void {
    for (const waiting of [...this.#waiting]) waiting.fail(reason);
  }
}
