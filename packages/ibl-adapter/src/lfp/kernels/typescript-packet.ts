import { LEVELS } from "../wavelet-packet.js";

/** Reconstruction low-pass taps of Daubechies `db4`, as PyWavelets defines them. */
const REC_LO = [
  0.2303778133088965, 0.7148465705529157, 0.6308807679298589, -0.027983769416859854, -0.18703481171909309,
  0.030841381835560764, 0.0328830116668852, -0.010597401785069032,
] as const;
const [LO_0, LO_1, LO_2, LO_3, LO_4, LO_5, LO_6, LO_7] = REC_LO;
// rec_hi[k] = (-1)^k rec_lo[7 - k]
const [HI_0, HI_1, HI_2, HI_3] = [LO_7, -LO_6, LO_5, -LO_4] as const;
const [HI_4, HI_5, HI_6, HI_7] = [LO_3, -LO_2, LO_1, -LO_0] as const;

/**
 * Inverse wavelet packet transform (`db4`, symmetric extension, 5 levels, full tree) of one row, in float64.
 *
 * Subtrees of zeros are passed over: thresholding leaves the leaves of high frequencies empty first.
 *
 * Source: LFPack (`pywt.WaveletPacket`, `get_level(5, "natural")`).
 *
 * @param leavesAt index of the 32 leaves in natural order (`aaaaa`, `aaaad`, …), each of the last of `lengths`; overwritten
 * @param resultAt index where the samples go; from both indices on there must be room for the widest level
 * @param lengths see `levelLengths`
 * @param leaves bit `i` is set where leaf `i` may be other than 0
 */
export function inversePacket(
  memory: Float64Array,
  leavesAt: number,
  resultAt: number,
  lengths: readonly number[],
  leaves: number,
): void {
  let [children, parents, used] = [leavesAt, resultAt, leaves];
  // An odd number of levels: the last one writes to the result.
  for (let level = LEVELS - 1; level >= 0; level--) {
    const [childLength, length] = [lengths[level + 1] ?? 0, lengths[level] ?? 0];
    let usedParents = 0;
    for (let parent = 0; parent < 1 << level; parent++) {
      const [hasLow, hasHigh] = [(used >>> (2 * parent)) & 1, (used >>> (2 * parent + 1)) & 1];
      if ((hasLow | hasHigh) === 0) continue;
      usedParents |= 1 << parent;
      const low = children + 2 * parent * childLength;
      const to = parents + parent * length;
      if (hasHigh === 0) synthesiseLow(memory, low, childLength - 3, to, length);
      else if (hasLow === 0) synthesiseHigh(memory, low + childLength, childLength - 3, to, length);
      else synthesise(memory, low, low + childLength, childLength - 3, to, length);
    }
    used = usedParents;
    [children, parents] = [parents, children];
  }
}

/**
 * One synthesis step in polyphase form: sample `2h` uses the even taps and `2h + 1` the odd ones, both with children `h … h + 3`.
 * The full parent has `2 steps` samples, which is `length` or `length + 1`.
 */
function synthesise(memory: Float64Array, low: number, high: number, steps: number, to: number, length: number): void {
  for (let h = 0; h < steps; h++) {
    const a0 = memory[low + h] ?? 0;
    const a1 = memory[low + h + 1] ?? 0;
    const a2 = memory[low + h + 2] ?? 0;
    const a3 = memory[low + h + 3] ?? 0;
    const d0 = memory[high + h] ?? 0;
    const d1 = memory[high + h + 1] ?? 0;
    const d2 = memory[high + h + 2] ?? 0;
    const d3 = memory[high + h + 3] ?? 0;
    memory[to + 2 * h] =
      LO_6 * a0 + LO_4 * a1 + LO_2 * a2 + LO_0 * a3 + (HI_6 * d0 + HI_4 * d1 + HI_2 * d2 + HI_0 * d3);
    if (2 * h + 1 < length) {
      memory[to + 2 * h + 1] =
        LO_7 * a0 + LO_5 * a1 + LO_3 * a2 + LO_1 * a3 + (HI_7 * d0 + HI_5 * d1 + HI_3 * d2 + HI_1 * d3);
    }
  }
}

/** The same where the high-pass child is 0. */
function synthesiseLow(memory: Float64Array, low: number, steps: number, to: number, length: number): void {
  for (let h = 0; h < steps; h++) {
    const a0 = memory[low + h] ?? 0;
    const a1 = memory[low + h + 1] ?? 0;
    const a2 = memory[low + h + 2] ?? 0;
    const a3 = memory[low + h + 3] ?? 0;
    memory[to + 2 * h] = LO_6 * a0 + LO_4 * a1 + LO_2 * a2 + LO_0 * a3;
    if (2 * h + 1 < length) memory[to + 2 * h + 1] = LO_7 * a0 + LO_5 * a1 + LO_3 * a2 + LO_1 * a3;
  }
}

/** The same where the low-pass child is 0. */
function synthesiseHigh(memory: Float64Array, high: number, steps: number, to: number, length: number): void {
  for (let h = 0; h < steps; h++) {
    const d0 = memory[high + h] ?? 0;
    const d1 = memory[high + h + 1] ?? 0;
    const d2 = memory[high + h + 2] ?? 0;
    const d3 = memory[high + h + 3] ?? 0;
    memory[to + 2 * h] = HI_6 * d0 + HI_4 * d1 + HI_2 * d2 + HI_0 * d3;
    if (2 * h + 1 < length) memory[to + 2 * h + 1] = HI_7 * d0 + HI_5 * d1 + HI_3 * d2 + HI_1 * d3;
  }
}
