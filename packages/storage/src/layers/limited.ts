import { type ByteStore, type CallOptions, ConfigError } from "@crossprobe/core";
import { over } from "./over.js";

interface Waiting {
  readonly start: () => void;
}

/** A number of places, taken in the order of asking. Stores that share it share the limit. */
export class Slots {
  readonly #waiting = new Set<Waiting>();
  #free: number;

  /** @throws {@link ConfigError} unless there is at least one */
  constructor(count: number) {
    if (!Number.isSafeInteger(count) || count < 1) throw new ConfigError(`${count} is no number of requests at a time`);
    this.#free = count;
  }

  /** Runs work in a place of its own. Who aborts while waiting leaves the queue, with the signal's reason. */
  async run<Value>(signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> {
    await this.#take(signal);
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      this.#give();
    }
  }

  async #take(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = {
        start: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#waiting.delete(waiting);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.add(waiting);
    });
  }

  /** The place goes straight to the next in the queue. */
  #give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next.start();
  }
}

export interface LimitedOptions {
  readonly slots: Slots;
}

/**
 * Lets only so many reads run at a time. A listing is not counted: whoever takes its keys slowly would keep a place from everybody.
 *
 * @example
 * const slots = new Slots(8);
 * const store = limited(new HttpStore("https://example.org/cache/"), { slots });
 */
export function limited(store: ByteStore, { slots }: LimitedOptions): ByteStore {
  const within = <Value>(options: CallOptions | undefined, work: () => Promise<Value>) =>
    slots.run(options?.signal, work);
  const stat = store.stat?.bind(store);
  return over(store, {
    size: (key, options) => within(options, () => store.size(key, options)),
    read: (key, options) => within(options, () => store.read(key, options)),
    ...(stat && { stat: (key, options) => within(options, () => stat(key, options)) }),
  });
}
