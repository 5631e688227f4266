import { describe, expect, it } from "vitest";
import { inverseWaveletPacket, levelLengths, slotCount } from "./wavelet-packet.js";

/** `c[j] = cos(0.7 j) / (1 + (j mod 11))`, the input of the published vectors. */
function vectorInput(length: number): Float64Array {
  return Float64Array.from({ length }, (_, j) => Math.cos(0.7 * j) / (1 + (j % 11)));
}

/** Values of PyWavelets 1.1.1 for {@link vectorInput}: first four, last two, sum, sum of squares. */
const VECTORS = [
  [
    8,
    [-0.22415257724, -0.097674588204, -0.306363457953, 0.094268650757],
    [0.046173739809, -0.20945306486],
    -0.9014422141812325,
    0.23596694953797098,
  ],
  [
    20,
    [-0.22415257724, -0.097674588204, -0.306363457953, 0.094268650757],
    [0.136902652461, 0.292201209862],
    -0.29666258233629467,
    0.9561011332239894,
  ],
  [
    333,
    [-0.115891946576, 0.197236831851, -0.040938536403, -0.060910491602],
    [-0.165763235701, 0.516547755734],
    -3.147830234935176,
    25.15865188884811,
  ],
  [
    2048,
    [-0.137688893848, 0.046522050976, 0.036654178097, 0.086652543853],
    [-0.468848162076, 0.206215641347],
    -7.5770698657633995,
    143.69112777788797,
  ],
  [
    2176,
    [-0.282262708309, 0.297968953169, 0.219291690756, 0.037021631218],
    [0.028150467356, -0.104839262518],
    -5.19790175095272,
    152.72055639895507,
  ],
  [
    2304,
    [0.36388132056, 0.309493127457, -0.148402688327, -0.268008365857],
    [-0.517304441566, 0.011242069792],
    -7.41476106719162,
    163.77038092781822,
  ],
] as const;

/** Lengths of levels 1 to 5, from PyWavelets. */
const LENGTHS = [
  [2048, [1027, 517, 262, 134, 70], 2240],
  [2176, [1091, 549, 278, 142, 74], 2368],
  [2304, [1155, 581, 294, 150, 78], 2496],
  [1000, [503, 255, 131, 69, 38], 1216],
  [333, [170, 88, 47, 27, 17], 544],
  [129, [68, 37, 22, 14, 10], 320],
  [37, [22, 14, 10, 8, 7], 224],
  [8, [7, 7, 7, 7, 7], 224],
  [1, [4, 5, 6, 6, 6], 192],
] as const;

const REC_LO = [
  0.2303778133088965, 0.7148465705529157, 0.6308807679298589, -0.027983769416859854, -0.18703481171909309,
  0.030841381835560764, 0.0328830116668852, -0.010597401785069032,
];

/** Forward step with half-sample symmetric extension, written from its definition: the independent direction. */
function analyse(signal: readonly number[], taps: readonly number[]): number[] {
  const n = signal.length;
  const at = (i: number) => {
    const wrapped = ((i % (2 * n)) + 2 * n) % (2 * n);
    return signal[wrapped < n ? wrapped : 2 * n - 1 - wrapped] ?? Number.NaN;
  };
  return Array.from({ length: Math.floor((n + 7) / 2) }, (_, k) =>
    taps.reduce((sum, tap, j) => sum + tap * at(2 * k + 1 - j), 0),
  );
}

function forwardPacket(signal: readonly number[]): number[] {
  const low = REC_LO.map((_, k) => REC_LO[7 - k] ?? 0);
  const high = REC_LO.map((tap, k) => (-1) ** (k + 1) * tap);
  let nodes: number[][] = [[...signal]];
  for (let level = 0; level < 5; level++) nodes = nodes.flatMap((node) => [analyse(node, low), analyse(node, high)]);
  return nodes.flat();
}

describe("levelLengths", () => {
  it.each(LENGTHS)("%i samples", (sampleCount, lengths, slots) => {
    expect(levelLengths(sampleCount)).toEqual([sampleCount, ...lengths]);
    expect(slotCount(sampleCount)).toBe(slots);
  });
});

describe("inverseWaveletPacket", () => {
  it.each(VECTORS)("gives the values of PyWavelets for %i samples", (sampleCount, first, last, sum, squares) => {
    const signal = inverseWaveletPacket(vectorInput(slotCount(sampleCount)), 1, sampleCount);
    expect(signal).toHaveLength(sampleCount);
    for (const [i, value] of first.entries()) expect(signal[i]).toBeCloseTo(value, 11);
    for (const [i, value] of last.entries()) expect(signal[sampleCount - 2 + i]).toBeCloseTo(value, 11);
    expect(signal.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 11);
    expect(signal.reduce((total, value) => total + value * value, 0)).toBeCloseTo(squares, 10);
  });

  it.each([1, 2, 3, 7, 8, 20, 37, 64, 129, 333, 2049])("undoes the forward transform of %i samples", (sampleCount) => {
    const signal = Array.from({ length: sampleCount }, (_, i) => Math.sin(0.3 * i) + 0.01 * i);
    const restored = inverseWaveletPacket(Float64Array.from(forwardPacket(signal)), 1, sampleCount);
    for (const [i, value] of signal.entries()) expect(Math.abs((restored[i] ?? 0) - value)).toBeLessThan(1e-13);
  });

  it("keeps rows apart", () => {
    const slots = slotCount(37);
    const both = new Float64Array(2 * slots);
    both.set(vectorInput(slots), slots);
    const signals = inverseWaveletPacket(both, 2, 37);
    expect(signals.subarray(0, 37).every((value) => value === 0)).toBe(true);
    expect(signals.subarray(37)).toEqual(inverseWaveletPacket(vectorInput(slots), 1, 37));
  });
});
