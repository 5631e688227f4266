import { type CallOptions, ConfigError, QueryError } from "@crossprobe/core";
import { Tinypool } from "tinypool";
import { checkCoefficients } from "../coefficients.js";
import { type DecodedChunk, decodeChecked } from "../decode-chunk.js";
import type { Kernels, ProductShape } from "../kernels/kernels.js";
import type { StoredChunk, StoredFactors } from "../stored-chunk.js";
import type { ChunkDecoder, ProductTask } from "./chunk-decoder.js";
import type { DecodedParts, DecoderTask } from "./protocol.js";
import { Slots } from "./slots.js";

/** Node 20 runs no TypeScript in a worker, so the sources start the built one. */
const WORKER_URL = new URL(
  import.meta.url.endsWith(".ts") ? "../../../dist/lfp/decoder/decoder-worker.js" : "./decoder-worker.js",
  import.meta.url,
);

/** Chunks of fewer coefficients, and products of fewer multiplications, take less time than they take to travel. */
const SMALL_CHUNK = 60_000;
const SMALL_PRODUCT = 8e6;
/** Most shared memory that is kept for each thread: a chunk of rank 64 and 384 channels takes 4.4 MB. */
const KEPT_BYTES = 8 * 2 ** 20;

/**
 * Decodes in worker threads. An aborted task that no thread has begun is dropped; one that is under way finishes, and its result is
 * ignored. Idle threads do not keep the process alive.
 */
export class DecoderPool implements ChunkDecoder {
  readonly threads: number;
  readonly #kernels: Kernels;
  readonly #pool: Tinypool;
  readonly #slots: Slots;
  readonly #memory: SharedArrayBuffer[] = [];
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

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async decode(stored: StoredChunk, options?: CallOptions): Promise<DecodedChunk> {
    const { header, channelCount, factors } = stored;
    const { indices, values } = checkCoefficients(stored);
    const { rank, columns, sampleCount } = header;
    if (rank * columns < SMALL_CHUNK) {
      this.#check(options?.signal);
      return decodeChecked(stored, { indices, values }, this.#kernels);
    }
    const send = (): DecoderTask => ({
      kind: "decode",
      kernels: this.#kernels.name,
      header,
      channelCount,
      factors: compactFactors(factors),
      indices: compact(indices),
      values: compact(values),
    });
    const basisFactors = factors.kind === "basis" ? factors : undefined;
    const receive = (parts: unknown) => ({ channelCount, sampleCount, rank, basisFactors, ...(parts as DecodedParts) });
    return this.#run(send, receive, options);
  }

  async product({ factors, courses, shape, target, offset }: ProductTask, options?: CallOptions): Promise<number> {
    const { rank, columns, start, stop } = shape;
    if (rank * columns * (stop - start) < SMALL_PRODUCT) {
      this.#check(options?.signal);
      return this.#kernels.product(factors, courses, shape, target, offset);
    }
    const send = (slot: number): DecoderTask => {
      const memory = this.#memoryOf(slot, shape);
      memory.factors.set(factors);
      memory.courses.set(courses);
      return { kind: "product", kernels: this.#kernels.name, shape, ...memory };
    };
    const receive = (nonFiniteCount: unknown, task: DecoderTask): number => {
      if (task.kind === "product") target.set(task.result, offset);
      return Number(nonFiniteCount);
    };
    return this.#run(send, receive, options);
  }

  /** Shared memory for the operands and the result of a product; each slot keeps its own for the next one. */
  #memoryOf(slot: number, { rank, columns, stride, start, stop }: ProductShape) {
    const [factors, courses, values] = [columns * rank, rank * stride, (stop - start) * columns];
    const bytes = (factors + courses) * 8 + values * 4;
    let memory = this.#memory[slot];
    if (memory === undefined || memory.byteLength < bytes) memory = new SharedArrayBuffer(bytes);
    if (bytes <= KEPT_BYTES) this.#memory[slot] = memory;
    return {
      factors: new Float64Array(memory, 0, factors),
      courses: new Float64Array(memory, factors * 8, courses),
      result: new Float32Array(memory, (factors + courses) * 8, values),
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#slots.close(closedError());
    await this.#pool.destroy();
  }

  /** Has a thread carry out a task: `send` makes it when there is a slot for it, `receive` takes its result before that is given back. */
  async #run<Result>(
    send: (slot: number) => DecoderTask,
    receive: (result: unknown, task: DecoderTask) => Result,
    options?: CallOptions,
  ): Promise<Result> {
    const signal = options?.signal;
    this.#check(signal);
    const slot = await this.#slots.take(signal);
    const carryOut = async (): Promise<Result> => {
      this.#check(signal);
      const task = send(slot);
      const result: unknown = await this.#pool
        .run(task)
        .catch((cause: unknown) => Promise.reject(this.#failure(cause)));
      signal?.throwIfAborted();
      return receive(result, task);
    };
    // The slot is given back when the thread is free, however long the caller waits.
    return orAborted(
      carryOut().finally(() => this.#slots.give(slot)),
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
