import type { CallOptions } from "@crossprobe/core";

interface Running<Value> {
  readonly result: Promise<Value>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * One piece of work that several callers share: started by the first, kept once it has succeeded, forgotten when it fails.
 *
 * A caller who aborts gets the reason of its own signal at once; the work itself is aborted when its last caller has gone.
 */
export class SharedRead<Value> {
  readonly #work: (options: CallOptions) => Promise<Value>;
  #running: Running<Value> | undefined;
  #kept: { readonly value: Value } | undefined;

  constructor(work: (options: CallOptions) => Promise<Value>) {
    this.#work = work;
  }

  /** The value if the work has succeeded before; nothing is started. */
  get settled(): Value | undefined {
    return this.#kept?.value;
  }

  async read(options?: CallOptions): Promise<Value> {
    options?.signal?.throwIfAborted();
    if (this.#kept) return this.#kept.value;
    this.#running ??= this.#start();
    return this.#join(this.#running, options?.signal);
  }

  #start(): Running<Value> {
    const controller = new AbortController();
    const result = this.#work({ signal: controller.signal });
    const running: Running<Value> = { result, controller, waiting: 0 };
    result.then(
      (value) => {
        if (this.#running === running) this.#kept = { value };
        this.#forget(running);
      },
      () => this.#forget(running),
    );
    return running;
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

/** {@link SharedRead}s by name, each made when it is first asked for. */
export class SharedReads<Value> {
  readonly #work: (name: string, options: CallOptions) => Promise<Value>;
  readonly #keep: number;
  readonly #reads = new Map<string, SharedRead<Value>>();

  /** @param keep values kept at most; beyond it the one that was asked for longest ago is forgotten */
  constructor(work: (name: string, options: CallOptions) => Promise<Value>, keep = Number.POSITIVE_INFINITY) {
    this.#work = work;
    this.#keep = keep;
  }

  read(name: string, options?: CallOptions): Promise<Value> {
    const shared = this.#reads.get(name) ?? new SharedRead((inner) => this.#work(name, inner));
    this.#reads.delete(name);
    this.#reads.set(name, shared);
    this.#forgetOld();
    return shared.read(options);
  }

  /** Values of the works that have succeeded and are kept. */
  *settled(): Iterable<Value> {
    for (const shared of this.#reads.values()) {
      if (shared.settled !== undefined) yield shared.settled;
    }
  }

  #forgetOld(): void {
    for (const [name, shared] of this.#reads) {
      if (this.#reads.size <= this.#keep) return;
      if (shared.settled !== undefined) this.#reads.delete(name);
    }
  }
}
