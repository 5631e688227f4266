/** One 16-bit float each as a 32-bit float; exact. Source: IEEE 754-2019, binary16: 1 sign, 5 exponent, 10 fraction bits. */
export function widenFloat16(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = float16(bits[i] ?? 0);
  return values;
}

function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Below this, the high word cannot push the value past 2^53. */
const SAFE_HIGH = 2 ** 21;

/**
 * 64-bit integers as numbers, each exact.
 *
 * @param words low and high 32-bit word of each integer, in turn
 * @param reject makes the error for an integer that no number equals
 */
export function widenInt64(
  words: Uint32Array,
  signed: boolean,
  reject: (index: number, value: bigint) => Error,
): Float64Array {
  const values = new Float64Array(words.length / 2);
  for (let i = 0; i < values.length; i++) {
    const low = words[2 * i] ?? 0;
    const word = words[2 * i + 1] ?? 0;
    const high = signed ? word | 0 : word;
    const value = high * 2 ** 32 + low;
    if (high >= SAFE_HIGH || high < -SAFE_HIGH) {
      const exact = BigInt(high) * 2n ** 32n + BigInt(low);
      if (BigInt(value) !== exact) throw reject(i, exact);
    }
    values[i] = value;
  }
  return values;
}
