import type { CallOptions } from "@crossprobe/core";

interface PendingRead {
  readonly promise: Promise<unknown>;
  readonly controller: AbortController;
  waiting: number;
}

interface KeptValue {
  readonly value: unknown;
  readonly bytes: number;
}

/**
 * Work that several callers may ask for at the same time, or again: done once, kept while there is room.
 *
 * A pending read is aborted when the last caller who waits for it has gone, never before. What failed, or was aborted, is
 * forgotten and will be done again. Kept values are dropped, longest unused first, when their sizes pass the limit.
 */
export class SharedReads {
  readonly #pending = new Map<string, PendingRead>();
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
    const pending = this.#pending.get(key) ?? this.#start(key, work, bytesOf);
    return waitFor(pending, options.signal) as Promise<Value>;
  }

  /** Ends everything under way and forgets what is kept. */
  dispose(reason: Error): void {
    for (const { controller } of this.#pending.values()) controller.abort(reason);
    this.#pending.clear();
    this.#kept.clear();
    this.#keptBytes = 0;
  }

  #start<Value>(
    key: string,
    work: (options: CallOptions) => Promise<Value>,
    bytesOf: (value: Value) => number,
  ): PendingRead {
    const controller = new AbortController();
    const promise = work({ signal: controller.signal });
    const pending: PendingRead = { promise, controller, waiting: 0 };
    this.#pending.set(key, pending);
    promise.then(
      (value) => {
        if (this.#forget(key, pending)) this.#keep(key, { value, bytes: bytesOf(value) });
      },
      () => this.#forget(key, pending),
    );
    // An aborted read may still be running when it is asked for again: the next caller starts a new one.
    controller.signal.addEventListener("abort", () => this.#forget(key, pending));
    return pending;
  }

  #forget(key: string, pending: PendingRead): boolean {
    if (this.#pending.get(key) !== pending) return false;
    return this.#pending.delete(key);
  }

  #keep(key: string, entry: KeptValue): void {
    if (entry.bytes > this.#maxBytes) return;
    this.#kept.set(key, entry);
    this.#keptBytes += entry.bytes;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#keptBytes <= this.#maxBytes) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= bytes;
    }
  }
}

/** Waits for a pending read on behalf of one caller, who may leave early. */
async function waitFor(pending: PendingRead, signal: AbortSignal | undefined): Promise<unknown> {
  pending.waiting++;
  if (signal === undefined) return pending.promise;
  let leave: (() => void) | undefined;
  const left = new Promise<never>((_resolve, reject) => {
    leave = () => {
      pending.waiting--;
      if (pending.waiting === 0) pending.controller.abort(signal.reason);
      reject(signal.reason);
    };
  });
  signal.addEventListener("abort", leave ?? (() => undefined), { once: true });
  try {
    return await Promise.race([pending.promise, left]);
  } finally {
    if (leave !== undefined) signal.removeEventListener("abort", leave);
  }
}
