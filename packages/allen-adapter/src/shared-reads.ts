import { type CallOptions, SharedRead } from "@crossprobe/core";

/** {@link SharedRead}s by name, each made when it is first asked for. */
export class SharedReads<Value> {
  readonly #work: (name: string, options: CallOptions) => Promise<Value>;
  readonly #keep: number;
  readonly #close: ((value: Value) => void) | undefined;
  readonly #reads = new Map<string, SharedRead<Value>>();

  /**
   * @param keep values kept at most; beyond it the one that was asked for longest ago is forgotten
   * @param close ends a value when this is disposed of; for values that are all kept
   */
  constructor(
    work: (name: string, options: CallOptions) => Promise<Value>,
    keep = Number.POSITIVE_INFINITY,
    close?: (value: Value) => void,
  ) {
    this.#work = work;
    this.#keep = keep;
    this.#close = close;
  }

  read(name: string, options?: CallOptions): Promise<Value> {
    const shared = this.#reads.get(name) ?? new SharedRead((inner) => this.#work(name, inner), this.#close);
    this.#reads.delete(name);
    this.#reads.set(name, shared);
    this.#forgetOld();
    return shared.read(options);
  }

  /** Aborts what is under way and closes what is kept. */
  dispose(reason: unknown): void {
    for (const shared of this.#reads.values()) shared.dispose(reason);
    this.#reads.clear();
  }

  #forgetOld(): void {
    for (const [name, shared] of this.#reads) {
      if (this.#reads.size <= this.#keep) return;
      if (shared.settled !== undefined) this.#reads.delete(name);
    }
  }
}
