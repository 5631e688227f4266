import { parseRetryAfter, pause } from "@crossprobe/core";

/** Time and chance, so that tests need not wait. */
export interface AlyxClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's own reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

/** The clock of the machine. */
export const systemClock: AlyxClock = { now: () => Date.now(), sleep: pause, random: () => Math.random() };

/** A wait this long is not waited. Source: ONE 3.6, `one/webclient.py`. */
const LONGEST_WAIT_SECONDS = 300;
const LONGEST_RANDOM_PART_SECONDS = 60;
const WINDOW_MS = 60_000;

/**
 * How long to wait before a refused request is sent again: what the server asked for, and a random part that doubles with each attempt.
 *
 * Absent: `undefined` when the wait would be 300 s or more.
 *
 * Source: ONE 3.6, `one/webclient.py`: `Retry-After` in seconds or as a date, plus up to `min(60, 2^attempt)` s.
 *
 * @param attempt 0 for the first
 * @param retryAfter the header, where there is one; what is neither a number nor a date counts as none
 */
export function retryWaitSeconds(
  attempt: number,
  retryAfter: string | undefined,
  clock: AlyxClock,
): number | undefined {
  const random = clock.random() * Math.min(LONGEST_RANDOM_PART_SECONDS, 2 ** attempt);
  const wait = (parseRetryAfter(retryAfter, clock.now()) ?? 0) + random;
  return wait < LONGEST_WAIT_SECONDS ? wait : undefined;
}

/** Lets so many requests start in any minute, and none before the server's pause is over. */
export class RequestPace {
  readonly #perMinute: number;
  readonly #clock: AlyxClock;
  readonly #starts: number[] = [];
  #pausedUntil = 0;

  constructor(perMinute: number, clock: AlyxClock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Holds later requests back too: the server counts the account's requests, not one question's. */
  pause(seconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + seconds * 1000);
  }

  async enter(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const now = this.#clock.now();
      while (this.#starts[0] !== undefined && this.#starts[0] <= now - WINDOW_MS) this.#starts.shift();
      const oldest = this.#starts[0];
      const free = oldest === undefined || this.#starts.length < this.#perMinute ? now : oldest + WINDOW_MS;
      const wait = Math.max(free, this.#pausedUntil) - now;
      if (wait <= 0) {
        this.#starts.push(now);
        return;
      }
      await this.#clock.sleep(wait, signal);
    }
  }
}

/** Lets so many pieces of work run at the same time; the others wait their turn, in the order in which they came. */
export class RequestSlots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async run<Value>(work: () => Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onTurn = (): void => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(onTurn), 1);
        reject(signal?.reason);
      };
      this.#waiting.push(onTurn);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }
}
