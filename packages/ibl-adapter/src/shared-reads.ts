import { type CallOptions, SharedRead } from "@crossprobe/core";

interface KeptValue {
  readonly value: unknown;
  readonly bytes: number;
}

/**
 * {@link SharedRead}s by name whose values are kept while there is room.
 *
 * Kept values are dropped, longest unused first, when their sizes pass the limit.
 */
export class SharedReads {
  readonly #pending = new Map<string, SharedRead<unknown>>();
  readonly #kept = new Map<string, KeptValue>();
  readonly #maxBytes: number;
  #keptBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The value of a key: kept, being read, or read now.
   *
   * @param work gets a signal that is aborted when nobody waits any more
   * @param bytesOf how much memory the value takes; a value above the limit is handed out and not kept
   */
  async read<Value>(
    key: string,
    work: (options: CallOptions) => Promise<Value>,
    bytesOf: (value: Value) => number,
    options: CallOptions = {},
  ): Promise<Value> {
    options.signal?.throwIfAborted();
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept.value as Value; // stored below under this very key by the same kind of work
    }
    const pending = this.#pending.get(key) ?? new SharedRead<unknown>(work);
    this.#pending.set(key, pending);
    try {
      const value = (await pending.read(options)) as Value; // as above
      if (this.#pending.get(key) === pending) this.#keep(key, { value, bytes: bytesOf(value) });
      return value;
    } finally {
      if (!pending.isRunning && this.#pending.get(key) === pending) this.#pending.delete(key);
    }
  }

  /** Ends everything under way and forgets what is kept. */
  dispose(reason: Error): void {
    for (const pending of this.#pending.values()) pending.dispose(reason);
    this.#pending.clear();
    this.#kept.clear();
    this.#keptBytes = 0;
  }

  #keep(key: string, entry: KeptValue): void {
    if (entry.bytes > this.#maxBytes || this.#kept.has(key)) return;
    this.#kept.set(key, entry);
    this.#keptBytes += entry.bytes;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#keptBytes <= this.#maxBytes) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= bytes;
    }
  }
}
