/**
 * Aborts work on which nothing happens for a while, or when its caller does. For one request: end it when that is over.
 */
export class StallWatch {
  readonly #seconds: number;
  readonly #caller: AbortSignal | undefined;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasStalled = false;

  constructor(seconds: number, caller: AbortSignal | undefined) {
    this.#seconds = seconds;
    this.#caller = caller;
    if (caller?.aborted) this.#controller.abort(caller.reason);
    caller?.addEventListener("abort", this.#onCaller, { once: true });
    this.restart();
  }

  /** Handed to what is watched. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was silence that ended the work. */
  get hasStalled(): boolean {
    return this.#hasStalled;
  }

  /** Something came. */
  restart(): void {
    clearTimeout(this.#timer);
    if (Number.isFinite(this.#seconds)) this.#timer = setTimeout(this.#onSilence, this.#seconds * 1000);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#onCaller);
  }

  readonly #onCaller = (): void => this.#controller.abort(this.#caller?.reason);

  readonly #onSilence = (): void => {
    this.#hasStalled = true;
    this.#controller.abort();
  };
}
