import type { DuckDBConnection } from "@duckdb/node-api";

/** An interruption that comes before the work has begun is forgotten: it is said again until the work has ended. */
const REPEAT_MS = 20;

/**
 * Runs something on a connection, and interrupts it when the signal aborts.
 *
 * @throws the reason of the signal, untouched, where it aborted; else what the work threw
 */
export async function interruptible<Value>(
  connection: DuckDBConnection,
  signal: AbortSignal | undefined,
  work: () => Promise<Value>,
): Promise<Value> {
  signal?.throwIfAborted();
  let repeat: NodeJS.Timeout | undefined;
  const interrupt = () => {
    connection.interrupt();
    repeat = setInterval(() => connection.interrupt(), REPEAT_MS);
  };
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    const value = await work();
    signal?.throwIfAborted();
    return value;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearInterval(repeat);
    signal?.removeEventListener("abort", interrupt);
  }
}
