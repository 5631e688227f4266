import { type ByteStore, type CallOptions, isDataError, pause } from "@crossprobe/core";
import { backoffSeconds } from "../backoff.js";
import { compareCodePoints } from "../keys.js";
import { over } from "./over.js";

export interface RetriedOptions {
  /** Tries altogether (default 4). */
  readonly tries?: number | undefined;
  /** Of the first wait, seconds (default 0.2); each is twice the one before, by chance up to half shorter. */
  readonly firstWaitSeconds?: number | undefined;
  /** Of any wait (default 10). */
  readonly longestWaitSeconds?: number | undefined;
  /** A server that asks for a longer wait than this (`Retry-After`, default 60) is not asked again. */
  readonly longestAskedSeconds?: number | undefined;
}

type Settings = { readonly [Name in keyof RetriedOptions]-?: number };

/**
 * Asks again after failures that may pass (`StoreError.retryable`): everything a store does is reading, so asking twice does no harm.
 * A listing that breaks off goes on behind the last key that it gave.
 *
 * An abort ends a wait at once. The last failure is the one that callers get.
 *
 * @example
 * const store = retried(new HttpStore("https://example.org/cache/"), { tries: 6 });
 */
export function retried(store: ByteStore, options: RetriedOptions = {}): ByteStore {
  const settings: Settings = {
    tries: options.tries ?? 4,
    firstWaitSeconds: options.firstWaitSeconds ?? 0.2,
    longestWaitSeconds: options.longestWaitSeconds ?? 10,
    longestAskedSeconds: options.longestAskedSeconds ?? 60,
  };
  const list = store.list?.bind(store);
  const stat = store.stat?.bind(store);
  return over(store, {
    size: (key, options) => again(settings, options, () => store.size(key, options)),
    read: (key, options) => again(settings, options, () => store.read(key, options)),
    ...(stat && { stat: (key, options) => again(settings, options, () => stat(key, options)) }),
    ...(list && { list: (prefix, options) => listAgain(settings, options, () => list(prefix, options)) }),
  });
}

async function again<Value>(
  settings: Settings,
  options: CallOptions | undefined,
  work: () => Promise<Value>,
): Promise<Value> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      await waitAfter(error, failures, settings, options?.signal);
    }
  }
}

async function* listAgain(
  settings: Settings,
  options: CallOptions | undefined,
  work: () => AsyncIterable<string>,
): AsyncIterable<string> {
  let last: string | undefined;
  for (let failures = 1; ; failures++) {
    try {
      for await (const key of work()) {
        if (last !== undefined && compareCodePoints(key, last) <= 0) continue;
        last = key;
        failures = 1;
        yield key;
      }
      return;
    } catch (error) {
      await waitAfter(error, failures, settings, options?.signal);
    }
  }
}

/** @throws the failure itself where asking again is of no use */
async function waitAfter(
  error: unknown,
  failures: number,
  settings: Settings,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  if (failures >= settings.tries || !isDataError(error, "store") || !error.retryable) throw error;
  const asked = error.retryAfterSeconds;
  if (asked !== undefined && asked > settings.longestAskedSeconds) throw error;
  await pause((asked ?? backoffSeconds(failures, settings)) * 1000, signal);
}
