import type * as H5wasm from "h5wasm";
import { summarizeDiagnostics } from "./diagnostics.js";
import { Failure, type FailureDetails } from "./failure.js";

/** The functions of h5wasm that the reader calls. */
export type H5wasmModule = Awaited<typeof H5wasm.ready>;

/**
 * h5wasm, with every failure made visible.
 *
 * HDF5 prints its diagnostics and h5wasm goes on with whatever is in memory; here the printed lines are collected instead, and
 * a call that printed any has failed.
 */
export class H5Module {
  readonly wasm: H5wasmModule;
  readonly #lines: string[];

  constructor(wasm: H5wasmModule, lines: string[]) {
    this.wasm = wasm;
    this.#lines = lines;
  }

  /**
   * Runs a call; it fails when it throws, when HDF5 reports anything, or when `isFailed` says so of its result.
   *
   * @throws {@link Failure} `format`, with `what` and HDF5's reason; `fatal` when the instance itself broke
   */
  run<Result>(what: string, at: string, call: () => Result, isFailed?: (result: Result) => boolean): Result {
    this.#lines.length = 0;
    const result = this.#attempt(what, at, call);
    if (this.#lines.length > 0 || isFailed?.(result)) throw this.#failure(what, at, {});
    return result;
  }

  /** Runs a call whose failure is an answer; `undefined` then. */
  try<Result>(what: string, at: string, call: () => Result): Result | undefined {
    this.#lines.length = 0;
    const result = this.#attempt(what, at, call);
    return this.#lines.length > 0 ? undefined : result;
  }

  /** Memory for `bytes` bytes, set to zero, for as long as `use` runs. */
  withMemory<Result>(bytes: number, use: (pointer: number) => Result): Result {
    const pointer = this.wasm._malloc(Math.max(1, bytes));
    if (pointer === 0) throw new Failure("query", `no memory for a read of ${bytes} bytes`, { hint: "read in parts" });
    try {
      this.wasm.HEAPU8.fill(0, pointer, pointer + bytes);
      return use(pointer);
    } finally {
      this.wasm._free(pointer);
    }
  }

  #attempt<Result>(what: string, at: string, call: () => Result): Result {
    try {
      return call();
    } catch (error) {
      if (error instanceof Failure) throw error;
      const fatal =
        error instanceof WebAssembly.RuntimeError || error instanceof RangeError || !isThrownByH5wasm(error);
      throw this.#failure(what, at, { fatal, diagnostics: String(error) });
    }
  }

  #failure(what: string, at: string, details: FailureDetails): Failure {
    const reason = summarizeDiagnostics(this.#lines) ?? details.diagnostics;
    const diagnostics = [...this.#lines, details.diagnostics ?? ""].join("\n").trim();
    return new Failure("format", reason === undefined ? what : `${what}: ${reason}`, { ...details, at, diagnostics });
  }
}

/** h5wasm throws plain errors of its own on names it cannot open; anything else comes from the depths of the instance. */
function isThrownByH5wasm(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error;
}

/**
 * Starts h5wasm in this thread, silent: what HDF5 prints is collected.
 *
 * It takes hold of the console's methods while it is imported, so they are exchanged before, and put back after.
 */
export async function openH5Module(): Promise<H5Module> {
  const lines: string[] = [];
  const { error, log } = console;
  const collect = (...values: unknown[]) => void lines.push(values.join(" "));
  console.error = collect;
  console.log = collect;
  try {
    const { ready } = await import("h5wasm");
    return new H5Module(await ready, lines);
  } finally {
    console.error = error;
    console.log = log;
  }
}
