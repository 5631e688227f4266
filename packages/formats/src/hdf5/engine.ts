import type { ByteStore } from "@crossprobe/core";
import type { Answers, Question, QuestionOf } from "./protocol.js";
import { WorkerFailure, WorkerThread } from "./worker-thread.js";

/** A file as the engine knows it: where its bytes come from, and how the worker opens it. */
export interface EngineFile {
  readonly store: ByteStore;
  readonly key: string;
  readonly url: string;
  /** The question that opens it in a worker, asked again when a worker has been replaced. */
  readonly opening: () => Question;
}

interface Job {
  readonly file: EngineFile;
  /** Undefined when the file only has to be opened. */
  readonly question: Question | undefined;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** How long an abandoned question may go on before its worker is ended, in milliseconds. */
const ABANDONED_MS = 5000;

/** How long a worker may compute without a sign of life, in milliseconds: many times what a step of a read takes. */
const SILENT_MS = 10_000;

/** How long a worker without open files waits for the next one, in milliseconds: starting one takes about 100. */
const IDLE_MS = 500;

/**
 * One worker thread for all open files, because each instance of h5wasm costs 30–50 MB of memory.
 *
 * Questions wait in line. While there are any, the worker keeps the process alive; at rest it does not. A worker that breaks
 * is replaced at the next question.
 */
export class Engine {
  readonly #silentMs: number;
  readonly #waiting: Job[] = [];
  readonly #files = new Set<EngineFile>();
  #current: Job | undefined;
  #thread: WorkerThread | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(silentMs = SILENT_MS) {
    this.#silentMs = silentMs;
  }

  /** Opens a file in the worker, so that damage shows at once. */
  async open(file: EngineFile, signal: AbortSignal | undefined): Promise<void> {
    await this.#enqueue(file, undefined, signal);
  }

  /** Rejects with the signal's reason as soon as it aborts, whatever the worker is doing. */
  async ask<Kind extends Question["kind"]>(
    file: EngineFile,
    question: QuestionOf<Kind>,
    signal: AbortSignal | undefined,
  ): Promise<Answers[Kind]> {
    // The worker answers each kind of question with its own kind of answer: `Answers` is that protocol.
    return (await this.#enqueue(file, question, signal)) as Answers[Kind];
  }

  #enqueue(file: EngineFile, question: Question | undefined, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => this.#abandon(job);
      const settle = (action: () => void) => {
        signal?.removeEventListener("abort", onAbort);
        action();
      };
      const job: Job = {
        file,
        question,
        signal,
        resolve: (value) => settle(() => resolve(value)),
        reject: (reason) => settle(() => reject(reason)),
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(job);
      this.#next();
    });
  }

  #next(): void {
    if (this.#current !== undefined) return;
    const job = this.#waiting.shift();
    if (job === undefined) {
      this.#rest();
      return;
    }
    this.#current = job;
    clearTimeout(this.#idle);
    void this.#work(job).finally(() => {
      this.#current = undefined;
      this.#next();
    });
  }

  async #work(job: Job): Promise<void> {
    const thread = this.#liveThread();
    try {
      job.resolve(await this.#answer(thread, job));
    } catch (error) {
      if (error instanceof WorkerFailure && error.failure.fatal) thread.end();
      job.reject(error);
    }
  }

  async #answer(thread: WorkerThread, { file, question, signal }: Job): Promise<unknown> {
    if (question?.kind === "close") {
      this.#files.delete(file);
      if (thread.opened.delete(file)) await thread.ask(file, question, signal);
      return undefined;
    }
    if (!thread.opened.has(file)) {
      await thread.ask(file, file.opening(), signal);
      thread.opened.add(file);
      this.#files.add(file);
    }
    return question === undefined ? undefined : await thread.ask(file, question, signal);
  }

  #liveThread(): WorkerThread {
    if (this.#thread === undefined || this.#thread.hasEnded) this.#thread = new WorkerThread(this.#silentMs);
    this.#thread.hold(true);
    return this.#thread;
  }

  #rest(): void {
    this.#thread?.hold(false);
    if (this.#files.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#endThread(), IDLE_MS).unref();
  }

  #endThread(): void {
    this.#thread?.end();
    this.#thread = undefined;
  }

  #abandon(job: Job): void {
    job.reject(job.signal?.reason);
    const position = this.#waiting.indexOf(job);
    if (position >= 0) this.#waiting.splice(position, 1);
    if (this.#current !== job) return;
    const thread = this.#thread;
    thread?.cancel();
    setTimeout(() => {
      if (this.#current === job) thread?.end();
    }, ABANDONED_MS).unref();
  }
}
