/** How waits between tries grow. */
export interface Backoff {
  /** Of the first wait, seconds; each is twice the one before, by chance up to half shorter. */
  readonly firstWaitSeconds: number;
  readonly longestWaitSeconds: number;
}

/** How long to wait after so many failures in a row, seconds. Chance keeps those who failed together from asking again together. */
export function backoffSeconds(failures: number, { firstWaitSeconds, longestWaitSeconds }: Backoff): number {
  return Math.min(firstWaitSeconds * 2 ** (failures - 1), longestWaitSeconds) * (0.5 + Math.random() / 2);
}
