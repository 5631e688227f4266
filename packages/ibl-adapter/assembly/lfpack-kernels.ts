// The inner loops of LFPack decoding, in AssemblyScript with SIMD. Each does the operations of src/lfp/kernels/typescript-*.ts in the
// same order, two numbers at once; WebAssembly has no fused multiply-add, so both give the same bits on every machine.
//
// Places are byte offsets into the memory that the caller brings; nothing is allocated here.

/** Levels of the packet tree. */
const LEVELS: i32 = 5;

// Reconstruction taps of Daubechies db4, as PyWavelets defines them; rec_hi[k] = (-1)^k rec_lo[7 - k].
const LO_0: f64 = 0.2303778133088965;
const LO_1: f64 = 0.7148465705529157;
const LO_2: f64 = 0.6308807679298589;
const LO_3: f64 = -0.027983769416859854;
const LO_4: f64 = -0.18703481171909309;
const LO_5: f64 = 0.030841381835560764;
const LO_6: f64 = 0.0328830116668852;
const LO_7: f64 = -0.010597401785069032;

// The taps in pairs, for samples 2h and 2h + 1: low-pass with children h to h + 3, then high-pass. They are read from memory once for
// each node, because V8 puts vector constants together anew in every turn of a loop.
const TAPS = memory.data<f64>([
  LO_6, LO_7, LO_4, LO_5, LO_2, LO_3, LO_0, LO_1,
  LO_1, -LO_0, LO_3, -LO_2, LO_5, -LO_4, LO_7, -LO_6,
]);
const HIGH: usize = 64;

/** Coefficients per node, `level` levels below a signal of `n` samples. */
// @ts-expect-error: TypeScript has no decorators of functions, AssemblyScript has
@inline
function lengthAt(n: i32, level: i32): i32 {
  let length = n;
  for (let i = 0; i < level; i++) length = (length + 7) >> 1;
  return length;
}

/**
 * Inverse wavelet packet of one row.
 *
 * @param leaves 32 leaves of float64, overwritten
 * @param result where the samples go; as much room as for the leaves
 * @param used bit `i` is set where leaf `i` may be other than 0
 */
export function inversePacket(leaves: usize, result: usize, sampleCount: i32, used: u32): void {
  let children = leaves;
  let parents = result;
  for (let level = LEVELS - 1; level >= 0; level--) {
    const childLength = lengthAt(sampleCount, level + 1);
    const length = lengthAt(sampleCount, level);
    let usedParents: u32 = 0;
    for (let parent = 0; parent < 1 << level; parent++) {
      const has = (used >>> (2 * parent)) & 3;
      if (has == 0) continue;
      usedParents |= 1 << parent;
      const low = children + ((<usize>(2 * parent * childLength)) << 3);
      const high = low + ((<usize>childLength) << 3);
      const to = parents + ((<usize>(parent * length)) << 3);
      if (has == 3) synthesise(low, high, to, length);
      else if (has == 1) synthesiseOne(TAPS, low, to, length);
      else synthesiseOne(TAPS + HIGH, high, to, length);
    }
    used = usedParents;
    const next = children;
    children = parents;
    parents = next;
  }
}

// Samples 2h and 2h + 1 side by side: the even taps in the first lane, the odd ones in the second, each child in both.

// @ts-expect-error: TypeScript has no decorators of functions, AssemblyScript has
@inline
function sum(t0: v128, t1: v128, t2: v128, t3: v128, c0: v128, c1: v128, c2: v128, c3: v128): v128 {
  let total = f64x2.mul(t0, c0);
  total = f64x2.add(total, f64x2.mul(t1, c1));
  total = f64x2.add(total, f64x2.mul(t2, c2));
  return f64x2.add(total, f64x2.mul(t3, c3));
}

