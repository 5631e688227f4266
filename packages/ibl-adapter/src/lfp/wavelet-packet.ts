/** Reconstruction low-pass taps of Daubechies `db4`, as PyWavelets defines them. */
const REC_LO = [
  0.2303778133088965, 0.7148465705529157, 0.6308807679298589, -0.027983769416859854, -0.18703481171909309,
  0.030841381835560764, 0.0328830116668852, -0.010597401785069032,
] as const;
const [LO_0, LO_1, LO_2, LO_3, LO_4, LO_5, LO_6, LO_7] = REC_LO;
// rec_hi[k] = (-1)^k rec_lo[7 - k]
const [HI_0, HI_1, HI_2, HI_3] = [LO_7, -LO_6, LO_5, -LO_4] as const;
const [HI_4, HI_5, HI_6, HI_7] = [LO_3, -LO_2, LO_1, -LO_0] as const;

const TAPS = 8;
/** Depth of the packet tree: `2 ** LEVELS` leaves. */
const LEVELS = 5;

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
  return 2 ** LEVELS * (levelLengths(sampleCount)[LEVELS] ?? 0);
}

/**
 * Inverse wavelet packet transform (`db4`, symmetric extension, 5 levels, full tree) of several rows, in float64.
 *
 * Shapes:
 * - `coefficients`: `[rows, slotCount(sampleCount)]`, the 32 leaves one after the other in natural order (`aaaaa`, `aaaad`, …)
 * - result: `Float64Array` `[rows, sampleCount]`
 *
 * Source: LFPack (`pywt.WaveletPacket`, `get_level(5, "natural")`); the lengths follow from the number of samples alone.
 */
export function inverseWaveletPacket(
  coefficients: Float32Array | Float64Array,
  rows: number,
  sampleCount: number,
): Float64Array {
  const lengths = levelLengths(sampleCount);
  const slots = slotCount(sampleCount);
  const result = new Float64Array(rows * sampleCount);
  let [nodes, parents] = [new Float64Array(bufferLength(lengths)), new Float64Array(bufferLength(lengths))];
  for (let row = 0; row < rows; row++) {
    for (let slot = 0; slot < slots; slot++) nodes[slot] = coefficients[row * slots + slot] ?? 0;
    for (let level = LEVELS - 1; level >= 0; level--) {
      synthesiseLevel(nodes, parents, 2 ** level, lengths[level + 1] ?? 0, lengths[level] ?? 0);
      [nodes, parents] = [parents, nodes];
    }
    result.set(nodes.subarray(0, sampleCount), row * sampleCount);
  }
  return result;
}

function bufferLength(lengths: readonly number[]): number {
  return Math.max(...lengths.map((length, level) => 2 ** level * length));
}

/** Parents `i` from children `2i` (low) and `2i + 1` (high), each parent cut to its own length. */
function synthesiseLevel(
  children: Float64Array,
  parents: Float64Array,
  parentCount: number,
  childLength: number,
  parentLength: number,
): void {
  for (let parent = 0; parent < parentCount; parent++) {
    const low = 2 * parent * childLength;
    synthesise(children, low, low + childLength, childLength, parents, parent * parentLength, parentLength);
  }
}

/**
 * One synthesis step in polyphase form: sample `2h` uses the even taps and `2h + 1` the odd ones, both with children `h … h + 3`.
 * The full parent has `2n - 6` samples, which is `length` or `length + 1`.
 */
function synthesise(
  source: Float64Array,
  low: number,
  high: number,
  childLength: number,
  target: Float64Array,
  offset: number,
  length: number,
): void {
  for (let h = 0; h < childLength - 3; h++) {
    const a0 = source[low + h] ?? 0;
    const a1 = source[low + h + 1] ?? 0;
    const a2 = source[low + h + 2] ?? 0;
    const a3 = source[low + h + 3] ?? 0;
    const d0 = source[high + h] ?? 0;
    const d1 = source[high + h + 1] ?? 0;
    const d2 = source[high + h + 2] ?? 0;
    const d3 = source[high + h + 3] ?? 0;
    target[offset + 2 * h] =
      LO_6 * a0 + LO_4 * a1 + LO_2 * a2 + LO_0 * a3 + (HI_6 * d0 + HI_4 * d1 + HI_2 * d2 + HI_0 * d3);
    if (2 * h + 1 < length) {
      target[offset + 2 * h + 1] =
        LO_7 * a0 + LO_5 * a1 + LO_3 * a2 + LO_1 * a3 + (HI_7 * d0 + HI_5 * d1 + HI_3 * d2 + HI_1 * d3);
    }
  }
}
