import { type ByteStore, type CallOptions, QueryError } from "@crossprobe/core";
import { toDataError } from "./data-error.js";
import { Engine, type EngineFile } from "./engine.js";
import type { Hdf5AttributesOptions, Hdf5Data, Hdf5File, Hdf5Link, Hdf5Object, Hdf5ReadOptions } from "./hdf5-file.js";
import type { Answers, Question, QuestionOf } from "./protocol.js";
import { WorkerFailure } from "./worker-thread.js";

export interface H5wasmFileOptions {
  readonly store: ByteStore;
  readonly key: string;
  readonly url: string;
  readonly size: number;
  /** The first bytes of the file, as far as they are known. */
  readonly head: Uint8Array;
  readonly cacheBytes: number;
}

/** Shared by all files of the process. It does nothing until the first is opened. */
const engine = new Engine();
let fileCount = 0;

/** An HDF5 file read by h5wasm in a worker thread. */
export class H5wasmFile implements Hdf5File {
  readonly url: string;
  readonly #file: EngineFile;
  readonly #number: number;
  #isClosed = false;

  constructor({ store, key, url, size, head, cacheBytes }: H5wasmFileOptions) {
    fileCount += 1;
    const file = fileCount;
    let firstBytes = head;
    const opening = (): Question => {
      const question = { kind: "open", file, url, size, head: firstBytes, cacheBytes } as const;
      firstBytes = new Uint8Array(0);
      return question;
    };
    this.url = url;
    this.#number = file;
    this.#file = { store, key, url, opening };
  }

  /** Opens the file in the worker, so that damage shows now. */
  async open(options: CallOptions = {}): Promise<void> {
    await this.#translated(engine.open(this.#file, options.signal));
  }

  list(path: string, options: CallOptions = {}): Promise<readonly Hdf5Link[]> {
    return this.#ask({ kind: "list", file: this.#number, path }, options);
  }

  find(path: string, options: CallOptions = {}): Promise<Hdf5Object | undefined> {
    return this.#ask({ kind: "find", file: this.#number, path }, options);
  }

  attributes(path: string, options: Hdf5AttributesOptions = {}): Promise<ReadonlyMap<string, Hdf5Data>> {
    return this.#ask({ kind: "attributes", file: this.#number, path, names: options.names }, options);
  }

  read(path: string, options: Hdf5ReadOptions = {}): Promise<Hdf5Data> {
    return this.#ask({ kind: "read", file: this.#number, path, slices: options.slices }, options);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    const closing = this.#ask({ kind: "close", file: this.#number }, {});
    this.#isClosed = true;
    await closing;
  }

  async #ask<Kind extends Question["kind"]>(question: QuestionOf<Kind>, options: CallOptions): Promise<Answers[Kind]> {
    options.signal?.throwIfAborted();
    if (this.#isClosed) throw new QueryError(`${this.url} has been closed`, { hint: "open it again" });
    return await this.#translated(engine.ask(this.#file, question, options.signal));
  }

  async #translated<Value>(answer: Promise<Value>): Promise<Value> {
    try {
      return await answer;
    } catch (error) {
      throw error instanceof WorkerFailure ? toDataError(error.failure, this.url) : error;
    }
  }
}
