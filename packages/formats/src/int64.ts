/** Makes the error for a 64-bit integer that no `number` holds exactly. */
export type InexactError = (index: number, value: bigint) => Error;

const TWO_32 = 2 ** 32;
/** Upper halves below this make integers below 2^53. */
const SAFE_HIGH = 2 ** 21;

/** 64-bit integers as numbers. Every one is exact, or `fail` makes the error that is thrown. */
export function signedToNumbers(values: BigInt64Array, fail: InexactError): Float64Array {
  const high = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  return toNumbers(values, high, fail);
}

/** Unsigned 64-bit integers as numbers. Every one is exact, or `fail` makes the error that is thrown. */
export function unsignedToNumbers(values: BigUint64Array, fail: InexactError): Float64Array {
  const high = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  return toNumbers(values, high, fail);
}

/** Whether a `number` holds the integer exactly. */
export function isExact(value: bigint): boolean {
  return BigInt(Number(value)) === value;
}

/** Works on 32-bit halves: reading an element of a BigInt array makes a BigInt, which is many times slower. */
function toNumbers(
  values: BigInt64Array | BigUint64Array,
  halves: Int32Array | Uint32Array,
  fail: InexactError,
): Float64Array {
  const low = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const [lowFirst, highFirst] = HOST_IS_LITTLE ? [0, 1] : [1, 0];
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const high = halves[2 * i + highFirst] ?? 0;
    if (high >= SAFE_HIGH || high < -SAFE_HIGH) {
      const value = values[i] ?? 0n;
      if (!isExact(value)) throw fail(i, value);
      numbers[i] = Number(value);
    } else {
      numbers[i] = high * TWO_32 + (low[2 * i + lowFirst] ?? 0);
    }
  }
  return numbers;
}

const HOST_IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
