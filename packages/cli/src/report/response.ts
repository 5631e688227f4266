import type { RegionPsth } from "@crossprobe/analysis";

/** Seconds after the onset that a response is looked for in. */
export const RESPONSE_WITHIN = 0.3;

/** How many standard deviations of the bins before the onset a departure must reach to be called a response. */
export const RESPONSE_DEVIATIONS = 4;

/** Where a PSTH departs most from its mean before the onset. */
export interface Response {
  /** Signed departure, spikes per second: negative where the rate falls. */
  readonly departure: number;
  /** Centre of its bin, seconds from the onset. */
  readonly latency: number;
}

/**
 * The strongest departure, up or down, of the mean from its own mean before the onset, in the bins that start within 0 to 0.3 s.
 *
 * @returns null where it stays below four (sample) standard deviations of the bins before the onset: it may be noise
 */
export function strongestResponse({ binStart, mean }: Pick<RegionPsth, "binStart" | "mean">): Response | null {
  const width = (binStart[1] ?? Number.NaN) - (binStart[0] ?? Number.NaN);
  // Bin starts are rounded to the microsecond: half a bin decides on which side of a limit one lies.
  const before = mean.filter((_, bin) => (binStart[bin] ?? 0) + width / 2 < 0);
  if (before.length < 2) return null;
  const baseline = before.reduce((sum, rate) => sum + rate, 0) / before.length;
  const squares = before.reduce((sum, rate) => sum + (rate - baseline) ** 2, 0);
  const noise = Math.sqrt(squares / (before.length - 1));
  let best: Response = { departure: 0, latency: 0 };
  for (const [bin, rate] of mean.entries()) {
    const latency = (binStart[bin] ?? Number.NaN) + width / 2;
    const departure = rate - baseline;
    if (latency > 0 && latency < RESPONSE_WITHIN && Math.abs(departure) > Math.abs(best.departure))
      best = { departure, latency };
  }
  return best.departure !== 0 && Math.abs(best.departure) >= RESPONSE_DEVIATIONS * noise ? best : null;
}
