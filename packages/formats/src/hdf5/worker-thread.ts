import { Worker } from "node:worker_threads";
import { ConfigError, StoreError } from "@crossprobe/core";
import type { EngineFile } from "./engine.js";
import {
  CONTROL,
  CONTROL_BYTES,
  type FailureMessage,
  FETCH_BYTES,
  type Question,
  type WorkerMessage,
} from "./protocol.js";

/** The worker answered with an error, or ended without an answer. */
export class WorkerFailure extends Error {
  readonly failure: FailureMessage;

  constructor(failure: FailureMessage) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Node 20 runs no TypeScript in a worker, so the sources start the built one. */
const WORKER_URL = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/hdf5/worker.js" : "./worker.js",
  import.meta.url,
);

interface Exchange {
  readonly file: EngineFile;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** Why the store did not give the bytes; it outlives whatever HDF5 makes of their absence. */
  storeFailure?: { readonly reason: unknown };
}

/**
 * A worker thread with one instance of h5wasm, asked one question at a time. It reads bytes through the file's store.
 *
 * Damaged files can send HDF5 round in circles: a thread that neither answers, nor asks for bytes, nor gets on with a long read for
 * `silentMs` milliseconds is ended.
 */
export class WorkerThread {
  /** Files that this thread has open. */
  readonly opened = new Set<EngineFile>();
  readonly #worker: Worker;
  readonly #control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES));
  readonly #bytes = new Uint8Array(new SharedArrayBuffer(FETCH_BYTES));
  #exchange: Exchange | undefined;
  /** The fetch that the worker is blocked on. */
  #fetch: object | undefined;
  #hasAnswered = false;
  #hasEnded = false;

  readonly #silentMs: number;
  #watch: NodeJS.Timeout | undefined;

  constructor(silentMs: number) {
    this.#silentMs = silentMs;
    const workerData = { control: this.#control.buffer, bytes: this.#bytes.buffer };
    // No inherited loaders or flags: the worker is plain JavaScript.
    this.#worker = new Worker(WORKER_URL, { workerData, execArgv: [], name: "hdf5" });
    this.#worker.on("message", (message: WorkerMessage) => this.#receive(message));
    this.#worker.on("error", (error) => this.#fail(String(error), error));
    this.#worker.on("exit", (code) => this.#fail(`it ended with code ${code}`));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** While held, as it is at first, the thread keeps the process alive. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Asks and waits. Rejects with the store's own error, a {@link WorkerFailure}, or {@link ConfigError}. */
  ask(file: EngineFile, question: Question, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#exchange = { file, signal, resolve, reject };
      Atomics.store(this.#control, CONTROL.cancelled, 0);
      this.#watchOut();
      this.#worker.postMessage(question);
    });
  }

  /** Lets the question in flight come to an early end: the store's read is not waited for any longer. */
  cancel(): void {
    Atomics.store(this.#control, CONTROL.cancelled, 1);
    if (this.#fetch !== undefined) this.#finishFetch(this.#fetch, -1);
  }

  end(): void {
    this.#hasEnded = true;
    void this.#worker.terminate();
    this.#fail("it was ended");
  }

  #watchOut(): void {
    clearTimeout(this.#watch);
    const steps = Atomics.load(this.#control, CONTROL.steps);
    this.#watch = setTimeout(() => {
      if (Atomics.load(this.#control, CONTROL.steps) !== steps) {
        this.#watchOut();
        return;
      }
      this.#fail(`it did nothing but compute for ${this.#silentMs / 1000} s, as it does on damaged bytes`);
      this.end();
    }, this.#silentMs);
  }

  #receive(message: WorkerMessage): void {
    clearTimeout(this.#watch);
    this.#hasAnswered = true;
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    if (message.kind === "fetch") {
      void this.#serve(exchange, message.offset, message.length);
      return;
    }
    this.#exchange = undefined;
    if (exchange.storeFailure !== undefined) exchange.reject(exchange.storeFailure.reason);
    else if (message.kind === "failed") exchange.reject(new WorkerFailure(message.failure));
    else exchange.resolve(message.value);
  }

  async #serve(exchange: Exchange, offset: number, length: number): Promise<void> {
    const fetch = {};
    this.#fetch = fetch;
    try {
      exchange.signal?.throwIfAborted();
      const bytes = await readExactly(exchange.file, offset, length, exchange.signal);
      if (this.#fetch === fetch) this.#bytes.set(bytes);
      this.#finishFetch(fetch, length);
    } catch (reason) {
      exchange.storeFailure ??= { reason };
      this.#finishFetch(fetch, -1);
    }
  }

  #finishFetch(fetch: object, length: number): void {
    if (this.#fetch !== fetch) return;
    this.#fetch = undefined;
    Atomics.store(this.#control, CONTROL.length, length);
    Atomics.store(this.#control, CONTROL.fetched, 1);
    Atomics.notify(this.#control, CONTROL.fetched);
    this.#watchOut();
  }

  #fail(reason: string, cause?: unknown): void {
    clearTimeout(this.#watch);
    this.#hasEnded = true;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange === undefined) return;
    if (!this.#hasAnswered) {
      exchange.reject(new ConfigError(`the HDF5 worker ${WORKER_URL.href} did not start: ${reason}`, { cause }));
      return;
    }
    const message = `the HDF5 library broke down while reading ${exchange.file.url}: ${reason}`;
    exchange.reject(new WorkerFailure({ code: "format", message, fatal: true, ...NO_DETAILS }));
  }
}

const NO_DETAILS = { hint: undefined, at: undefined, diagnostics: undefined };

async function readExactly(
  file: EngineFile,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { store, key, url } = file;
  const bytes = await store.read(key, { range: { offset, length }, signal });
  if (bytes === undefined) throw new StoreError(`${url} has gone since it was opened`, { url });
  if (bytes.length === length) return bytes;
  throw new StoreError(`${url} gave ${bytes.length} of ${length} bytes at offset ${offset}`, { url, retryable: true });
}
