/** How slow a connection may be before it counts as lost. */
export interface MinimumRate {
  /** Bytes a second (default 1024), over so many seconds. */
  readonly bytesPerSecond: number;
  /** Span that the rate is taken over (default 60). */
  readonly seconds: number;
}

/** Slower than any line that is worth waiting for, and over a span that outlasts a passing trouble. */
export const MINIMUM_RATE: MinimumRate = { bytesPerSecond: 1024, seconds: 60 };

/**
 * Aborts work on which nothing happens for a while, on which too little does for longer, or when its caller does. For one request: end it
 * when that is over.
 */
export class StallWatch {
  readonly #seconds: number;
  readonly #rate: MinimumRate;
  readonly #caller: AbortSignal | undefined;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #span: ReturnType<typeof setTimeout> | undefined;
  /** Bytes of this span, and whether the connection was asked to hold on in it. */
  #received = 0;
  #wasHeld = false;
  #isHeld = false;
  #problem: string | undefined;
  #isSlow = false;

  constructor(seconds: number, caller: AbortSignal | undefined, rate: MinimumRate = MINIMUM_RATE) {
    this.#seconds = seconds;
    this.#rate = rate;
    this.#caller = caller;
    if (caller?.aborted) this.#controller.abort(caller.reason);
    caller?.addEventListener("abort", this.#onCaller, { once: true });
    this.restart();
  }

  /** Handed to what is watched. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What ended the work, if it was the connection: `nothing came for 30 s`. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether bytes came, and too few. */
  get isSlow(): boolean {
    return this.#isSlow;
  }

  /** While the connection is asked to hold on, silence is what was asked for. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  set isHeld(isHeld: boolean) {
    this.#isHeld = isHeld;
    if (isHeld) this.#wasHeld = true;
    this.restart();
  }

  /** Something came. The first bytes of a body begin the span that the rate is taken over. */
  restart(bytes = 0): void {
    if (bytes > 0 && this.#span === undefined) this.#beginSpan();
    this.#received += bytes;
    clearTimeout(this.#timer);
    if (Number.isFinite(this.#seconds) && !this.#isHeld)
      this.#timer = setTimeout(this.#onSilence, this.#seconds * 1000);
  }

  end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#span);
    this.#caller?.removeEventListener("abort", this.#onCaller);
  }

  #beginSpan(): void {
    this.#received = 0;
    this.#wasHeld = this.#isHeld;
    const { bytesPerSecond, seconds } = this.#rate;
    if (bytesPerSecond > 0 && Number.isFinite(seconds)) this.#span = setTimeout(this.#onSpan, seconds * 1000);
  }

  readonly #onCaller = (): void => this.#controller.abort(this.#caller?.reason);

  readonly #onSilence = (): void => this.#end(`nothing came for ${this.#seconds} s`);

  readonly #onSpan = (): void => {
    const { bytesPerSecond, seconds } = this.#rate;
    if (this.#wasHeld || this.#received >= bytesPerSecond * seconds) {
      this.#beginSpan();
    } else {
      this.#isSlow = true;
      this.#end(`only ${this.#received} bytes came in ${seconds} s`);
    }
  };

  #end(problem: string): void {
    this.#problem ??= problem;
    this.#controller.abort();
  }
}
