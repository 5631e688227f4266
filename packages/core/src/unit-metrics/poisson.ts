/**
 * Probability of more than `count` events where `expected` are.
 *
 * Sums whichever tail is short: the terms beyond `count` where fewer are expected, else those up to it. Some sum of square root of
 * `expected` terms each.
 *
 * Source: one less `scipy.stats.poisson.cdf`, agreement below 1e-12.
 *
 * @param count whole, zero or more
 * @param expected zero or more
 */
export function poissonMoreThan(count: number, expected: number): number {
  if (!(expected > 0)) return expected === 0 ? 0 : Number.NaN;
  if (count < expected) return 1 - sumOfTerms(count, expected, -1);
  return sumOfTerms(count + 1, expected, 1);
}

/** Terms from `from` on, downward to zero or upward, until they no longer count. */
function sumOfTerms(from: number, expected: number, step: -1 | 1): number {
  let term = Math.exp(logTerm(from, expected));
  let sum = term;
  for (let i = from; term > 1e-18 * sum; i += step) {
    if (step < 0 && i === 0) break;
    term *= step < 0 ? i / expected : expected / (i + 1);
    sum += term;
  }
  return Math.min(1, sum);
}

/** Logarithm of the probability of exactly `n` events. */
function logTerm(n: number, expected: number): number {
  if (n < FACTORIALS.length) return n * Math.log(expected) - expected - Math.log(FACTORIALS[n] ?? 1);
  // Around n the large parts cancel: by the relative difference nothing is lost.
  const difference = (expected - n) / n;
  const stirling = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return n * (Math.log1p(difference) - difference) - 0.5 * Math.log(2 * Math.PI * n) - stirling;
}

/** Those that double precision holds to the last bit; Stirling's series is as exact beyond. */
const FACTORIALS = [1];
for (let i = 1; i < 20; i++) FACTORIALS.push(i * (FACTORIALS[i - 1] ?? 1));
