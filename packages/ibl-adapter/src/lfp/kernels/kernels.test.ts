import { describe, expect, it } from "vitest";
import { slotCount } from "../wavelet-packet.js";
import type { Kernels } from "./kernels.js";
import { loadKernels } from "./load-kernels.js";

const KINDS = ["wasm", "typescript"] as const;

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

/** All coefficients of `rows` rows given, none of them left out. */
function invert(kernels: Kernels, coefficients: Float64Array, rank: number, sampleCount: number): Float64Array {
  const indices = Int32Array.from(coefficients.keys());
  const window = { extendedCount: sampleCount, leftOverlap: 0, sampleCount, alpha: 1 };
  return kernels.timeCourses({ rank, columns: slotCount(sampleCount), ...window, indices, values: coefficients });
}

/** Numbers that look random and are the same in every run. */
function numbers(length: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** A product from its definition. */
function expectedProduct(factors: Float64Array, courses: Float64Array, rank: number, stride: number): Float32Array {
  const columns = factors.length / rank;
  return Float32Array.from({ length: stride * columns }, (_, i) => {
    const [sample, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += (factors[column * rank + k] ?? 0) * (courses[k * stride + sample] ?? 0);
    return sum;
  });
}

describe.each(KINDS)("%s kernels", async (kind) => {
  const kernels = await loadKernels(kind);

  it("are what was asked for", () => expect(kernels.name).toBe(kind));

  describe("timeCourses", () => {
    it.each(VECTORS)("gives the values of PyWavelets for %i samples", (sampleCount, first, last, sum, squares) => {
      const signal = invert(kernels, vectorInput(slotCount(sampleCount)), 1, sampleCount);
      expect(signal).toHaveLength(sampleCount);
      // Published to 12 places, the sums in full.
      for (const [i, value] of first.entries()) expect(Math.abs((signal[i] ?? 0) - value)).toBeLessThan(6e-13);
      for (const [i, value] of last.entries()) {
        expect(Math.abs((signal[sampleCount - 2 + i] ?? 0) - value)).toBeLessThan(6e-13);
      }
      const total = signal.reduce((soFar, value) => soFar + value, 0);
      const totalSquares = signal.reduce((soFar, value) => soFar + value * value, 0);
      expect(Math.abs(total / sum - 1)).toBeLessThan(1e-13);
      expect(Math.abs(totalSquares / squares - 1)).toBeLessThan(1e-14);
    });

    const short = Array.from({ length: 39 }, (_, i) => i + 1);
    it.each([...short, 63, 64, 65, 127, 129, 255, 257, 333, 513, 1025, 1931, 2047, 2049, 2175, 2177, 2303, 2304, 2305])(
      "undoes the forward transform of %i samples",
      (sampleCount) => {
        const signal = Array.from({ length: sampleCount }, (_, i) => Math.sin(0.3 * i) + 0.001 * i);
        const restored = invert(kernels, Float64Array.from(forwardPacket(signal)), 1, sampleCount);
        for (const [i, value] of signal.entries()) expect(Math.abs((restored[i] ?? 0) - value)).toBeLessThan(1e-14);
      },
    );

    it.each([1, 2, 3, 8, 16, 32, 64])("transforms each of %i rows by itself", (rank) => {
      const [sampleCount, slots] = [333, slotCount(333)];
      const coefficients = numbers(rank * slots, rank);
      const all = invert(kernels, coefficients, rank, sampleCount);
      for (let row = 0; row < rank; row++) {
        const alone = invert(kernels, coefficients.subarray(row * slots, (row + 1) * slots), 1, sampleCount);
        expect(all.subarray(row * sampleCount, (row + 1) * sampleCount)).toEqual(alone);
      }
    });

    it("gives the same whether zeros are stored or left out, leaf by leaf", () => {
      const slots = slotCount(37);
      for (let leaf = 0; leaf < 32; leaf++) {
        const dense = new Float64Array(slots);
        const values = numbers(7, leaf);
        dense.set(values, 7 * leaf);
        const window = { extendedCount: 37, leftOverlap: 5, sampleCount: 30, alpha: 1 };
        const indices = Int32Array.from(values.keys(), (i) => 7 * leaf + i);
        const sparse = kernels.timeCourses({ rank: 1, columns: slots, ...window, indices, values });
        // Adding 0 changes no number but the sign of a zero.
        expect([...sparse].map((value) => value + 0)).toEqual([...invert(kernels, dense, 1, 37).subarray(5, 35)]);
      }
    });

    it("cuts rows that are time courses already, with alpha 0", () => {
      const window = { extendedCount: 6, leftOverlap: 1, sampleCount: 4, alpha: 0 };
      const [indices, values] = [Int32Array.of(0, 1, 4, 5, 10), Float32Array.of(9, 1, 2, 9, 3)];
      const courses = kernels.timeCourses({ rank: 2, columns: 6, ...window, indices, values });
      expect([...courses]).toEqual([1, 0, 0, 2, 0, 0, 0, 3]);
    });

    it("transforms windows that its memory has no room for", () => {
      const sampleCount = 300_000;
      const values = Float64Array.of(1, -2);
      const indices = Int32Array.of(3, slotCount(sampleCount) - 5);
      const window = { extendedCount: sampleCount, leftOverlap: 0, sampleCount, alpha: 1 };
      const courses = kernels.timeCourses({ rank: 1, columns: slotCount(sampleCount), ...window, indices, values });
      expect(courses.subarray(sampleCount - 1000).some((value) => value !== 0)).toBe(true);
      expect(courses.subarray(1000, sampleCount - 1000).every((value) => value === 0)).toBe(true);
    });
  });

  describe("product", () => {
    const ranks = [1, 2, 3, 8, 16, 32, 64];
    const shapes = ranks.flatMap((rank) => [1, 2, 3, 4, 5, 7, 9, 96].map((columns) => [rank, columns] as const));

    it.each(shapes)("of rank %i with %i columns is the sum from 0, rounded once", (rank, columns) => {
      const stride = 70; // more than a block, and no multiple of 4
      const [factors, courses] = [numbers(columns * rank, 1), numbers(rank * stride, 2)];
      const whole = expectedProduct(factors, courses, rank, stride);
      for (const [start, stop] of [
        [0, stride],
        [0, 1],
        [3, 9],
        [5, 5],
        [66, 70],
      ] as const) {
        const target = new Float32Array((stop - start) * columns + 20).fill(7);
        const shape = { rank, columns, stride, start, stop };
        expect(kernels.product(factors, courses, shape, target, 10)).toBe(0);
        expect(target.subarray(10, -10)).toEqual(whole.subarray(start * columns, stop * columns));
        // Nothing around it is touched.
        expect([...target.subarray(0, 10), ...target.subarray(-10)]).toEqual(Array.from({ length: 20 }, () => 7));
      }
    });

    it.each([
      ["more columns than fit", 2, 70_001, 3],
      ["a high rank", 700, 385, 9],
      ["a rank of which no tile fits", 70_000, 2, 2],
    ])("cuts %s into blocks", (_, rank, columns, stride) => {
      const [factors, courses] = [numbers(columns * rank, 3), numbers(rank * stride, 4)];
      const target = new Float32Array(stride * columns);
      kernels.product(factors, courses, { rank, columns, stride, start: 0, stop: stride }, target, 0);
      expect(target).toEqual(expectedProduct(factors, courses, rank, stride));
    });

    it("gives NaN, infinities and what exceeds float32 as 0, and counts them once each", () => {
      const factors = Float64Array.of(1, 1, Number.NaN, 0, 1e300, 0, 0, 0, 0, Number.POSITIVE_INFINITY);
      const courses = Float64Array.of(1, 2, 0, 3, -1, 4, 0, 0, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1);
      const target = new Float32Array(45);
      const count = kernels.product(factors, courses, { rank: 2, columns: 5, stride: 9, start: 0, stop: 9 }, target, 0);
      // Column 1 is NaN throughout, column 2 too large but for three zeros, column 4 infinite throughout.
      expect(count).toBe(9 + 6 + 9);
      expect([...target.subarray(0, 5)]).toEqual([2, 0, 0, 0, 0]);
      expect([...target.subarray(10, 15)]).toEqual([1, 0, 0, 0, 0]);
    });
  });

  describe("matmul", () => {
    it.each([
      [1, 1, 1],
      [5, 3, 7],
      [384, 32, 64],
      [385, 32, 1],
      [3, 384, 32],
      [70, 2, 70_001],
      [2, 70_000, 3],
      [2, 0, 3],
    ])("of %i x %i and %i columns is the sum from 0", (rows, inner, columns) => {
      const [a, b] = [numbers(rows * inner, 5), numbers(inner * columns, 6)];
      const found = kernels.matmul(a, b, { rows, inner, columns });
      expect(found).toHaveLength(rows * columns);
      for (let i = 0; i < found.length; i += 1 + Math.floor(found.length / 5000)) {
        const [row, column] = [Math.floor(i / columns), i % columns];
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += (a[row * inner + k] ?? 0) * (b[k * columns + column] ?? 0);
        if (found[i] !== sum) expect([i, found[i]]).toEqual([i, sum]);
      }
    });

    it("keeps NaN and infinities", () => {
      const product = kernels.matmul(Float64Array.of(Number.NaN, 1e308), Float64Array.of(1, 10), {
        rows: 2,
        inner: 1,
        columns: 2,
      });
      expect([...product]).toEqual([Number.NaN, Number.NaN, 1e308, Number.POSITIVE_INFINITY]);
    });
  });
});

describe("both kinds", async () => {
  const [wasm, typescript] = [await loadKernels("wasm"), await loadKernels("typescript")];
  const haveSameBits = (a: Float32Array | Float64Array, b: Float32Array | Float64Array): boolean =>
    Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

  it("is wasm unless the other is asked for", async () => expect((await loadKernels()).name).toBe("wasm"));

  // Windows as in the Brain-Wide Map, short ones, and one of odd lengths at several levels; most leaves empty, as they are.
  const cases = [1, 2, 8, 16, 32, 64].flatMap((rank) =>
    [1, 20, 333, 2049, 2304].map((window) => [rank, window] as const),
  );

  it.each(cases)("give the same bits at rank %i over %i samples", (rank, extendedCount) => {
    const columns = slotCount(extendedCount);
    const indices = Int32Array.from({ length: rank * columns }, (_, i) => i).filter(
      (i) => (i * 7919) % 23 < 1 + (rank % 3),
    );
    const values = Float32Array.from(numbers(indices.length, extendedCount));
    const window = { extendedCount, leftOverlap: 0, sampleCount: extendedCount, alpha: 7 };
    const matrix = { rank, columns, ...window, indices, values };
    const courses = wasm.timeCourses(matrix);
    expect(haveSameBits(courses, typescript.timeCourses(matrix))).toBe(true);
    const factors = numbers(37 * rank, 9);
    const shape = { rank, columns: 37, stride: extendedCount, start: 0, stop: extendedCount };
    const signalOf = (kernels: Kernels): Float32Array => {
      const target = new Float32Array(37 * extendedCount);
      kernels.product(factors, courses, shape, target, 0);
      return target;
    };
    expect(haveSameBits(signalOf(wasm), signalOf(typescript))).toBe(true);
    const [a, b] = [numbers(37 * 32, 10), numbers(32 * rank, 11)];
    const matrices = { rows: 37, inner: 32, columns: rank };
    expect(haveSameBits(wasm.matmul(a, b, matrices), typescript.matmul(a, b, matrices))).toBe(true);
  });
});
