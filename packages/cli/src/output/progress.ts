import type { Io } from "../io.js";

/** Nothing is shown before this much time has passed, milliseconds. */
const QUIET_MS = 1000;
const TERMINAL_STEP_MS = 100;
const LOG_STEP_MS = 5000;

/** Says on standard error how far something is, once it takes more than a second: one rewritten line on a terminal, a line every five seconds elsewhere. */
export class Progress {
  readonly #io: Io;
  readonly #started = Date.now();
  #shown = 0;
  #width = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  /** @param total left out where it is not known */
  update(label: string, done: number, total?: number): void {
    const now = Date.now();
    const step = this.#io.isTerminal ? TERMINAL_STEP_MS : LOG_STEP_MS;
    if (now - this.#started < QUIET_MS || now - this.#shown < step) return;
    this.#shown = now;
    const text = `${label} ${done}${total === undefined ? "" : `/${total}`}`.slice(0, this.#io.columns - 1);
    this.#io.err(this.#io.isTerminal ? `\r${text.padEnd(this.#width)}` : `${text}\n`);
    this.#width = text.length;
  }

  /** Takes the line away. */
  end(): void {
    if (this.#io.isTerminal && this.#width > 0) this.#io.err(`\r${" ".repeat(this.#width)}\r`);
    this.#width = 0;
  }
}
