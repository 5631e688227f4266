/** Where a command writes and where it stands: the process, or a test. */
export interface Io {
  readonly cwd: string;
  /** Standard output: the answer and nothing else. */
  readonly out: (text: string) => void;
  /** Standard error: progress, notices, errors. */
  readonly err: (text: string) => void;
  /** Whether standard error is a terminal that a line can be rewritten on. */
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 if unknown. */
  readonly columns: number;
  readonly signal: AbortSignal;
}
