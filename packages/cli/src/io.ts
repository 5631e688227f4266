/** Where a command writes and where it stands: the process, or a test. */
export interface Io {
  readonly cwd: string;
  /** Standard output: the answer and nothing else. */
  readonly out: (text: string) => void;
  /** The same for an answer that is no text. */
  readonly outBytes: (bytes: Uint8Array) => void;
  /** Standard error: progress, notices, errors. */
  readonly err: (text: string) => void;
  /** Whether standard error is a terminal that a line can be rewritten on. */
  readonly isTerminal: boolean;
  /** Whether standard output is a terminal, where bytes that are no text do harm. */
  readonly isOutTerminal: boolean;
  /** Columns of the terminal; 80 if unknown. */
  readonly columns: number;
  readonly signal: AbortSignal;
}
