const TAPS = 8;
/** Depth of the packet tree. */
export const LEVELS = 5;
/** Leaves of the packet tree. */
export const LEAF_COUNT = 2 ** LEVELS;

/**
 * Coefficients per node at levels 0 to 5 of the packet tree of a signal: each level has `floor((n + 7) / 2)` of the one above.
 *
 * Source: PyWavelets, `dwt_coeff_len` for every signal extension mode but periodization.
 */
export function levelLengths(sampleCount: number): readonly number[] {
  const lengths = [sampleCount];
  for (let level = 1, length = sampleCount; level <= LEVELS; level++) {
    length = Math.floor((length + TAPS - 1) / 2);
    lengths.push(length);
  }
  return lengths;
}

/** Coefficients of all leaves together: how many columns the coefficient matrix of a window of this many samples has. */
export function slotCount(sampleCount: number): number {
  return LEAF_COUNT * (levelLengths(sampleCount)[LEVELS] ?? 0);
}

/** Values that the widest level of the tree has: what a buffer for any level must hold. */
export function packetBufferLength(lengths: readonly number[]): number {
  return Math.max(...lengths.map((length, level) => 2 ** level * length));
}
