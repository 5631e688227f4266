import { type CallOptions, ConfigError, QueryError } from "@crossprobe/core";
import { Tinypool } from "tinypool";
import { checkCoefficients } from "../coefficients.js";
import type { DecodedChunk } from "../decode-chunk.js";
import type { Kernels } from "../kernels/kernels.js";
import type { StoredChunk, StoredFactors } from "../stored-chunk.js";
import type { ChunkDecoder, ProductTask } from "./chunk-decoder.js";
import type { DecodedParts, DecoderTask, ProductParts } from "./protocol.js";
import { Slots } from "./slots.js";

/** Node 20 runs no TypeScript in a worker, so the sources start the built one. */
const WORKER_URL = new URL(
  import.meta.url.endsWith(".ts") ? "../../../dist/lfp/decoder/decoder-worker.js" : "./decoder-worker.js",
  import.meta.url,
);

/** Products below this many multiplications take less time than their result takes to travel. */
const SMALL_PRODUCT = 8e6;

/**
 * Decodes in worker threads. An aborted task that no thread has begun is dropped; one that is under way finishes, and its result is
 * ignored. Idle threads do not keep the process alive.
 */
export class DecoderPool implements ChunkDecoder {
  readonly threads: number;
  readonly #kernels: Kernels;
  readonly #pool: Tinypool;
  readonly #slots: Slots;
  #isClosed = false;

  /** @param kernels those of this thread, for products too small to send; threads use the same kind */
  constructor(threads: number, kernels: Kernels) {
    if (!(Number.isInteger(threads) && threads > 0)) {
      throw new QueryError(`${threads} decoding threads are no number of threads`, { hint: "give a positive integer" });
    }
    this.threads = threads;
    this.#kernels = kernels;
    this.#slots = new Slots(threads);
    this.#pool = new Tinypool({
      filename: WORKER_URL.href,
      name: "carryOut",
      runtime: "worker_threads",
      minThreads: threads,
      maxThreads: threads,
      // No inherited loaders or flags: the worker is plain JavaScript.
      execArgv: [],
    });
  }

  async decode(stored: StoredChunk, options?: CallOptions): Promise<DecodedChunk> {
    const { header, channelCount, factors } = stored;
    const { indices, values } = checkCoefficients(stored);
    const task = { kind: "decode", header, channelCount, factors: compactFactors(factors) } as const;
    const parts = (await this.#run(
      { ...task, kernels: this.#kernels.name, indices: compact(indices), values: compact(values) },
      options,
    )) as DecodedParts;
    const basisFactors = factors.kind === "basis" ? factors : undefined;
    return { channelCount, sampleCount: header.sampleCount, rank: header.rank, basisFactors, ...parts };
  }

  async product({ factors, courses, shape, target, offset }: ProductTask, options?: CallOptions): Promise<number> {
    const { rank, columns, start, stop } = shape;
    if (rank * columns * (stop - start) < SMALL_PRODUCT) {
      options?.signal?.throwIfAborted();
      return this.#kernels.product(factors, courses, shape, target, offset);
    }
    const task = { kind: "product", factors: compact(factors), courses: compact(courses), shape } as const;
    const parts = (await this.#run({ ...task, kernels: this.#kernels.name }, options)) as ProductParts;
    target.set(parts.values, offset);
    return parts.nonFiniteCount;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#slots.close(closedError());
    await this.#pool.destroy();
  }

  async #run(task: DecoderTask, options?: CallOptions): Promise<unknown> {
    const signal = options?.signal;
    this.#check(signal);
    await this.#slots.take(signal);
    try {
      this.#check(signal);
    } catch (reason) {
      this.#slots.give();
      throw reason;
    }
    // The slot is given back when the thread is free, however long the caller waits.
    const result = this.#pool.run(task).finally(() => this.#slots.give());
    return orAborted(
      result.catch((cause: unknown) => Promise.reject(this.#failure(cause))),
      signal,
    );
  }

  #check(signal: AbortSignal | undefined): void {
    if (this.#isClosed) throw closedError();
    signal?.throwIfAborted();
  }

  #failure(cause: unknown): Error {
    if (this.#isClosed) return closedError();
    return new ConfigError(`a decoding thread (${WORKER_URL.href}) failed: ${String(cause)}`, {
      cause,
      hint: "build the packages if it did not start; open the archive without decoders to decode in this thread",
    });
  }
}

function closedError(): QueryError {
  return new QueryError("the decoding threads of this LFPack archive are closed", { hint: "open the archive again" });
}

/** Settles as the promise does, or rejects with the signal's reason if that comes first. */
async function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Arrays that are views into larger buffers travel with all of them: a copy of their own part travels alone. */
function compact<Values extends Int32Array | Float32Array | Float64Array>(values: Values): Values {
  return values.byteLength === values.buffer.byteLength ? values : (values.slice() as Values);
}

function compactFactors(factors: StoredFactors): StoredFactors {
  if (factors.kind === "channels") return { kind: "channels", values: factors.values.slice() };
  return { kind: "basis", basis: compact(factors.basis), coefficients: compact(factors.coefficients) };
}
