import type { CallOptions } from "./call-options.js";

interface Running<Value> {
  readonly result: Promise<Value>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * One piece of work that several callers share: started by the first, kept once it has succeeded, forgotten when it fails.
 *
 * A caller who aborts gets the reason of its own signal at once; the work itself is aborted when its last caller has gone. For
 * adapters, whose tables and open files are asked for many times.
 *
 * @example
 * const table = new SharedRead((options) => readCsv(store, "units.csv", {}, options));
 * const rows = await table.read({ signal });
 */
export class SharedRead<Value> {
  readonly #work: (options: CallOptions) => Promise<Value>;
  readonly #close: (value: Value) => void;
  #running: Running<Value> | undefined;
  #kept: { readonly value: Value } | undefined;

  /**
   * @param work gets a signal that is aborted when nobody waits any more
   * @param close ends a value that was made in vain, or is kept when {@link dispose} is called
   */
  constructor(work: (options: CallOptions) => Promise<Value>, close: (value: Value) => void = () => undefined) {
    this.#work = work;
    this.#close = close;
  }

  /** The value if the work has succeeded before; nothing is started. */
  get settled(): Value | undefined {
    return this.#kept?.value;
  }

  /** Whether work is under way. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  async read(options?: CallOptions): Promise<Value> {
    options?.signal?.throwIfAborted();
    if (this.#kept) return this.#kept.value;
    this.#running ??= this.#start();
    return this.#join(this.#running, options?.signal);
  }

  /** Aborts work under way with a reason, which its callers get, and closes the kept value. */
  dispose(reason: unknown): void {
    const running = this.#running;
    const kept = this.#kept;
    this.#running = undefined;
    this.#kept = undefined;
    running?.controller.abort(reason);
    if (kept) this.#close(kept.value);
  }

  #start(): Running<Value> {
    const controller = new AbortController();
    const result = this.#work({ signal: controller.signal }).then(
      (value) => {
        if (this.#running !== running) return this.#discard(value, controller.signal);
        this.#kept = { value };
        this.#running = undefined;
        return value;
      },
      (error: unknown) => {
        this.#forget(running);
        throw error;
      },
    );
    const running: Running<Value> = { result, controller, waiting: 0 };
    return running;
  }

  /** Work may end well though it was aborted: what it made is nobody's then. */
  #discard(value: Value, signal: AbortSignal): never {
    this.#close(value);
    throw signal.reason;
  }

  #forget(running: Running<Value>): void {
    if (this.#running === running) this.#running = undefined;
  }

  #join(running: Running<Value>, signal: AbortSignal | undefined): Promise<Value> {
    running.waiting++;
    return new Promise((resolve, reject) => {
      const leave = () => {
        signal?.removeEventListener("abort", onAbort);
        running.waiting--;
      };
      const onAbort = () => {
        leave();
        if (running.waiting === 0) {
          this.#forget(running);
          running.controller.abort(signal?.reason);
        }
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      running.result.then(
        (value) => {
          leave();
          resolve(value);
        },
        (error: unknown) => {
          leave();
          reject(error);
        },
      );
    });
  }
}
