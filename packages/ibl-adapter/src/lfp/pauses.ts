/** Longest that reading keeps its thread from everything else, in milliseconds. */
const LONGEST_MS = 16;

/**
 * Lets the rest of the thread have its turn during long work that waits for nothing (chunks that are kept, files that are read at once):
 * without it no timer runs and no abort is heard before the end.
 */
export class Pauses {
  #last = performance.now();

  /** Pauses if it is time, and rejects with the signal's reason if that has been aborted. */
  async pauseIfDue(signal?: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (performance.now() - this.#last < LONGEST_MS) return;
    await nextTurn();
    this.#last = performance.now();
    signal?.throwIfAborted();
  }
}

/** Browsers have no `setImmediate`. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve);
  });
}
