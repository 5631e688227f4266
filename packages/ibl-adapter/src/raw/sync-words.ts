/** Lines of a sync word. */
export const LINES_PER_WORD = 16;

/** State of digital lines over time. */
export interface SyncLines {
  /** Numbers `[start, stop)` of the samples. */
  readonly samples: readonly [start: number, stop: number];
  /** `[samples, lineCount]`, 0 or 1: line i is bit i of the word, the least significant first. */
  readonly lines: Uint8Array;
  readonly lineCount: number;
}

/** The lines of sync words, `[words, 16]`, the least significant bit first. */
export function splitSyncWords(words: Int16Array): Uint8Array {
  const lines = new Uint8Array(words.length * LINES_PER_WORD);
  for (const [i, word] of words.entries()) {
    for (let bit = 0; bit < LINES_PER_WORD; bit++) lines[i * LINES_PER_WORD + bit] = (word >>> bit) & 1;
  }
  return lines;
}

export interface ThresholdOptions {
  /** Volts above the floor from which a line is 1 (default 1.2). */
  readonly threshold?: number | undefined;
  /** Percentile of the samples at hand that counts as the floor (default 10). */
  readonly floorPercentile?: number | undefined;
}

/**
 * Analog lines as digital ones: 1 where a line is at least `threshold` above its floor. The floor is of the samples at hand, so that the same
 * sample may differ between two reads.
 *
 * Source: `spikeglx.Reader.read_sync`.
 *
 * @param volts `[samples, count]`
 */
export function thresholdLines(volts: Float32Array, count: number, options: ThresholdOptions = {}): Uint8Array {
  const { threshold = 1.2, floorPercentile = 10 } = options;
  const lines = new Uint8Array(volts.length);
  for (let line = 0; line < count; line++) {
    const own = volts.filter((_, i) => i % count === line);
    const floor = Math.fround(percentile(own, floorPercentile));
    for (const [i, value] of own.entries()) lines[i * count + line] = Math.fround(value - floor) >= threshold ? 1 : 0;
  }
  return lines;
}

/** Linear between the two nearest of the sorted values, as NumPy has it. */
function percentile(values: Float32Array, percent: number): number {
  const sorted = values.toSorted();
  const place = (percent / 100) * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return low + (high - low) * (place - Math.floor(place));
}