/** One synthesis step from both children to the first `length` samples of their parent. */
function synthesise(low: usize, high: usize, to: usize, length: i32): void {
  const l0 = v128.load(TAPS);
  const l1 = v128.load(TAPS, 16);
  const l2 = v128.load(TAPS, 32);
  const l3 = v128.load(TAPS, 48);
  const h0 = v128.load(TAPS + HIGH);
  const h1 = v128.load(TAPS + HIGH, 16);
  const h2 = v128.load(TAPS + HIGH, 32);
  const h3 = v128.load(TAPS + HIGH, 48);
  const end = to + ((<usize>(length & ~1)) << 3);
  for (; to < end; to += 16) {
    const a = sum(
      l0, l1, l2, l3,
      v128.load64_splat(low), v128.load64_splat(low, 8), v128.load64_splat(low, 16), v128.load64_splat(low, 24),
    );
    const d = sum(
      h0, h1, h2, h3,
      v128.load64_splat(high), v128.load64_splat(high, 8), v128.load64_splat(high, 16), v128.load64_splat(high, 24),
    );
    v128.store(to, f64x2.add(a, d));
    low += 8;
    high += 8;
  }
  if ((length & 1) == 0) return;
  const a = sum(
    l0, l1, l2, l3,
    v128.load64_splat(low), v128.load64_splat(low, 8), v128.load64_splat(low, 16), v128.load64_splat(low, 24),
  );
  const d = sum(
    h0, h1, h2, h3,
    v128.load64_splat(high), v128.load64_splat(high, 8), v128.load64_splat(high, 16), v128.load64_splat(high, 24),
  );
  v128.store64_lane(to, f64x2.add(a, d), 0);
}

/** The same where the other child is 0. */
function synthesiseOne(taps: usize, from: usize, to: usize, length: i32): void {
  const t0 = v128.load(taps);
  const t1 = v128.load(taps, 16);
  const t2 = v128.load(taps, 32);
  const t3 = v128.load(taps, 48);
  let c0 = v128.load64_splat(from);
  let c1 = v128.load64_splat(from, 8);
  let c2 = v128.load64_splat(from, 16);
  const end = to + ((<usize>(length & ~1)) << 3);
  while (to < end) {
    const c3 = v128.load64_splat(from, 24);
    v128.store(to, sum(t0, t1, t2, t3, c0, c1, c2, c3));
    c0 = c1;
    c1 = c2;
    c2 = c3;
    from += 8;
    to += 16;
  }
  if (length & 1) v128.store64_lane(to, sum(t0, t1, t2, t3, c0, c1, c2, v128.load64_splat(from, 24)), 0);
}

/** Two pairs of float64 rounded to four float32. */
// @ts-expect-error: TypeScript has no decorators of functions, AssemblyScript has
@inline
function round(first: v128, second: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(second), 0, 1, 4, 5);
}

/** All ones where a float32 is finite. */
// @ts-expect-error: TypeScript has no decorators of functions, AssemblyScript has
@inline
function finite(values: v128): v128 {
  return f32x4.eq(f32x4.sub(values, values), f32x4.splat(0));
}

/**
 * Product of packed row tiles `[tiles, inner, 4]` and column panels `[panels, inner, 4]`, rounded once to float32 rows of `columns`
 * values; what is not finite becomes 0. Answers 1 if anything was not.
 *
 * The last panel may be partly padding. It is computed first, so that what it writes behind a row is written over by the next row.
 */
