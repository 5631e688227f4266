import { poissonMoreThan } from "./poisson.js";

/** Refractory periods that are tried, samples of 30 kHz; contaminations that are tried, halves of a percent. */
const SAMPLE_RATE = 30000;
const PERIODS = 300;
const LEVELS = 69;
/** Periods below half a millisecond are not looked at: detection itself leaves a gap there. */
const SHORTEST = 0.0005;
const ACCEPTED_LEVEL = 20;
const MIN_CONFIDENCE = 90;
const percentOf = (level: number): number => level / 2;

/** What the sliding refractory period says of one unit. */
export interface SlidingRefractoryPeriod {
  /** Percent: how sure it is that at most 10 % of the spikes are another's, for the best refractory period. */
  readonly maxConfidence: number;
  /** Percent: the least contamination that is excluded with 90 % confidence; NaN where none is. */
  readonly minContamination: number;
  /** Pairs of spikes closer than 2 ms. */
  readonly pairsBelow2Ms: number;
  /** Whether `minContamination` is at most 10 %. */
  readonly passes: boolean;
  /** Whether a unit above 0.5 spikes/s without any pair below 2 ms counts as passing although no contamination is excluded. */
  readonly passesForced: boolean;
}

/**
 * The sliding refractory period of a unit.
 *
 * Source: `slidingRP.metrics.slidingRP` (slidingRP 1.1.1) at 30 kHz, with counts of `phylib.stats.correlograms`.
 *
 * @param times seconds, ascending
 */
export function slidingRefractoryPeriod(times: Float64Array): SlidingRefractoryPeriod {
  const samples = Float64Array.from(times, (time) => Math.trunc(time * SAMPLE_RATE));
  const rate = countPairs(samples, SAMPLE_RATE, 2 * SAMPLE_RATE - 1) / times.length;
  const pairs = closePairs(samples);
  const half = 1 / SAMPLE_RATE / 2;
  let maxConfidence = 0;
  let least = LEVELS + 1;
  let [seen, below2] = [0, 0];
  let isOpen = true;
  for (let bin = 0; bin < PERIODS; bin++) {
    seen += pairs[bin] ?? 0;
    const period = bin / SAMPLE_RATE + half;
    if (isOpen) below2 = seen;
    if (period > 0.002) isOpen = false;
    if (period <= SHORTEST) continue;
    const confidenceAt = (level: number): number =>
      100 * poissonMoreThan(seen, ((rate * percentOf(level)) / 100) * (period + half) * 2 * times.length);
    maxConfidence = Math.max(maxConfidence, confidenceAt(ACCEPTED_LEVEL));
    // Lower contaminations are excluded with less confidence: from the least one so far downward, until one is not.
    while (least > 1 && confidenceAt(least - 1) >= MIN_CONFIDENCE) least--;
  }
  const minContamination = least > LEVELS ? Number.NaN : percentOf(least);
  const passesForced = below2 === 0 && rate > 0.5 && Number.isNaN(minContamination);
  const passes = least <= ACCEPTED_LEVEL;
  return { maxConfidence, minContamination, pairsBelow2Ms: below2, passes, passesForced };
}

/** Pairs of spikes by their distance in samples, below the longest refractory period. */
function closePairs(samples: Float64Array): Float64Array {
  const pairs = new Float64Array(PERIODS);
  for (let i = 0; i < samples.length; i++) {
    for (let k = i + 1; k < samples.length; k++) {
      const distance = (samples[k] ?? 0) - (samples[i] ?? 0);
      if (distance >= PERIODS) break;
      pairs[distance] = (pairs[distance] ?? 0) + 1;
    }
  }
  return pairs;
}

/** Pairs of spikes whose distance lies between two numbers of samples, both included. */
function countPairs(samples: Float64Array, least: number, most: number): number {
  let [count, from, to] = [0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] ?? 0;
    while (from < samples.length && (samples[from] ?? 0) - sample < least) from++;
    while (to < samples.length && (samples[to] ?? 0) - sample <= most) to++;
    count += to - from;
  }
  return count;
}
