import { parseRetryAfter } from "@crossprobe/core";
import { type Backoff, backoffSeconds } from "../backoff.js";

/** How often and how long a download tries again. */
export interface RetryOptions extends Backoff {
  /** Tries in a row without one new byte (default 6). */
  readonly tries: number;
}

export const RETRY: RetryOptions = { tries: 6, firstWaitSeconds: 1, longestWaitSeconds: 60 };

/** The longest wait that a server may ask for. */
const LONGEST_ASKED_SECONDS = 600;

/**
 * How long to wait before the next try, seconds: what the server asks for, else twice as long as before.
 *
 * Source: RFC 9110 §10.2.3 (`Retry-After`: seconds or a date).
 */
export function retryWait(failures: number, asked: string | undefined, options: RetryOptions, now: number): number {
  const seconds = parseRetryAfter(asked, now);
  if (seconds !== undefined) return Math.min(seconds, LONGEST_ASKED_SECONDS);
  return backoffSeconds(failures, options);
}