export function multiplyToFloat(tilesAt: usize, tiles: i32, panelsAt: usize, inner: i32, columns: i32, out: usize): i32 {
  const step = (<usize>inner) << 5;
  const rowBytes = (<usize>columns) << 2;
  const panels = (columns + 3) >> 2;
  let sound = i32x4.splat(-1);
  for (let tile = 0; tile < tiles; tile++) {
    let panel = panels - 1;
    for (let turn = 0; turn < panels; turn++) {
      let a = tilesAt;
      let b = panelsAt + <usize>panel * step;
      let c00 = f64x2.splat(0);
      let c01 = f64x2.splat(0);
      let c10 = f64x2.splat(0);
      let c11 = f64x2.splat(0);
      let c20 = f64x2.splat(0);
      let c21 = f64x2.splat(0);
      let c30 = f64x2.splat(0);
      let c31 = f64x2.splat(0);
      for (const end = a + step; a < end; a += 32) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        b += 32;
        let row = v128.load64_splat(a);
        c00 = f64x2.add(c00, f64x2.mul(row, b0));
        c01 = f64x2.add(c01, f64x2.mul(row, b1));
        row = v128.load64_splat(a, 8);
        c10 = f64x2.add(c10, f64x2.mul(row, b0));
        c11 = f64x2.add(c11, f64x2.mul(row, b1));
        row = v128.load64_splat(a, 16);
        c20 = f64x2.add(c20, f64x2.mul(row, b0));
        c21 = f64x2.add(c21, f64x2.mul(row, b1));
        row = v128.load64_splat(a, 24);
        c30 = f64x2.add(c30, f64x2.mul(row, b0));
        c31 = f64x2.add(c31, f64x2.mul(row, b1));
      }
      let to = out + ((<usize>panel) << 4);
      let values = round(c00, c01);
      let isFinite = finite(values);
      sound = v128.and(sound, isFinite);
      v128.store(to, v128.and(values, isFinite));
      to += rowBytes;
      values = round(c10, c11);
      isFinite = finite(values);
      sound = v128.and(sound, isFinite);
      v128.store(to, v128.and(values, isFinite));
      to += rowBytes;
      values = round(c20, c21);
      isFinite = finite(values);
      sound = v128.and(sound, isFinite);
      v128.store(to, v128.and(values, isFinite));
      to += rowBytes;
      values = round(c30, c31);
      isFinite = finite(values);
      sound = v128.and(sound, isFinite);
      v128.store(to, v128.and(values, isFinite));
      panel = turn;
    }
    tilesAt += step;
    out += rowBytes << 2;
  }
  return v128.all_true<i32>(sound) ? 0 : 1;
}

/** The same product left in float64, NaN and infinities included. */
export function multiplyToDouble(tilesAt: usize, tiles: i32, panelsAt: usize, inner: i32, columns: i32, out: usize): void {
  const step = (<usize>inner) << 5;
  const rowBytes = (<usize>columns) << 3;
  const panels = (columns + 3) >> 2;
  for (let tile = 0; tile < tiles; tile++) {
    let panel = panels - 1;
    for (let turn = 0; turn < panels; turn++) {
      let a = tilesAt;
      let b = panelsAt + <usize>panel * step;
      let c00 = f64x2.splat(0);
      let c01 = f64x2.splat(0);
      let c10 = f64x2.splat(0);
      let c11 = f64x2.splat(0);
      let c20 = f64x2.splat(0);
      let c21 = f64x2.splat(0);
      let c30 = f64x2.splat(0);
      let c31 = f64x2.splat(0);
      for (const end = a + step; a < end; a += 32) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        b += 32;
        let row = v128.load64_splat(a);
        c00 = f64x2.add(c00, f64x2.mul(row, b0));
        c01 = f64x2.add(c01, f64x2.mul(row, b1));
        row = v128.load64_splat(a, 8);
        c10 = f64x2.add(c10, f64x2.mul(row, b0));
        c11 = f64x2.add(c11, f64x2.mul(row, b1));
        row = v128.load64_splat(a, 16);
        c20 = f64x2.add(c20, f64x2.mul(row, b0));
        c21 = f64x2.add(c21, f64x2.mul(row, b1));
        row = v128.load64_splat(a, 24);
        c30 = f64x2.add(c30, f64x2.mul(row, b0));
        c31 = f64x2.add(c31, f64x2.mul(row, b1));
      }
      let to = out + ((<usize>panel) << 5);
      v128.store(to, c00);
      v128.store(to, c01, 16);
      to += rowBytes;
      v128.store(to, c10);
      v128.store(to, c11, 16);
      to += rowBytes;
      v128.store(to, c20);
      v128.store(to, c21, 16);
      to += rowBytes;
      v128.store(to, c30);
      v128.store(to, c31, 16);
      panel = turn;
    }
    tilesAt += step;
    out += rowBytes << 2;
  }
}
