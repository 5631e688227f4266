/** Spikes per second of a span; NaN where it lasts no time. */
export function spikesPerSecond(count: number, first: number, last: number): number {
  return last > first ? count / (last - first) : Number.NaN;
}
